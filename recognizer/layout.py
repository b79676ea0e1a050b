"""Ink → glyphs: which of it belongs to a digit, and where it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from recognizer.errors import NoInk

SOLID = 0.5  # ink above this makes up the pieces
SPECK = 0.01  # of the largest piece's ink; smaller pieces are dirt
RIM = 0.1  # of each side
LONG = 0.55  # of a side
HALO = 3  # pixels around a piece in which its soft edge lies


@dataclass(frozen=True)
class Glyph:
    """The ink of one digit, cut out, and its box (x, y, width, height) in the picture that it was cut from."""

    ink: np.ndarray
    box: tuple[int, int, int, int]
    line: int = 0


def one_digit(ink: np.ndarray) -> list[Glyph]:
    """Return the single glyph of a picture that shows one digit, however many pieces it is in. Raises NoInk.

    Specks are dropped, and so is what runs into the border (a neighbour, a ruled line), unless little else is there.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats((ink > SOLID).astype(np.uint8))
    mass = np.bincount(labels.ravel(), weights=ink.ravel(), minlength=count)
    mass[0] = 0
    if not mass.any():
        raise NoInk("Nothing is drawn or written here yet.")
    if count > 2:  # besides the background, more than one piece
        inner = mass * ~(_on_border(stats, ink.shape) | _along_border(stats, mass, labels, ink))
        mass = inner if inner.max() > 0.2 * mass.max() else mass
    return [_cut(ink, np.isin(labels, np.flatnonzero(mass > SPECK * mass.max())))]


def _on_border(stats: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    x, y, width, height = stats[:, :4].T
    return (x == 0) | (y == 0) | (x + width == shape[1]) | (y + height == shape[0])


def _along_border(stats: np.ndarray, mass: np.ndarray, labels: np.ndarray, ink: np.ndarray) -> np.ndarray:
    """Which pieces are long and lie nearly wholly in the rim of the picture, as the lines of a form or grid do."""
    height, width = ink.shape
    y, x = round(RIM * height), round(RIM * width)
    inside = ink.copy()
    inside[:y] = inside[height - y :] = inside[:, :x] = inside[:, width - x :] = 0
    inner_mass = np.bincount(labels.ravel(), weights=inside.ravel(), minlength=len(mass))
    long = (stats[:, cv2.CC_STAT_WIDTH] > LONG * width) | (stats[:, cv2.CC_STAT_HEIGHT] > LONG * height)
    return long & (inner_mass < 0.2 * mass)


def _cut(ink: np.ndarray, pieces: np.ndarray) -> Glyph:
    """Cut the pieces out with their soft edges, leaving out ink that belongs to others."""
    kernel = np.ones((2 * HALO + 1, 2 * HALO + 1), np.uint8)
    near = ink * cv2.dilate(pieces.astype(np.uint8), kernel)
    x, y, width, height = cv2.boundingRect((near > 0).astype(np.uint8))
    return Glyph(near[y : y + height, x : x + width], (x, y, width, height))


LAYOUTS: dict[str, Callable[[np.ndarray], list[Glyph]]] = {"auto": one_digit, "digit": one_digit}
