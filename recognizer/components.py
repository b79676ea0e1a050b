"""Ink → connected components, with their boxes and masses, and glyphs put together from components."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from recognizer.errors import NoInk

SOLID = 127  # half of full ink; what is above it is connected
SPECK = 0.01  # of the largest component's ink; smaller components are dirt
HALO = 3  # pixels around a component in which its antialiased edge lies

Box = tuple[int, int, int, int]  # x, y, width, height


@dataclass(frozen=True)
class Glyph:
    """The ink of one digit, uint8, cut out, and its box (x, y, width, height) in the picture that it was cut from."""

    ink: np.ndarray
    box: Box


@dataclass(frozen=True)
class Components:
    """Components of `ink` (height, width) uint8: `labels`, integers of the same shape, where 0 is the background.

    `boxes` (n, 4) and `mass` (n,) belong to the labels 0 to n - 1; the background has no mass.
    """

    ink: np.ndarray
    labels: np.ndarray
    boxes: np.ndarray
    mass: np.ndarray

    @property
    def is_one(self) -> bool:
        """Whether there is one component only, label 1, as in most pictures of a digit."""
        return len(self.mass) == 2

    def solid(self) -> np.ndarray:
        """Return the labels of the components that are more than dirt."""
        return np.flatnonzero(self.mass > SPECK * self.mass.max())

    def usual_height(self) -> float:
        """Return the height in pixels that half of the ink is in components lower than."""
        heights = self.boxes[1:, 3]
        order = np.argsort(heights)
        mass = np.cumsum(self.mass[1:][order])
        return float(heights[order][np.searchsorted(mass, mass[-1] / 2)])

    def count_gaps(self, large: float) -> int:
        """Return how many gaps there are, from left to right, between what is larger than a share of the tallest."""
        boxes = self.boxes[self.solid()]
        beside = boxes[boxes[:, 2:].max(1) > large * boxes[:, 3].max()]
        starts, ends = np.sort(beside[:, 0]), np.sort(beside[:, 0] + beside[:, 2])
        return int((starts[1:] > ends[:-1]).sum())

    def mass_in(self, box: tuple[float, float, float, float]) -> np.ndarray:
        """Return how much ink (n,) of each component lies in a box (x, y, width, height)."""
        left, top, right, bottom = (max(round(edge), 0) for edge in (*box[:2], box[0] + box[2], box[1] + box[3]))
        labels, ink = self.labels[top:bottom, left:right], self.ink[top:bottom, left:right]
        return np.bincount(labels.ravel(), (ink * (labels > 0)).ravel(), len(self.mass))

    def glyph(self, numbers: Sequence[int] | np.ndarray) -> Glyph:
        """Cut components out with their antialiased edges, without the solid ink of others."""
        left, top, right, bottom = enclose(self.boxes[list(numbers)])
        height, width = self.ink.shape
        x0, y0, x1, y1 = max(left - HALO, 0), max(top - HALO, 0), min(right + HALO, width), min(bottom + HALO, height)
        labels = self.labels[y0:y1, x0:x1]
        own = labels == numbers[0] if len(numbers) == 1 else np.isin(labels, numbers)
        near = cv2.dilate(own.view(np.uint8), np.ones((2 * HALO + 1, 2 * HALO + 1), np.uint8))
        free = near if self.is_one else near * (own | (labels == 0))
        ink = self.ink[y0:y1, x0:x1] * free
        x, y, w, h = cv2.boundingRect(ink)
        return Glyph(ink[y : y + h, x : x + w], (x0 + x, y0 + y, w, h))


def find_components(ink: np.ndarray) -> Components:
    """Return the connected components of ink (height, width) uint8. Raises NoInk."""
    solid = (ink > SOLID).view(np.uint8)
    x, y, width, height = cv2.boundingRect(solid)
    if not width:
        raise NoInk
    window = slice(y, y + height), slice(x, x + width)
    count, found = cv2.connectedComponents(solid[window])
    if count == 2:  # statistics take longer than finding them
        labels, boxes = solid, np.array([(0, 0, 0, 0), (0, 0, width, height)])
        mass = np.array([0, cv2.norm(ink[window], cv2.NORM_L1, solid[window])])
    else:
        labels = np.zeros(ink.shape, np.int32)
        labels[window] = found
        boxes = cv2.connectedComponentsWithStats(solid[window])[2][:, :4]
        inked = solid[window] > 0
        mass = np.bincount(labels[window][inked], ink[window][inked], count)
    return Components(ink, labels, boxes + np.array([x, y, 0, 0]), mass)


def enclose(boxes: np.ndarray) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of what encloses boxes (n, 4)."""
    (left, top), (right, bottom) = boxes[:, :2].min(0), (boxes[:, :2] + boxes[:, 2:]).max(0)
    return int(left), int(top), int(right), int(bottom)
