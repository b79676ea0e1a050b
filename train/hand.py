"""How a network learns a hand: writers that it has not seen, replayed as they would correct it → `recognizer.hand`.

Their digits are read in the order of writing. They correct some of what is wrong and confirm a little of what is right,
and what is read from then on takes account of that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

import numpy as np

from recognizer import Model
from recognizer.bundle import DIGIT_COUNT, Bundle, Votes
from recognizer.hand import describe, pack, unpack, vote
from train.augment import AS_IT_IS
from train.cards import read_card
from train.data import Pens
from train.pen import Writing
from train.unseen import PENS, find_unseen

SETS = ("unipen", "pendigits")  # whose digits stand in the order of writing
CORRECTED, CONFIRMED = 0.5, 0.1  # shares of what is read wrongly and rightly
LESSON = 2  # examples of each digit that the guided page asks for
DRAWS = 3  # ways in which each writer may correct, for a fit
TRIED = [Votes(*each) for each in product((10.0, 15.0, 20.0, 30.0), (6.0, 8.0, 10.0, 12.0), (0.7, 0.75, 0.8))]

Examples = list[tuple[int, int]]  # the number of a digit, and what its writer says that it is
Adapt = Callable[[int], np.ndarray]  # the number of a digit → its shares (10,)
Way = Callable[["Writer", Examples, Votes], Adapt]
Teach = Callable[["Writer", int, bool, Examples, np.random.Generator], bool]  # whether there is one example more


@dataclass(frozen=True, eq=False)
class Writer:
    """The digits of a writer in order, as a network reads them alone: shares (n, 10) and looks (n, traits)."""

    name: str
    labels: np.ndarray
    shares: np.ndarray
    looks: np.ndarray

    @property
    def wrong(self) -> np.ndarray:
        """Which digits (n,) the network alone reads wrongly."""
        return np.asarray(self.shares.argmax(1) != self.labels)

    @cached_property
    def packed(self) -> np.ndarray:
        """The looks as examples keep them."""
        return pack(self.looks)

    @cached_property
    def directions(self) -> np.ndarray:
        """The directions of the looks, as a hand compares them."""
        return unpack(self.packed)

    @cached_property
    def cosines(self) -> np.ndarray:
        """How much each digit looks like each other one that is an example (n, n)."""
        return np.asarray(self.looks @ self.directions.T)

    @property
    def half(self) -> slice:
        """The second half of the digits, by which it is measured."""
        return slice(len(self.labels) // 2, None)


def find_writings(model: Model) -> dict[str, list[Writing]]:
    """Return what those wrote who were held out from a model's training, by writer, in order. Raises TrainError."""
    found: dict[str, list[Writing]] = {}
    for name, digits in find_unseen(model, SETS).items():
        for writing in digits.writings:
            found.setdefault(f"{name} {writing.writer}", []).append(writing)
    return found


def read_writers(model: Model) -> list[Writer]:
    """Return the writers held out from a model's training, as it reads them, one for each pen. Raises TrainError."""
    found = find_writings(model).items()
    return [_read(model, name, Pens(writings), pen) for pen in range(PENS) for name, writings in found]


def _read(model: Model, name: str, digits: Pens, pen: int) -> Writer:
    frames = digits.render(AS_IT_IS, np.random.default_rng(pen))
    probabilities = model.probabilities(frames)
    return Writer(name, digits.labels, probabilities / probabilities.sum(1, keepdims=True), describe(frames))


def correct(writer: Writer, number: int, right: bool, examples: Examples, rng: np.random.Generator) -> bool:
    """Correct half of what is wrong and confirm a tenth of what is right."""
    if rng.random() >= (CONFIRMED if right else CORRECTED):
        return False
    examples.append((number, int(writer.labels[number])))
    return True


def attend(writer: Writer, number: int, right: bool, examples: Examples, rng: np.random.Generator) -> bool:
    """Write each digit twice, as the guided page asks, out of the first half; correct nothing later."""
    digit = int(writer.labels[number])
    if number >= len(writer.labels) // 2 or [each for _, each in examples].count(digit) >= LESSON:
        return False
    examples.append((number, digit))
    return True


def nearest(writer: Writer, examples: Examples, votes: Votes) -> Adapt:
    """The way of `recognizer.hand`, with cosines that are computed once."""
    numbers, digits = map(np.array, zip(*examples, strict=True))
    known = np.isin(np.arange(DIGIT_COUNT), digits)

    def adapt(number: int) -> np.ndarray:
        likeness = np.where(known, -1.0, votes.unknown)
        np.maximum.at(likeness, digits, writer.cosines[number, numbers])
        return vote(writer.shares[number], likeness, votes)

    return adapt


def replay(writer: Writer, way: Way, votes: Votes, teach: Teach, rng: np.random.Generator) -> np.ndarray:
    """Return the shares (n, 10) of a writer's digits as they are answered, while the writer teaches."""
    examples: Examples = []
    answered, adapt = writer.shares.copy(), None
    for number in range(len(answered)):
        if adapt:
            answered[number] = adapt(number)
        if teach(writer, number, bool(answered[number].argmax() == writer.labels[number]), examples, rng):
            adapt = way(writer, examples, votes)
    return answered


def fit(errors: Mapping[str, np.ndarray], without: str | None = None) -> Votes:
    """Return the votes with the fewest errors of all writers `without` one, as count_errors tells them."""
    return TRIED[int(np.sum([found for name, found in errors.items() if name != without], 0).argmin())]


def count_errors(writers: Sequence[Writer]) -> dict[str, np.ndarray]:
    """Return how many digits of each writer's second halves are wrong with all votes that are tried, (len(TRIED),)."""
    errors: dict[str, np.ndarray] = {}
    for writer in writers:
        found = np.array([_count_errors(writer, votes) for votes in TRIED])
        errors[writer.name] = errors.get(writer.name, 0) + found
    return errors


def _count_errors(writer: Writer, votes: Votes) -> int:
    """As many of those who correct as they go are counted as of those who write what the guided page asks for."""
    rng = np.random.default_rng(0)  # the same for all votes, so that they differ by nothing else
    corrected = sum(_count(replay(writer, nearest, votes, correct, rng), writer) for _ in range(DRAWS))
    return corrected + DRAWS * _count(replay(writer, nearest, votes, attend, rng), writer)


def _count(shares: np.ndarray, writer: Writer) -> int:
    return int((shares.argmax(1) != writer.labels)[writer.half].sum())


def teach(bundle: Bundle, votes: Votes) -> None:
    """Write into a model's card how it learns a hand. Raises TrainError."""
    bundle.write_card(replace(read_card(bundle), votes=votes))
