"""How a page network's answers compare with what is on a page."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recognizer.bundle import ClassResult
from recognizer.detection import find_peaks, overlaps
from recognizer.glyphs import CLASSES, DIGITS
from train.pages.sheet import DOUBTFUL

THRESHOLD = 0.4  # a score; what is answered with less is not counted
OVERLAP = 0.4  # of an answer's box and a glyph's, intersection over union, so that they are the same
MARK_OVERLAP = 0.1  # of marks, which a pixel more or less makes another size


def count(heat: np.ndarray, box: np.ndarray, glyphs: Sequence[np.ndarray]) -> dict[str, ClassResult]:
    """How the glyphs (n, 5) of each class are found in tiles: class, middle x and y, width, height, in pixels.

    `heat` and `box` are the tiles' answers, as `recognizer.glyphs` lays them out, one after the other.
    """
    figures = np.zeros((len(CLASSES), 4), int)
    for tile_heat, tile_box, truth in zip(heat, box, glyphs, strict=True):
        _, boxes, scores = find_peaks(tile_heat, tile_box, THRESHOLD)
        surest = np.argsort(-scores.max(1))
        _compare(boxes[surest], scores[surest].argmax(1), truth, figures)
    return {name: ClassResult(*map(int, row)) for name, row in zip(CLASSES, figures, strict=True)}


def corner_boxes(glyphs: np.ndarray) -> np.ndarray:
    """The boxes (n, 4), x, y, width and height, of glyphs (n, 5): class, middle x and y, width, height."""
    return np.concatenate([glyphs[:, 1:3] - glyphs[:, 3:5] / 2, glyphs[:, 3:5]], 1)


def share_right(results: dict[str, ClassResult]) -> float:
    """The share of the digits that are found and right."""
    found = [results[digit] for digit in DIGITS]
    return sum(each.right for each in found) / max(sum(each.glyphs for each in found), 1)


def _compare(boxes: np.ndarray, kinds: np.ndarray, truth: np.ndarray, figures: np.ndarray) -> None:
    """Add what a tile's answers, boxes (n, 4) and classes (n,), say of glyphs (m, 5) to the figures of classes."""
    is_doubtful = truth[:, 0] == DOUBTFUL
    doubtful, truth = corner_boxes(truth[is_doubtful]), truth[~is_doubtful]
    true_boxes, true_kinds = corner_boxes(truth), truth[:, 0].astype(int)
    np.add.at(figures[:, 0], true_kinds, 1)
    free = np.ones(len(truth), bool)
    for box, kind in zip(boxes, kinds.tolist(), strict=True):
        shared = overlaps(box, true_boxes)[0] * free
        match = int(shared.argmax()) if len(truth) else -1
        least = OVERLAP if kind < len(DIGITS) else MARK_OVERLAP
        if match < 0 or shared[match] < least:
            figures[kind, 3] += not (overlaps(box, doubtful)[0] > MARK_OVERLAP).any()
        else:
            free[match] = False
            figures[true_kinds[match], 1 if true_kinds[match] == kind else 2] += 1
