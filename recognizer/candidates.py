"""Candidates for digits, what speaks for and against them, and the choice among them (segmentation by recognition)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from recognizer.components import Glyph
from recognizer.frame import measure_faintness

LEAST = 1e-9  # of a probability, so that its logarithm is finite


@dataclass(frozen=True)
class Costs:
    """All that speaks against a candidate besides the model, in nats, as a probability's negative logarithm is.

    Values were chosen by `scripts/bench realworld` on the sets named.
    """

    split: float = 0.02  # for each component: so much better must several digits read than one (unipen, auto)
    faint: float = 4.0  # times the share of ink that is faint and far from strokes, as ruling is (sudoku)
    cut: float = 1.5  # either side of a cut through ink (strings)
    apart: float = 0.15  # each gap between what stands side by side (unipen, auto)
    low: float = 2.0  # each usual height that a candidate is lower than `low_below` (strings)
    low_below: float = 0.7  # usual heights
    skip: float = 0.7  # taking a low component for a stray mark (strings)
    missed: float = 0.15  # leaving out what may be another digit, or taking a page for one (strings)
    overlooked: float = 1.0  # leaving out all ink in the middle of the picture (sudoku)
    across: float = 0.5  # reaching from border to border, as shadows and table edges do (rendered photographs)
    second: float = 0.2  # any but the first way to tell a digit from what is around it (sudoku)
    among: float = 0.5  # not nats: of the confidence that a digit needs alone, where there are others (strings)


COSTS = Costs()


@dataclass(frozen=True, eq=False)
class Candidate:
    """That the components `start` to `stop` (not included) of a line are one digit, the `glyph`.

    `cost`, 0 or more, is what its size and place speak against it, in nats.
    """

    start: int
    stop: int
    glyph: Glyph
    cost: float = 0.0


@dataclass(frozen=True)
class Skip:
    """That the components `start` to `stop` of a line are no digit but a stray mark, at a total cost in nats."""

    start: int
    stop: int
    cost: float


Line = Sequence[Candidate | Skip]


@dataclass(frozen=True, eq=False)
class Score:
    """What the model says of a candidate's `frame` (28, 28): `probabilities` (10,), and its total `cost` in nats."""

    frame: np.ndarray
    probabilities: np.ndarray
    cost: float


Scores = Mapping[Candidate, Score]


@dataclass(frozen=True, eq=False)
class Choice:
    """The candidates chosen for each line, with their scores; `cost` is the mean of a component's, in nats."""

    lines: list[list[tuple[Candidate, Score]]]
    cost: float

    @property
    def count(self) -> int:
        """How many digits were chosen."""
        return sum(map(len, self.lines))


def score(candidates: Sequence[Candidate], frames: np.ndarray, probabilities: np.ndarray, costs: Costs) -> Scores:
    """Return what speaks against each candidate, from the frames (n, 28, 28) and the model's probabilities (n, 10).

    What the model says counts once for each component: otherwise few digits would cost less than many.
    """
    return {
        candidate: Score(
            frame, row, candidate.cost + costs.faint * measure_faintness(frame) + _surprise(candidate, row)
        )
        for candidate, frame, row in zip(candidates, frames, probabilities, strict=True)
    }


def choose(lines: Sequence[Line], scores: Scores) -> Choice:
    """Return the cheapest digits for each line; where all would be stray marks, they are digits after all."""
    chosen = [_shortest(line, scores) for line in lines]
    if not any(chosen):
        chosen = [_shortest(candidates_of([line]), scores) for line in lines]
    digits = [[(digit, scores[digit]) for digit in line] for line in chosen if line]
    components = sum(digit.stop - digit.start for line in digits for digit, _ in line)
    return Choice(digits, sum(score.cost for line in digits for _, score in line) / components)


def prefer(first: Choice, *others: Choice, costs: Costs) -> Choice:
    """Return the best of several choices; the first, unless another is cheaper by what a split costs."""
    return min((first, *others), key=lambda choice: choice.cost + costs.split * (choice is not first))


def candidates_of(lines: Iterable[Line]) -> list[Candidate]:
    """Return all candidates of lines, without the stray marks."""
    return [candidate for line in lines for candidate in line if isinstance(candidate, Candidate)]


def _surprise(candidate: Candidate, probabilities: np.ndarray) -> float:
    return -(candidate.stop - candidate.start) * math.log(max(float(probabilities.max()), LEAST))


def _shortest(line: Line, scores: Scores) -> list[Candidate]:
    """The digits that together cover a line at the least cost (Burges et al. 1992, "Shortest path segmentation")."""
    components = max(candidate.stop for candidate in line)
    least = [0.0] + [math.inf] * components
    last: list[Candidate | Skip | None] = [None] * (components + 1)
    for candidate in sorted(line, key=lambda candidate: candidate.stop):
        cost = scores[candidate].cost if isinstance(candidate, Candidate) else candidate.cost
        if (total := least[candidate.start] + cost) < least[candidate.stop]:
            least[candidate.stop], last[candidate.stop] = total, candidate
    path, end = [], last[components]
    while end:
        path.append(end)
        end = last[end.start]
    return [candidate for candidate in reversed(path) if isinstance(candidate, Candidate)]
