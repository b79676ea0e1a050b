"""Small ink of a drawing → dots and dashes, by its shape: the page network hardly sees what is a pixel or two high."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from recognizer.glyphs import CLASSES
from recognizer.page import Found


@dataclass(frozen=True)
class Shapes:
    """How large dots and dashes are, in heights of the writing beside them."""

    dot: float = 0.25  # its longer side, at most (drawings with marks)
    flat: float = 2.0  # times its height that a dash is long, at least (drawings with marks)
    score: float = 0.6  # of such a mark, which nothing but its shape speaks for


SHAPES = Shapes()


def find_marks(boxes: np.ndarray, height: float, shapes: Shapes = SHAPES) -> list[Found]:
    """Return those of the boxes (n, 4) of ink, in writing of a `height` in pixels, that are a dot or a dash."""
    return [Found(tuple(box.tolist()), _only(mark, shapes)) for box, mark in _named(boxes, height, shapes)]


def _named(boxes: np.ndarray, height: float, shapes: Shapes) -> Iterator[tuple[np.ndarray, str]]:
    for box in boxes:
        _, _, wide, high = box
        if max(wide, high) <= shapes.dot * height:
            yield box, "."
        elif wide >= shapes.flat * high:
            yield box, "-"


def _only(mark: str, shapes: Shapes) -> np.ndarray:
    """The scores (len(CLASSES),) of what can be one mark alone."""
    scores = np.zeros(len(CLASSES))
    scores[CLASSES.index(mark)] = shapes.score
    return scores
