"""Pen strokes → ink, as a browser's canvas draws them.

Training on digits, the site, tests and benchmarks all draw with this; only rendered pages, whose pens taper and fade,
have lines of their own (`train.pages.sheet`).
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import ArrayLike

FINE = 2  # fine pixels to one of the sheet, each way
FRACTION_BITS = 4  # OpenCV takes coordinates in sixteenths of a fine pixel


def rasterise(strokes: Sequence[ArrayLike], width: float, shape: tuple[int, int]) -> np.ndarray:
    """Return the ink that a round pen leaves on a sheet: an array of `shape` (height, width), uint8, 255 on 0.

    Each stroke is points (n, 2) in pixels, x to the right and y downwards from the sheet's corner, joined by straight
    lines; one point, or several equal ones, make a dot. `width` is the pen's diameter in pixels, 0.5 or more. Lines
    are as wide to a tenth of a pixel, dots and ends up to half a pixel less. Ink beyond the sheet is left out.
    """
    lines = [_in_sixteenths(stroke) for stroke in strokes]
    # OpenCV has pens of whole widths alone, and its antialiased lines are a pixel or two too wide. Its plain lines of
    # the even thickness 2r are 2r + 1 pixels wide, so that a mixture of two has the width wanted.
    whole, part = divmod(max(FINE * width - 1, 0) / 2, 1)
    thinner = _draw(lines, max(2 * int(whole), 1), shape)
    thicker = _draw(lines, 2 * int(whole) + 2, shape)
    return cv2.addWeighted(thinner, 1 - part, thicker, part, 0)


def _in_sixteenths(stroke: ArrayLike) -> np.ndarray:
    """The points as OpenCV takes them: counted from the middle of a fine pixel, and two of them at least."""
    points = np.asarray(stroke, np.float64).reshape(-1, 2)
    points = points.repeat(2, 0) if len(points) == 1 else points
    return np.round((FINE * points - 0.5) * (1 << FRACTION_BITS)).astype(np.int32)


def _draw(lines: Sequence[np.ndarray], thickness: int, shape: tuple[int, int]) -> np.ndarray:
    height, width = shape
    fine = np.zeros((FINE * height, FINE * width), np.uint8)
    cv2.polylines(fine, lines, False, 255, thickness, cv2.LINE_8, FRACTION_BITS)
    return cv2.resize(fine, (width, height), interpolation=cv2.INTER_AREA)
