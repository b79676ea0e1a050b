"""A sheet that is being written and printed on, and the glyphs on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import ArrayLike

from recognizer.glyphs import CLASSES

ANTIALIASED = 0.7  # pixels, by which OpenCV's antialiased lines are wider than they should be
PALEST = 0.5  # of the ink's level, that of the narrowest pen
SIDE = 320  # pixels; a little more than a crop shows
FRACTION_BITS = 4  # OpenCV takes coordinates in sixteenths of a pixel
UNIT = 2**FRACTION_BITS

DOUBTFUL = -1  # the class of a glyph that can hardly be seen: to find it is neither right nor wrong
INDEX = {name: number for number, name in enumerate(CLASSES)}


@dataclass
class Glyph:
    """A glyph of a class, by its number, and points (n, 2) whose outermost bound it."""

    kind: int
    points: np.ndarray


@dataclass
class Sheet:
    """Layers (SIDE, SIDE) uint8 of `ink` by hand and of `print`, 0 to 255, and the glyphs that were written.

    On a `blank` sheet nobody writes. `window` is left, top, right and bottom of what is cut out of the sheet, where
    not all is shown.
    """

    rng: np.random.Generator
    blank: bool = False
    ink: np.ndarray = field(default_factory=lambda: np.zeros((SIDE, SIDE), np.uint8))
    print: np.ndarray = field(default_factory=lambda: np.zeros((SIDE, SIDE), np.uint8))
    glyphs: list[Glyph] = field(default_factory=list)
    window: tuple[float, float, float, float] | None = None
    grey: int = 255  # of the print
    plain: bool = False  # a canvas rather than paper: no lamp shines on it, and no camera is moved
    on_desk: bool = False  # the sheet is smaller than what is shown

    def stroke(self, points: np.ndarray, width: float, level: int = 255) -> None:
        """Write a line (n, 2) with a round pen, which is paler where it is narrower than a pixel."""
        if self.blank:
            return
        core = width - ANTIALIASED
        thickness = int(core) + int(self.rng.random() < core % 1)
        level = int(level * np.clip(width, PALEST, 1))
        line = np.round((points if len(points) > 1 else points.repeat(2, 0)) * UNIT).astype(np.int32)
        cv2.polylines(self.ink, [line], False, level, max(1, thickness), cv2.LINE_AA, FRACTION_BITS)

    def taper(self, points: np.ndarray, width: float, level: int = 255) -> None:
        """Write a line with a brush, which is pressed down in the middle."""
        weights = np.sin(np.linspace(0.15, np.pi - 0.15, max(len(points) - 1, 1)))
        for number, weight in enumerate(weights):
            self.stroke(points[number : number + 2], width * weight, level)

    def paste(self, mask: np.ndarray, x: float, y: float, layer: np.ndarray) -> None:
        """Put a mask (h, w) uint8 on a layer, darker of the two, with its top left corner at x, y."""
        left, top = int(x), int(y)
        x0, y0, x1, y1 = max(left, 0), max(top, 0), min(left + mask.shape[1], SIDE), min(top + mask.shape[0], SIDE)
        if x0 < x1 and y0 < y1:
            part = layer[y0:y1, x0:x1]
            np.maximum(part, mask[y0 - top : y1 - top, x0 - left : x1 - left], out=part)

    def add(self, name: str, points: np.ndarray, pen: float = 0.0) -> None:
        """Note a glyph whose ink reaches half a pen beyond points (n, 2)."""
        if self.blank:
            return
        low, high = points.min(0) - pen / 2, points.max(0) + pen / 2
        self.glyphs.append(Glyph(INDEX[name], np.concatenate([points, [low, high]]).astype(np.float32)))

    def line(self, start: ArrayLike, end: ArrayLike, width: int = 1, style: str = "") -> None:
        """Print a straight line; its style is "dots", "dashes" or that of an unbroken one."""
        a, b = np.asarray(start, float), np.asarray(end, float)
        if not style:
            self._segment(a, b, width)
            return
        step, filled = (self.rng.uniform(3, 8), 0.25) if style == "dots" else (self.rng.uniform(8, 16), 0.6)
        count = max(2, int(np.linalg.norm(b - a) / step))
        for number in range(count):
            begin = a + (b - a) * number / count
            self._segment(begin, begin + (b - a) * filled / count, width)

    def box(self, left: float, top: float, right: float, bottom: float, width: int = 1, style: str = "") -> None:
        """Print the four sides of a box."""
        corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
        for start, end in pairwise(corners):
            self.line(start, end, width, style)

    def _segment(self, a: np.ndarray, b: np.ndarray, width: int) -> None:
        start, end = (tuple(np.round(point * UNIT).astype(int).tolist()) for point in (a, b))
        cv2.line(self.print, start, end, self.grey, width, cv2.LINE_AA, FRACTION_BITS)
