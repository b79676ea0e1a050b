"""The answer, as plain data."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from recognizer.components import Glyph
from recognizer.glyphs import DIGITS

PLACES = 6  # decimal places of a probability; more would be noise
COLUMNS = ("line", "text", "digit", "confidence", "x", "y", "width", "height")  # of a digit in a table
REJECTED = "?"  # stands for what is probably no digit


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
        return REJECTED if self.rejected else str(self.digit)

    @property
    def values(self) -> tuple[Any, ...]:
        """What a table says of it, in the order of COLUMNS."""
        return self.line, self.character, self.digit, self.confidence, *self.box


@dataclass(frozen=True)
class Mark:
    """One mark read, such as a decimal point, with its `box` (x, y, width, height) in upright pixels."""

    mark: str
    confidence: float
    box: list[int]
    line: int


@dataclass(frozen=True)
class Adapted:
    """A digit, by its `number` in the answer, that is read otherwise because of an `example` of the writer's hand."""

    number: int
    before: int  # what the network alone says
    example: Any  # the name of the one that looks most like it


@dataclass(frozen=True)
class Reading:
    """All digits and marks of a picture and the `model` of single digits that was asked for.

    `lines` are what is written, from top to bottom, `table` its cells where it shows columns. `frames` (n, 28, 28)
    float32, 0 to 1, are the n `glyphs` as a model takes them, cut out of the `picture`, (height, width) uint8, which is
    upright and grey, and maybe reduced from its full `size`, (width, height). `left_out` says how many glyphs were seen
    that are no part of the answer, `others` where most of them are, as boxes like those of digits, `turned` by how many
    degrees the picture was turned clockwise to be read, `page` which of the `pages` of its file it is.
    `by_page_network` says whether that network found the digits and read them, and `adapted` which of them a writer's
    hand has changed.
    """

    model: str
    digits: list[Digit]
    lines: list[str]
    frames: np.ndarray = field(repr=False, compare=False)
    glyphs: list[Glyph] = field(repr=False, compare=False)
    picture: np.ndarray = field(repr=False, compare=False)
    size: tuple[int, int]
    marks: list[Mark] = field(default_factory=list)
    table: list[list[str]] | None = None
    left_out: int = 0
    others: list[list[int]] = field(default_factory=list)
    turned: int = 0
    page: int = 1
    pages: int = 1
    by_page_network: bool = False
    adapted: list[Adapted] = field(default_factory=list)

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
    def text(self) -> str:
        """All lines, one under the other."""
        return "\n".join(self.lines)

    @property
    def confidence(self) -> float:
        """How likely all digits and marks are right of the number that is least so."""
        return round(min(math.prod(number) for number in self._numbers()), PLACES)

    def _numbers(self) -> Iterator[list[float]]:
        """The confidences of the digits and marks of each number, in the order of the text."""
        digits: Iterator[Digit | Mark] = iter(self.digits)
        marks: Iterator[Digit | Mark] = iter(self.marks)
        for number in self.text.split():
            yield [next(digits if character in DIGITS + REJECTED else marks).confidence for character in number]

    def to_csv(self) -> str:
        """Return the digits as CSV, a row each, with a header."""
        text = io.StringIO()
        rows = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        rows.writeheader()
        rows.writerows(self._rows())
        return text.getvalue()

    def to_dataframe(self) -> Any:
        """Return the digits as a data frame of pandas, or of Polars where that alone is installed, a row each.

        Raises ImportError where neither is.
        """
        for name in ("pandas", "polars"):
            if find_spec(name):
                return import_module(name).DataFrame(self._rows())
        raise ImportError("A data frame needs pandas or polars; pip install one of them, or take to_csv().")

    def _rows(self) -> list[dict[str, Any]]:
        return [dict(zip(COLUMNS, digit.values, strict=True)) for digit in self.digits]

    def as_dict(self) -> dict[str, Any]:
        """The answer as JSON has it; `left_out`, `turned`, `table` and the pages only where there is something."""
        answer = {
            "text": self.text,
            "lines": self.lines,
            "model": self.model,
            "digits": [dict(vars(digit)) for digit in self.digits],
            "marks": [dict(vars(mark)) for mark in self.marks],
        }
        paged = self.pages > 1
        extra = {
            "left_out": self.left_out or None,
            "turned": self.turned or None,
            "page": self.page if paged else None,
            "pages": self.pages if paged else None,
            "table": self.table,
        }
        return answer | {name: value for name, value in extra.items() if value is not None}
