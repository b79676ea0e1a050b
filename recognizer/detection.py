"""What the page network finds: a glyph's box and scores, its peaks in an answer, and how boxes overlap."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from recognizer.glyphs import CLASSES, DIGITS, STRIDE

FAINT = 1e-4  # a probability that is as good as none


@dataclass(frozen=True)
class Detection:
    """A glyph on the page: its box (x, y, width, height) in pixels, and the scores, 0 to 1 each, of all CLASSES."""

    box: tuple[float, float, float, float]
    classes: np.ndarray

    @classmethod
    def of_digit(cls, box: tuple[float, float, float, float], probabilities: np.ndarray) -> Detection:
        """Make a glyph of what a model of digits says, the probabilities (10,) of each."""
        return cls(box, np.pad(probabilities, (0, len(CLASSES) - len(DIGITS))))

    @classmethod
    def of_mark(cls, box: tuple[float, float, float, float], mark: str, score: float) -> Detection:
        """Make a glyph of what can be one mark alone, with a score from 0 to 1."""
        return cls(box, score * (np.array(CLASSES) == mark))

    def move(self, right: float, down: float) -> Detection:
        """Return the same glyph elsewhere, by so many pixels."""
        x, y, width, height = self.box
        return replace(self, box=(x + right, y + down, width, height))

    def become(self, name: str) -> Detection:
        """Return the same glyph, which is now this one of CLASSES: what was likelier is out of the question."""
        if name == self.name:
            return self
        return replace(self, classes=np.where(self.classes > self.classes[CLASSES.index(name)], 0.0, self.classes))

    @property
    def score(self) -> float:
        """How surely it is what it most likely is, 0 to 1."""
        return float(self.classes.max())

    @property
    def name(self) -> str:
        """The digit, the mark, or what else it is, as in CLASSES."""
        return CLASSES[int(self.classes.argmax())]

    @property
    def is_digit(self) -> bool:
        """Whether it is one of the ten digits."""
        return self.name in DIGITS

    @property
    def shares(self) -> np.ndarray:
        """How likely it is each of the ten digits (10,), as if it were one; they sum to 1."""
        digits = self.classes[: len(DIGITS)]
        return digits / digits.sum()

    def heed(self, probabilities: np.ndarray, weight: float) -> Detection:
        """Return the digit with its scores as a geometric mean with what another model says (10,), of that `weight`.

        Its largest score stays as it is.
        """
        second = probabilities[: len(DIGITS)]
        both = np.maximum(self.shares, FAINT) ** (1 - weight) * np.maximum(second / second.sum(), FAINT) ** weight
        return replace(self, classes=np.concatenate([self.score * both / both.max(), self.classes[len(DIGITS) :]]))


def find_peaks(heat: np.ndarray, box: np.ndarray, least: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what is found in one tile's `heat` and `box`, as `recognizer.glyphs` lays them out, above a score `least`.

    That is the cells (n, 2), row and column, the boxes (n, 4), x, y, width and height in pixels of the tile, and the
    scores (n, classes), 0 to 1.
    """
    best = cv2.reduce(heat.reshape(-1, heat.shape[-1]), 1, cv2.REDUCE_MAX).reshape(heat.shape[:2])  # as heat.max(-1)
    cells = np.argwhere((best > least) & (best == cv2.dilate(best, np.ones((3, 3)))))
    rows, columns = cells.T
    sizes = STRIDE * np.exp(box[rows, columns, :2])
    middles = STRIDE * (cells[:, ::-1] + 0.5 + box[rows, columns, 2:4])
    return cells, np.concatenate([middles - sizes / 2, sizes], 1), heat[rows, columns]


def overlaps(box: np.ndarray, boxes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of a box and boxes (n, 4): intersection over union, and intersection over the smaller of both, (n,) each."""
    low = np.maximum(boxes[:, :2], box[:2])
    high = np.minimum(boxes[:, :2] + boxes[:, 2:], box[:2] + box[2:])
    shared, areas, area = np.clip(high - low, 0, None).prod(1), boxes[:, 2:].prod(1), box[2:].prod()
    return shared / (areas + area - shared), shared / np.minimum(areas, area)
