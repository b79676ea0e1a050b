"""Printed lines: the rules of paper, the boxes of forms and grids, the edges of tables, which are no writing."""

from __future__ import annotations

import cv2
import numpy as np

from recognizer.scale import shrunk

OVERVIEW = 400  # pixels; side of the reduced picture in which lines are looked for
LONG = 0.5  # of the picture's side, that a line along the border is at least long
ACROSS = 0.85  # the same for a line anywhere
RIM = 0.22  # of the other side; what lies so near to the border is along it
THIN = 0.22  # of the other side, that a line is at most wide, on the average
BENT = 0.02  # of the other side, that a line may bend or lean within its shortest length
EDGE = 0.02  # of a side; a line reaches so near to the border
MARGIN = 2  # pixels around a line in which its soft edge lies


def rules(mask: np.ndarray) -> np.ndarray | None:
    """Return where a picture's solid ink (height, width) bool belongs to long thin lines that run to its border.

    None if there are no such lines.
    """
    if not any(border.any() for border in (mask[:2], mask[-2:], mask[:, :2], mask[:, -2:])):
        return None
    small = shrunk(mask.astype(np.uint8) * 255, OVERVIEW) > 127
    found = _level(small) | _level(small.T).T
    if not found.any():
        return None
    grown = cv2.dilate(found.astype(np.uint8), np.ones((2 * MARGIN + 1, 2 * MARGIN + 1), np.uint8))
    return cv2.resize(grown, mask.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0


def _level(mask: np.ndarray) -> np.ndarray:
    """The lines that run from side to side."""
    height, width = mask.shape
    reach = max(1, round(BENT * height))
    grown = cv2.dilate(mask.astype(np.uint8), np.ones((2 * reach + 1, 1), np.uint8))
    opened = cv2.morphologyEx(grown, cv2.MORPH_OPEN, np.ones((1, max(2, round(LONG * width))), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(opened & mask.astype(np.uint8))
    x, y, w, h, area = stats.T
    edge, rim = max(1, round(EDGE * width)), RIM * height
    ends = (x <= edge) | (x + w >= width - edge)
    along = (y + h <= rim) | (y >= height - rim)
    lines = ends & (along | (w >= ACROSS * width)) & (area <= THIN * height * w)
    lines[0] = False
    return lines[labels]
