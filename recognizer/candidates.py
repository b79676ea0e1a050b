"""Candidates for the only digit of a picture: which of its ink may be the digit, and what speaks against each."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from recognizer.borders import find_digit, find_digits, find_writing, is_across, is_more_written, share_overlooked
from recognizer.components import Components, Glyph, enclose, usual_height
from recognizer.frame import measure_faintness

LEAST = 1e-9  # of a probability, so that its logarithm is finite


@dataclass(frozen=True)
class Costs:
    """All that speaks against a candidate besides the model, in nats, as a probability's negative logarithm is.

    Values were chosen by `scripts/bench realworld` on the sets named.
    """

    sure: float = 0.02  # in all; what costs no more is the digit, and nothing else is looked for (unipen, auto)
    faint: float = 4.0  # times the share of ink that is faint and far from strokes, as ruling is (sudoku)
    apart: float = 0.15  # each gap between what stands side by side (unipen, auto)
    tall: float = 0.5  # not nats: of the tallest component's height, that one has which stands beside it (strings)
    page: float = 3.0  # not nats: usual heights; what is larger is more than one digit (strings)
    missed: float = 0.15  # leaving out what may be another digit, or taking a page for one (strings)
    overlooked: float = 1.0  # leaving out all ink in the middle of the picture (sudoku)
    across: float = 0.5  # reaching from border to border, as shadows and table edges do (rendered photographs)
    second: float = 0.2  # any but the first way to tell a digit from what is around it (sudoku)


COSTS = Costs()


@dataclass(frozen=True, eq=False)
class Candidate:
    """That a `glyph` is the digit; `cost`, 0 or more, is what its size and place speak against it, in nats."""

    glyph: Glyph
    cost: float = 0.0


@dataclass(frozen=True, eq=False)
class Score:
    """What the model says of a candidate's `frame` (28, 28): `probabilities` (10,), and its total `cost` in nats."""

    frame: np.ndarray
    probabilities: np.ndarray
    cost: float


Choice = tuple[Candidate, Score]


def propose(inks: Sequence[Components], costs: Costs) -> list[Candidate]:
    """Return what of a picture's ink, found in several ways, may be its digit, however many components it is in.

    Specks are dropped, and what runs into the border (a neighbour, a line) may be, unless little else is there.
    """
    ways = [(inks[0], find_digit(inks[0]))]
    ways += [(ink, numbers) for ink in inks[1:] or inks for numbers in find_digits(ink)]
    different = {(id(components), frozenset(numbers.tolist())): (components, numbers) for components, numbers in ways}
    height = usual_height(inks[-1], find_writing(inks[-1]))
    return [
        Candidate(
            components.glyph(numbers), costs.second * (place > 0) + _cost_alone(components, numbers, height, costs)
        )
        for place, (components, numbers) in enumerate(different.values())
    ]


def score(candidates: Sequence[Candidate], frames: np.ndarray, probabilities: np.ndarray, costs: Costs) -> list[Score]:
    """Return what speaks against each candidate, from the frames (n, 28, 28) and the model's probabilities (n, 10)."""
    return [
        Score(frame, row, candidate.cost + costs.faint * measure_faintness(frame) - math.log(max(row.max(), LEAST)))
        for candidate, frame, row in zip(candidates, frames, probabilities, strict=True)
    ]


def choose(candidates: Sequence[Candidate], scores: Sequence[Score]) -> Choice:
    """Return the candidate that costs least, with its score."""
    return min(zip(candidates, scores, strict=True), key=lambda choice: choice[1].cost)


def prefer(choices: Iterable[Choice], costs: Costs) -> Choice:
    """Return the best choice of several readings: the first, unless another is cheaper by more than is sure."""
    first, *others = choices
    best = min(others, key=lambda choice: choice[1].cost, default=first)
    return best if best[1].cost + costs.sure < first[1].cost else first


def _cost_alone(components: Components, numbers: np.ndarray, height: float, costs: Costs) -> float:
    """The cost of taking components for the only digit of a picture, where writing is usually of a height."""
    left, top, right, bottom = enclose(components.boxes[numbers])
    is_page = max(right - left, bottom - top) > costs.page * height
    across = costs.across * is_across(components, numbers)
    if components.is_one:
        return costs.missed * is_page + across
    missed = costs.missed * (is_page or is_more_written(components, numbers, costs.tall))
    gaps = costs.apart * _count_gaps(components.boxes[numbers], costs.tall)
    return missed + across + gaps + costs.overlooked * share_overlooked(components, numbers)


def _count_gaps(boxes: np.ndarray, tall: float) -> int:
    """How many gaps there are between the tall ones of boxes (n, 4), from left to right."""
    beside = boxes[boxes[:, 3] >= tall * boxes[:, 3].max()]
    starts, ends = np.sort(beside[:, 0]), np.sort(beside[:, 0] + beside[:, 2])
    return int((starts[1:] > ends[:-1]).sum())
