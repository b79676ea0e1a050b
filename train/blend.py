"""Two people's ways to write a digit → ways between them, and beyond (DeVries & Taylor 2017, arXiv:1702.05538)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from train.pen import Strokes, Writing

POINTS = 32  # of a stroke, evenly along it
ALIKE = 0.12  # of its longer side, how far the points of two ways lie apart at most, on the average, to be blended


def blend(writings: Sequence[Writing], number: int, most: float, rng: np.random.Generator) -> Strokes:
    """Return the strokes of a writing, nearer to those of another of the same digit or farther from them.

    They move by up to `most` of what the two differ by, where they are alike: as many strokes, the same way round.
    """
    mine = writings[number]
    others = [
        other
        for other in writings
        if other.label == mine.label and other is not mine and len(other.strokes) == len(mine.strokes)
    ]
    if not others:
        return mine.strokes
    one, two = (_trace(strokes) for strokes in (mine.strokes, others[rng.integers(len(others))].strokes))
    difference = one - two
    if np.linalg.norm(difference, axis=2).mean() > ALIKE:
        return mine.strokes
    return list((one + rng.uniform(-most, most) * difference).astype(np.float32))


def _trace(strokes: Strokes) -> np.ndarray:
    """Strokes as (n, POINTS, 2), their middle at 0 and their longer side 1."""
    traced = np.stack([_resample(stroke) for stroke in strokes])
    low, high = traced.min((0, 1)), traced.max((0, 1))
    return np.asarray((traced - (low + high) / 2) / max(float((high - low).max()), 1e-6))


def _resample(stroke: np.ndarray) -> np.ndarray:
    """A stroke as (POINTS, 2)."""
    along = np.concatenate([[0.0], np.hypot(*np.diff(stroke, axis=0).T).cumsum()])
    places = np.linspace(0, along[-1], POINTS)
    return np.stack([np.interp(places, along, stroke[:, axis]) for axis in range(2)], 1)
