"""A box on a page → the ink in it, as a glyph to be framed."""

from __future__ import annotations

import numpy as np

from recognizer.components import Box, Glyph

MARGIN = 0.08  # of the box's longer side, in which the ends of strokes may lie


def cut_out(grey: np.ndarray, box: tuple[float, float, float, float]) -> Glyph:
    """Return the ink in a box (x, y, width, height) of a picture (height, width) uint8, whatever its polarity.

    Paper is the median along the box's border, and ink is what differs from it to the side where it differs most.
    """
    x, y, width, height = _inside(box, grey.shape)
    part = grey[y : y + height, x : x + width]
    paper = float(np.median(np.concatenate([part[0], part[-1], part[:, 0], part[:, -1]])))
    low, high = (float(level) for level in np.percentile(part, (2, 98)))
    difference = paper - part.astype(np.float32) if paper - low >= high - paper else part.astype(np.float32) - paper
    strongest = max(paper - low, high - paper, 1.0)
    ink = np.clip((difference / strongest - 0.25) * (255 / 0.5), 0, 255).astype(np.uint8)
    if not ink.any():
        ink[height // 2, width // 2] = 255  # a frame needs some ink
    return Glyph(ink, (x, y, width, height))


def _inside(box: tuple[float, float, float, float], shape: tuple[int, ...]) -> Box:
    """The box with its margin, in whole pixels, as far as it lies in the picture; at least one pixel."""
    margin = MARGIN * max(box[2:])
    (left, width), (top, height) = (
        _clip(start - margin, start + size + margin, side)
        for start, size, side in zip(box[:2], box[2:], shape[1::-1], strict=True)
    )
    return left, top, width, height


def _clip(start: float, end: float, side: int) -> tuple[int, int]:
    """Where a stretch starts inside a side, and how long it is there."""
    first = min(max(round(start), 0), side - 1)
    return first, min(max(round(end), first + 1), side) - first
