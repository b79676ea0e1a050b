"""Ink → pieces: what hangs together, with its box and mass, and glyphs put together from pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from recognizer.errors import NoInk

SOLID = 0.5  # ink above this makes up the pieces
HALO = 3  # pixels around a piece in which its soft edge lies

Box = tuple[int, int, int, int]  # x, y, width, height


@dataclass(frozen=True)
class Glyph:
    """The ink of one digit, cut out, and its box (x, y, width, height) in the picture that it was cut from."""

    ink: np.ndarray
    box: Box


@dataclass(frozen=True)
class Pieces:
    """Pieces of `ink` (height, width): `labels` of the same shape says whose a pixel is, 0 is nobody's.

    `boxes` (n, 4) and `mass` (n,) are of the pieces 1 to n - 1; 0 stands for the paper and weighs nothing.
    """

    ink: np.ndarray
    labels: np.ndarray
    boxes: np.ndarray
    mass: np.ndarray

    def glyph(self, numbers: Sequence[int] | np.ndarray) -> Glyph:
        """Cut pieces out with their soft edges, without the solid ink of others."""
        left, top, right, bottom = around(self.boxes[list(numbers)])
        height, width = self.ink.shape
        x0, y0, x1, y1 = max(left - HALO, 0), max(top - HALO, 0), min(right + HALO, width), min(bottom + HALO, height)
        labels = self.labels[y0:y1, x0:x1]
        ours = np.isin(labels, numbers)
        near = cv2.dilate(ours.astype(np.uint8), np.ones((2 * HALO + 1, 2 * HALO + 1), np.uint8))
        ink = self.ink[y0:y1, x0:x1] * (near * (ours | (labels == 0)))
        x, y, w, h = cv2.boundingRect((ink > 0).astype(np.uint8))
        return Glyph(ink[y : y + h, x : x + w], (x0 + x, y0 + y, w, h))


def connected(ink: np.ndarray) -> Pieces:
    """Return the connected pieces of ink (height, width) float32, 0 to 1. Raises NoInk."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((ink > SOLID).astype(np.uint8))
    mass = np.bincount(labels.ravel(), weights=ink.ravel(), minlength=count)
    mass[0] = 0
    if not mass.any():
        raise NoInk("Nothing is drawn or written here yet.")
    return Pieces(ink, labels, stats[:, :4], mass)


def around(boxes: np.ndarray) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what encloses boxes (n, 4)."""
    (left, top), (right, bottom) = boxes[:, :2].min(0), (boxes[:, :2] + boxes[:, 2:]).max(0)
    return int(left), int(top), int(right), int(bottom)
