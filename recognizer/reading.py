"""The answer, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from recognizer.components import Glyph


@dataclass(frozen=True)
class Digit:
    """One digit read: ten `probabilities` that sum to 1, its `box` (x, y, width, height) in upright pixels."""

    digit: int
    confidence: float
    probabilities: list[float]
    box: list[int]
    line: int
    rejected: bool

    @property
    def character(self) -> str:
        """The digit, or `?` if the model does not take it for one."""
        return "?" if self.rejected else str(self.digit)


@dataclass(frozen=True)
class Reading:
    """All digits of a picture and the `model` that read them.

    `frames` (n, 28, 28) float32, 0 to 1, is what the model saw of the n `glyphs`, which were cut out of the `picture`,
    (height, width) uint8, upright and grey, and maybe reduced from its full `size`, (width, height). `left_out` says
    how many marks of a crowded page were not read.
    """

    model: str
    digits: list[Digit]
    frames: np.ndarray = field(repr=False, compare=False)
    glyphs: list[Glyph] = field(repr=False, compare=False)
    picture: np.ndarray = field(repr=False, compare=False)
    size: tuple[int, int]
    left_out: int = 0

    @property
    def ink(self) -> np.ndarray:
        """What was taken for the ink of digits, (height, width) uint8, as large as the `picture`."""
        ink = np.zeros(self.picture.shape, np.uint8)
        for glyph in self.glyphs:
            x, y, width, height = glyph.box
            part = ink[y : y + height, x : x + width]
            np.maximum(part, glyph.ink, out=part)
        return ink

    @property
    def lines(self) -> list[str]:
        """The lines from top to bottom, each as its characters."""
        count = 1 + max((digit.line for digit in self.digits), default=-1)
        return ["".join(d.character for d in self.digits if d.line == line) for line in range(count)]

    @property
    def text(self) -> str:
        """All lines, one under the other."""
        return "\n".join(self.lines)

    @property
    def confidence(self) -> float:
        """The confidence of the least certain digit."""
        return min(digit.confidence for digit in self.digits)

    def as_dict(self) -> dict:
        """The answer as JSON has it; `left_out` only where something was."""
        digits = [dict(vars(digit)) for digit in self.digits]
        answer = {"text": self.text, "lines": self.lines, "model": self.model, "digits": digits}
        return answer | ({"left_out": self.left_out} if self.left_out else {})
