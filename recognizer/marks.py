"""Small ink of a drawing → dots and dashes, by its shape: the page network hardly sees what is a pixel or two high."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recognizer.detection import Detection


@dataclass(frozen=True)
class Shapes:
    """How large dots and dashes are, in heights of the writing beside them."""

    dot: float = 0.25  # its longer side, at most (drawings with marks)
    flat: float = 2.0  # times its height that a dash is long, at least (drawings with marks)
    score: float = 0.6  # of such a mark, which nothing but its shape speaks for


SHAPES = Shapes()


def find_marks(boxes: np.ndarray, height: float, shapes: Shapes = SHAPES) -> list[Detection]:
    """Return those of the boxes (n, 4) of ink, in writing of a `height` in pixels, that are a dot or a dash."""
    named = [(tuple(box.tolist()), _name(box, height, shapes)) for box in boxes]
    return [Detection.of_mark(box, mark, shapes.score) for box, mark in named if mark]


def _name(box: np.ndarray, height: float, shapes: Shapes) -> str | None:
    _, _, wide, high = box
    if max(wide, high) <= shapes.dot * height:
        return "."
    return "-" if wide >= shapes.flat * high else None
