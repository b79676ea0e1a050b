"""How a page network's answers compare with what is on a page."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from recognizer.bundle import Found
from recognizer.glyphs import CLASSES, DIGITS, STRIDE
from train.pages.sheet import DOUBTFUL

THRESHOLD = 0.4  # a score; what is answered with less is not counted
OVERLAP = 0.4  # of an answer's box and a glyph's, intersection over union, so that they are the same
MARK_OVERLAP = 0.1  # of marks, which a pixel more or less makes another size


def peaks(heat: np.ndarray, box: np.ndarray, threshold: float = THRESHOLD) -> np.ndarray:
    """Return the glyphs (n, 6) in one tile's answer, the surest first: class, centre x and y, width, height, score.

    `heat` is (GRID, GRID, classes) and `box` (GRID, GRID, 4), as `recognizer.glyphs` lays them out; sizes in pixels.
    """
    best = heat.max(-1)
    rows, columns = np.nonzero((best == cv2.dilate(best, np.ones((3, 3)))) & (best > threshold))
    width, height, right, down = box[rows, columns].T
    found = np.stack(
        [
            heat[rows, columns].argmax(-1),
            (columns + 0.5 + right) * STRIDE,
            (rows + 0.5 + down) * STRIDE,
            np.exp(width) * STRIDE,
            np.exp(height) * STRIDE,
            best[rows, columns],
        ],
        axis=1,
    )
    return found[np.argsort(-found[:, 5])]


def count(heat: np.ndarray, box: np.ndarray, glyphs: Sequence[np.ndarray]) -> dict[str, Found]:
    """How the glyphs (n, 5) of each class are found in tiles: heat and box as above, one more axis in front."""
    figures = np.zeros((len(CLASSES), 4), int)
    for tile_heat, tile_box, truth in zip(heat, box, glyphs, strict=True):
        _compare(peaks(tile_heat, tile_box), truth, figures)
    return {name: Found(*map(int, row)) for name, row in zip(CLASSES, figures, strict=True)}


def share_right(results: dict[str, Found]) -> float:
    """The share of the digits that are found and right."""
    found = [results[digit] for digit in DIGITS]
    return sum(each.right for each in found) / max(sum(each.glyphs for each in found), 1)


def _compare(found: np.ndarray, truth: np.ndarray, figures: np.ndarray) -> None:
    """Add what a tile's answers (n, 6) say of its glyphs (m, 5) to the figures of the classes."""
    doubtful = truth[truth[:, 0] == DOUBTFUL]
    truth = truth[truth[:, 0] != DOUBTFUL]
    kinds = truth[:, 0].astype(int)
    np.add.at(figures[:, 0], kinds, 1)
    free = np.ones(len(truth), bool)
    for answer in found:
        kind = int(answer[0])
        shared = overlaps(answer, truth) * free
        match = int(shared.argmax()) if len(truth) else -1
        least = OVERLAP if kind < len(DIGITS) else MARK_OVERLAP
        if match < 0 or shared[match] < least:
            figures[kind, 3] += not (overlaps(answer, doubtful) > MARK_OVERLAP).any()
        else:
            free[match] = False
            figures[kinds[match], 1 if kinds[match] == kind else 2] += 1


def overlaps(answer: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Intersection over union, (m,), of the boxes of an answer and of glyphs: class, centre x and y, width, height."""
    low = np.maximum(answer[1:3] - answer[3:5] / 2, truth[:, 1:3] - truth[:, 3:5] / 2)
    high = np.minimum(answer[1:3] + answer[3:5] / 2, truth[:, 1:3] + truth[:, 3:5] / 2)
    both = np.prod(np.maximum(high - low, 0), axis=1)
    return both / (np.prod(answer[3:5]) + np.prod(truth[:, 3:5], axis=1) - both)
