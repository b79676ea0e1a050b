"""Drawing → ink: on plain paper, of one level, ink is what differs from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from recognizer.errors import NoInk
from recognizer.scale import halve

LEVELS = np.arange(256, dtype=np.float32)  # all that a pixel can have


@dataclass(frozen=True)
class Plain:
    """What makes a picture a drawing on plain paper, and how its ink is measured."""

    dense: float = 0.45  # of the picture that is ink at most, as more may be the paper (mnist, hwd1000)
    widest: float = 0.4  # of its longer side that a stroke is wide at most (hwd1000)
    looked_at: int = 128  # pixels; the longer side of the reduced picture in which wide strokes are looked for
    enough: int = 200  # pixels; the longer side that a drawing keeps at least (unipen)
    broad: float = 6.5  # pixels; the shape of finer strokes would suffer from halving (unipen)
    faintest: float = 10.0  # grey levels between paper and ink, below which nothing is written (sudoku)
    smoothed: int = 75  # pixels; strokes are wider than one pixel in pictures whose shorter side is longer (mnist)


PLAIN = Plain()


def condense(grey: np.ndarray, plain: Plain = PLAIN) -> np.ndarray:
    """Return a picture (height, width) uint8 as it is, or halved where it is a large drawing with broad strokes.

    It is halved as long as its strokes stay broad, because frames show no more and fewer pixels are read sooner.
    """
    if max(grey.shape) < 2 * plain.enough:
        return grey
    smaller = halve(grey, max(grey.shape) - 1)
    if any(_mean_width(contrast) >= plain.broad for contrast in _contrasts(smaller, plain)):
        return condense(smaller, plain)
    return grey


def find_contrast(grey: np.ndarray, plain: Plain = PLAIN) -> np.ndarray | None:
    """Return how much each pixel of a drawing (height, width) uint8 differs from its paper; None of other pictures.

    In a drawing nearly all is paper of one level, which is near wherever there is ink.
    """
    return next((contrast for contrast in _contrasts(grey, plain) if not _is_wide(contrast, plain)), None)


def measure_ink(contrast: np.ndarray, plain: Plain = PLAIN) -> np.ndarray:
    """Return the ink (height, width) uint8 of a drawing, as strong as most of it is. Raises NoInk.

    `contrast` (height, width) uint8 is how much each pixel differs from the paper.
    """
    strongest = _strongest(contrast, plain)
    if strongest < plain.faintest:
        raise NoInk
    high = _middle_above(strongest / 2, contrast)
    strength = np.clip(LEVELS * (255 / max(high, 1.0)), 0, 255).round().astype(np.uint8)
    return _with_strength(contrast, strength)


def _contrasts(grey: np.ndarray, plain: Plain) -> Iterator[np.ndarray]:
    """How much darker, and how much lighter, a picture is than paper of one level, where that is nearly all of it."""
    lightest, darkest = grey.max(), grey.min()
    for contrast in (lightest - grey, grey - darkest):
        if cv2.countNonZero(contrast) < plain.dense * grey.size:
            yield contrast


def _mean_width(contrast: np.ndarray) -> float:
    """The mean width in pixels of strokes on plain paper, by how much is left of them without their edges.

    It agrees with frame.measure_stroke_width, in a sixth of the time, and strokes need not be as strong as ink.
    """
    inked, inner = cv2.countNonZero(contrast), cv2.countNonZero(cv2.erode(contrast, np.ones((3, 3), np.uint8)))
    return 2 * inked / max(inked - inner, 1)


def _is_wide(contrast: np.ndarray, plain: Plain) -> bool:
    """Whether there is contrast all over a square as wide as the widest stroke."""
    marked = halve(cv2.threshold(contrast, 0, 255, cv2.THRESH_BINARY)[1], plain.looked_at)
    width = max(3, round(plain.widest * max(marked.shape)))
    return bool(cv2.erode(marked, np.ones((width, width), np.uint8)).any())


def _strongest(contrast: np.ndarray, plain: Plain) -> float:
    """The greatest contrast, of more than a single pixel where the picture is large enough to have wider strokes."""
    return float((cv2.blur(contrast, (3, 3)) if min(contrast.shape) >= plain.smoothed else contrast).max())


def _middle_above(least: float, contrast: np.ndarray) -> float:
    """The median of what contrast is above the least."""
    marked = contrast[_find_marked(contrast)]
    strong = marked[marked > int(least)]
    middle = [(len(strong) - 1) // 2, len(strong) // 2]
    return float(np.partition(strong, middle)[middle].mean())


def _with_strength(contrast: np.ndarray, strength: np.ndarray) -> np.ndarray:
    """Contrast with each level replaced by its strength (256,), which of 0 is 0."""
    ink, marked = np.zeros_like(contrast), _find_marked(contrast)
    ink[marked] = cv2.LUT(contrast[marked], strength)
    return ink


def _find_marked(contrast: np.ndarray) -> tuple[slice, slice]:
    """The rows and columns of all contrast there is: of a drawing, much less than the whole."""
    x, y, width, height = cv2.boundingRect(contrast)
    return slice(y, y + height), slice(x, x + width)
