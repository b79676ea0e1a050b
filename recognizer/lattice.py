"""Ways to read a picture, and the best of them by what the model says (over-segmentation with recognition)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from recognizer.pieces import Glyph

SPLIT = 0.02  # by how much, in log probability of an atom, a picture must read better as several digits than as one


@dataclass(eq=False)
class Option:
    """That the atoms `start` to `stop` (not included) of a line are one digit, the `glyph`.

    `cost`, never below 0, is what speaks against it besides the model, its size and place, in log probability. The
    `frame` (28, 28) and the model's `probabilities` (10,) are filled in later, those of all options at once.
    """

    start: int
    stop: int
    glyph: Glyph
    cost: float = 0.0
    frame: np.ndarray = field(init=False)
    probabilities: np.ndarray = field(init=False)

    @property
    def total(self) -> float:
        """Its cost and the model's doubt, once for each atom: else few digits would cost less than many."""
        return self.cost - (self.stop - self.start) * math.log(max(float(self.probabilities.max()), 1e-9))


@dataclass(frozen=True)
class Skip:
    """That the atoms `start` to `stop` of a line are no digit but a stray mark, at a total cost."""

    start: int
    stop: int
    total: float


Line = list[Option | Skip]


def best_way(ways: Sequence[Sequence[Line]]) -> list[list[Option]]:
    """Return the lines, each the digits chosen for it, of the best of several ways to read a picture.

    The first way is preferred: another must be better by SPLIT, and see more than one digit.
    """
    found = [_digits(way) for way in ways]
    chosen = found[0]
    for lines in found[1:]:
        if sum(map(len, lines)) > 1 and _doubt(lines) + SPLIT < _doubt(chosen):
            chosen = lines
    return [line for line in chosen if line]


def least_doubtful(readings: Sequence[Sequence[Sequence[Option]]]) -> int:
    """The number of the best of several readings; the first is preferred, unless another is better by SPLIT."""
    doubts = [_doubt(lines) + SPLIT * (number > 0) for number, lines in enumerate(readings)]
    return doubts.index(min(doubts))


def is_sure(way: Sequence[Line]) -> bool:
    """Whether a first way to read a picture is so good that no other can be better by SPLIT, as no cost is below 0."""
    return _doubt(_digits(way)) <= SPLIT


def _digits(way: Sequence[Line]) -> list[list[Option]]:
    """The best digits for each line; where all would be stray marks, they are taken for digits after all."""
    lines = [_shortest(line) for line in way]
    if any(lines):
        return lines
    return [_shortest([option for option in line if isinstance(option, Option)]) for line in way]


def _shortest(line: Sequence[Option | Skip]) -> list[Option]:
    """The digits that together cover a line at the least cost (Burges et al. 1992, "Shortest path segmentation")."""
    atoms = max(option.stop for option in line)
    least = [0.0] + [np.inf] * atoms
    last: list[Option | Skip | None] = [None] * (atoms + 1)
    for option in sorted(line, key=lambda option: option.stop):
        if (total := least[option.start] + option.total) < least[option.stop]:
            least[option.stop], last[option.stop] = total, option
    path, end = [], last[atoms]
    while end:
        path.append(end)
        end = last[end.start]
    return [option for option in reversed(path) if isinstance(option, Option)]


def _doubt(lines: Sequence[Sequence[Option]]) -> float:
    """The mean cost of an atom."""
    return sum(o.total for line in lines for o in line) / sum(o.stop - o.start for line in lines for o in line)
