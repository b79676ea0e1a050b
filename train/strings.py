"""Digits out of written numbers: which strokes are which character, where the strokes alone tell."""

from __future__ import annotations

import numpy as np

from recognizer.glyphs import DIGITS
from train.pen import Strokes

SIGNS = ".,-/:()+=%#$'"
SHARED = 0.35  # of the narrower one's width, that two parts of a character lie above each other
HIGHEST = 0.45  # of the tallest, that a digit is high at least; what is lower is part of one that was taken apart


def separate(strokes: Strokes, label: str) -> list[tuple[int, Strokes]]:
    """Return the digits of a number with their strokes, or none where there are not as many parts as characters.

    A label in which there is more than digits and signs is no number.
    """
    parts = _group(strokes)
    characters = label.replace(" ", "")
    if len(parts) != len(characters) or not set(characters) <= {*DIGITS, *SIGNS}:
        return []
    found = [(int(character), part) for character, part in zip(characters, parts, strict=True) if character in DIGITS]
    tallest = max((_height(part) for _, part in found), default=0.0)
    return found if all(_height(part) > HIGHEST * tallest for _, part in found) else []


def _group(strokes: Strokes) -> list[Strokes]:
    """The parts from left to right, of strokes that lie above each other."""
    parts: list[Strokes] = []
    for stroke in sorted(strokes, key=lambda stroke: float(stroke[:, 0].mean())):
        if parts and _lie_above(parts[-1], stroke):
            parts[-1].append(stroke)
        else:
            parts.append([stroke])
    return parts


def _lie_above(part: Strokes, stroke: np.ndarray) -> bool:
    x = np.concatenate(part)[:, 0]
    low, high = max(x.min(), stroke[:, 0].min()), min(x.max(), stroke[:, 0].max())
    return bool(high - low >= SHARED * min(np.ptp(x), np.ptp(stroke[:, 0])))


def _height(strokes: Strokes) -> float:
    return float(np.ptp(np.concatenate(strokes)[:, 1]))
