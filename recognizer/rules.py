"""Printed lines: the rules of paper, the boxes of forms and grids, the edges of tables, which are no writing."""

from __future__ import annotations

import cv2
import numpy as np

from recognizer.scale import shrink

OVERVIEW = 800  # pixels; side of the reduced picture in which lines are looked for
FAINT = 63  # ink above this may be a line
LONG = 0.5  # of the picture's side, that a line along the border is at least long
ACROSS = 0.85  # the same for a line anywhere
RULED = 0.3  # the same for one of many fine lines
MANY = 3
RIM = 0.22  # of the other side; what lies so near to the border is along it
THIN = 0.22  # of the other side, that a line is at most wide, on the average
FINE = 0.012  # the same for one of many fine lines
SOLID_LINE = 0.5  # of the length of a fine line, where nothing else is at least
FILLED = 0.4  # of the box around a line, that it fills at least
BENT = 0.02  # of the other side, that a line may bend or lean within its shortest length
STRAIGHT = 0.007  # the same for one of many fine lines, which may be close to each other
EDGE = 0.02  # of a side; a line reaches so near to the border
CROSSING = 13  # pixels; so wide a line may be that strokes are mended across
MARGIN = 2  # pixels around a line in which its soft edge lies


def without_rules(ink: np.ndarray, paper: bool) -> np.ndarray | None:
    """Return where ink (height, width) uint8 is no printed line, bool of the same shape; None if there are no lines.

    Fine lines that do not reach the border count only on `paper`: in a drawing they may be strokes. Where a stroke
    crosses a line, it is taken to go on.
    """
    if not (paper or _reaches_edge(ink)):
        return None
    mask = shrink((ink > FAINT) * np.uint8(255), OVERVIEW) > 127
    level, upright = _level(mask, paper), _level(mask.T, paper).T
    if not (level.any() or upright.any()):
        return None
    lines = _grown(level) | _grown(upright)
    strokes = (mask & ~lines).astype(np.uint8)
    across_level = cv2.morphologyEx(strokes, cv2.MORPH_CLOSE, np.ones((CROSSING, 1), np.uint8))
    across_upright = cv2.morphologyEx(strokes, cv2.MORPH_CLOSE, np.ones((1, CROSSING), np.uint8))
    removed = lines & (across_level == 0) & (across_upright == 0)
    return cv2.resize(removed.astype(np.uint8), ink.shape[::-1], interpolation=cv2.INTER_NEAREST) == 0


def _reaches_edge(ink: np.ndarray) -> bool:
    """Whether there is ink so near to the border that a line may end in it."""
    y, x = (max(1, round(EDGE * side)) + 1 for side in ink.shape)
    return any((side > FAINT).any() for side in (ink[:y], ink[-y:], ink[:, :x], ink[:, -x:]))


def _grown(lines: np.ndarray) -> np.ndarray:
    return cv2.dilate(lines.astype(np.uint8), np.ones((2 * MARGIN + 1, 2 * MARGIN + 1), np.uint8)) > 0


def _level(mask: np.ndarray, paper: bool) -> np.ndarray:
    """The lines that run from side to side: many fine ones, as `paper` has, along the border, or right across."""
    ink = mask.astype(np.uint8)
    many = _many(ink) if paper else np.zeros(mask.shape, bool)
    return many | _single(ink, many)


def _many(ink: np.ndarray) -> np.ndarray:
    """Many fine lines, where they are no thicker than most of them are."""
    height, width = ink.shape
    labels, (_, _, w, _, area) = _long(ink, RULED * width, STRAIGHT * height)
    finest = _lower_than(ink, max(2, round(FINE * height)))
    many = (w >= RULED * width) & (np.bincount(labels[finest], minlength=len(w)) >= SOLID_LINE * w)
    many[0] = False
    if many.sum() < MANY:
        return np.zeros(ink.shape, bool)
    usual = float(np.median(area[many] / w[many]))
    return many[labels] & finest & _lower_than(ink, round(2 * usual) + 2)


def _single(ink: np.ndarray, many: np.ndarray) -> np.ndarray:
    """Lines along the border or right across, which are none of `many`."""
    height, width = ink.shape
    edge, rim = max(1, round(EDGE * width)), RIM * height
    if not (ink[:, : edge + 1].any() or ink[:, -edge - 1 :].any()):
        return np.zeros(ink.shape, bool)
    labels, (x, y, w, h, area) = _long(ink, RULED * width, BENT * height)
    ends = (x <= edge) | (x + w >= width - edge)
    along = (w >= LONG * width) & ((y + h <= rim) | (y >= height - rim))
    bar = (area <= THIN * height * w) & (area >= FILLED * w * h)
    single = ends & (along | (w >= ACROSS * width)) & bar
    single[labels[many]] = single[0] = False
    found = np.zeros(ink.shape, bool)
    for line in np.flatnonzero(single):
        found |= (labels == line) & _lower_than(ink, 2 * round(area[line] / w[line]) + 2)
    return found


def _long(ink: np.ndarray, length: float, bend: float) -> tuple[np.ndarray, np.ndarray]:
    """What goes on for a length from side to side within a bend: labels, and x, y, width, height and area of each."""
    reach = max(1, round(bend))
    grown = cv2.dilate(ink, np.ones((2 * reach + 1, 1), np.uint8))
    opened = cv2.morphologyEx(grown, cv2.MORPH_OPEN, np.ones((1, max(2, round(length))), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(cv2.bitwise_and(opened, ink))
    return labels, stats.T


def _lower_than(ink: np.ndarray, pixels: int) -> np.ndarray:
    """Ink that goes on up and down for less than so many pixels: of what crosses a line, nothing."""
    return (ink > 0) & (cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((pixels, 1), np.uint8)) == 0)
