"""What a visitor's corrections are good for: writers that a network has never seen, replayed as they would correct it.

scripts/bench hand FOLD [--draws 10]

FOLD is a model that was trained with `held_out`: `scripts/train fit flagship --name fold --set 'held_out=["apb", …]'`.
What the writers held out wrote is drawn with several pens, and on the canvas, and read in the order of writing. They
correct half of what is wrong and confirm a tenth of what is right; errors are those of the second half. How examples
weigh is fitted on all other writers. Three ways are compared: the example of each digit that looks most like it (which
serves), class means, and a ridge that is solved in closed form.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass

import numpy as np

from benchmarks.handwriting.canvas import on_square
from benchmarks.latency import time_call
from recognizer import Model, read
from recognizer.bundle import DIGIT_COUNT, Votes
from recognizer.frame import SIDE
from recognizer.hand import Hand, add, describe, vote
from recognizer.model import locate
from train.hand import (
    Adapt,
    Examples,
    Teach,
    Way,
    Writer,
    attend,
    correct,
    count_errors,
    find_writings,
    fit,
    read_writers,
    replay,
)
from train.measures import calibration_error
from train.unseen import PENS

RIDGE = 1.0  # added to the diagonal
CAPS = (1, 3, 10, 30)  # examples at most
WRONG = 0.05  # share of the corrections that are wrong, where that is tried
MANY = 500  # examples, by which time and memory are measured
RESAMPLED = 2000  # times that writers are drawn anew for an interval
ROW = "  {:44}{:>10}{:>10}{:>9}  {}"


@dataclass(frozen=True, eq=False)
class Replay:
    """The second half of a writer's digits: their labels, and shares (n, 10) of the network alone and as answered."""

    labels: np.ndarray
    alone: np.ndarray
    answered: np.ndarray

    @property
    def errors(self) -> tuple[int, int]:
        """How many the network alone reads wrongly, and how many the hand."""
        alone, hand = (int((shares.argmax(1) != self.labels).sum()) for shares in (self.alone, self.answered))
        return alone, hand


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fold")
    parser.add_argument("--draws", type=int, default=10, help="ways in which each writer may correct")
    options = parser.parse_args()
    model = Model(locate(options.fold))
    known = read_writers(model)
    errors = count_errors(known)
    fitted = {name: fit(errors, without=name) for name in errors}
    canvas = draw_and_read(model)
    print(f"{len(canvas)} writers, {sum(len(w.labels) for w in canvas)} digits; how examples weigh, fitted:")
    for votes, count in Counter(map(astuple, fitted.values())).items():
        print("  weight {:g}, sharpness {:g}, unknown {:g}: {} times".format(*votes, count))
    print()
    print(ROW.format("errors in second halves, of a replay", "network", "hand", "ratio", "95 %, over writers"))

    def tell(
        words: str, way: Way = serving, teach: Teach = correct, writers: Sequence[Writer] = known
    ) -> list[list[Replay]]:
        found = replay_all(writers, way, fitted, teach, options.draws)
        print(ROW.format(words, *summarise(found)), flush=True)
        return found

    found = tell(f"with {PENS} pens: the nearest example of each digit")
    tell("  class means", means)
    tell("  ridge", ridge)
    for cap in CAPS:
        tell(f"  at most {cap} examples", teach=limit(correct, cap))
    tell("  after the guided page", teach=attend)
    tell("  5 % of the corrections are wrong", teach=mistake)
    tell("  two people at one computer", writers=[pair(*two) for two in zip(known[::2], known[1::2], strict=True)])
    tell("drawn on the canvas", writers=canvas)
    tell_who(found)
    tell_cost(canvas, next(iter(fitted.values())))


def draw_and_read(model: Model) -> list[Writer]:
    """The writers whom a model has not seen, with what it reads of their digits, each drawn on a canvas."""
    writers, count = [], 0
    for name, writings in find_writings(model).items():
        drawn = [[stroke.tolist() for stroke in writing.strokes] for writing in writings]
        readings = [read(on_square(strokes, count + n), model, "digit") for n, strokes in enumerate(drawn)]
        count += len(writings)
        frames = np.concatenate([reading.frames for reading in readings])
        shares = np.array([reading.digits[0].probabilities for reading in readings])
        writers.append(Writer(name, np.array([w.label for w in writings]), shares, describe(frames)))
    return writers


def pair(one: Writer, other: Writer) -> Writer:
    """Two people who write in turn."""
    order = np.argsort(np.concatenate([np.linspace(0, 1, len(w.labels)) for w in (one, other)]), kind="stable")
    joined = [np.concatenate([getattr(one, key), getattr(other, key)])[order] for key in ("labels", "shares", "looks")]
    return Writer(one.name, *joined)


def replay_all(
    writers: Sequence[Writer], way: Way, votes: Mapping[str, Votes], teach: Teach, draws: int
) -> list[list[Replay]]:
    """What becomes of each writer's digits, in so many ways to correct, with the votes of that writer."""
    rng = np.random.default_rng(0)
    return [[_replay(writer, way, votes[writer.name], teach, rng) for _ in range(draws)] for writer in writers]


def _replay(writer: Writer, way: Way, votes: Votes, teach: Teach, rng: np.random.Generator) -> Replay:
    answered = replay(writer, way, votes, teach, rng)
    return Replay(writer.labels[writer.half], writer.shares[writer.half], answered[writer.half])


def mistake(writer: Writer, number: int, right: bool, examples: Examples, rng: np.random.Generator) -> bool:
    """The same, but some corrections are wrong themselves."""
    taught = correct(writer, number, right, examples, rng)
    if taught and not right and rng.random() < WRONG:
        examples[-1] = number, int(rng.choice(np.delete(np.arange(DIGIT_COUNT), writer.labels[number])))
    return taught


def limit(teach: Teach, most: int) -> Teach:
    """Teach no more than so many examples."""
    return lambda writer, number, right, examples, rng: (
        len(examples) < most and teach(writer, number, right, examples, rng)
    )


def serving(writer: Writer, examples: Examples, votes: Votes) -> Adapt:
    """The nearest example of each digit, by the code that serves."""
    numbers, digits = map(list, zip(*examples, strict=True))
    hand = Hand(np.array(digits), writer.packed[numbers], numbers, votes)
    return lambda number: hand.adapt(writer.shares[number : number + 1], writer.looks[number : number + 1])[0]


def means(writer: Writer, examples: Examples, votes: Votes) -> Adapt:
    """The mean of the examples of each digit (prototypes: Snell et al. 2017, arXiv:1703.05175)."""
    numbers, digits = map(np.array, zip(*examples, strict=True))
    known = np.unique(digits)
    centres = np.stack([writer.directions[numbers[digits == digit]].mean(0) for digit in known])
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)

    def adapt(number: int) -> np.ndarray:
        likeness = np.full(DIGIT_COUNT, votes.unknown)
        likeness[known] = centres @ writer.directions[number]
        return vote(writer.shares[number], likeness, votes)

    return adapt


def ridge(writer: Writer, examples: Examples, votes: Votes) -> Adapt:
    """What the network lacked of the right answer at the examples, regressed on their likeness (kernel ridge)."""
    numbers, digits = map(np.array, zip(*examples, strict=True))
    likeness = np.exp(-votes.sharpness * (1 - writer.cosines[np.ix_(numbers, numbers)]))
    lacking = np.eye(DIGIT_COUNT)[digits] - writer.shares[numbers]
    weights = np.linalg.solve(likeness + RIDGE * np.eye(len(numbers)), lacking)

    def adapt(number: int) -> np.ndarray:
        alike = np.exp(-votes.sharpness * (1 - writer.cosines[numbers, number]))
        return add(writer.shares[number], 2 * votes.weight * (alike @ weights))

    return adapt


def summarise(found: Sequence[Sequence[Replay]]) -> tuple[str, str, str, str]:
    """The errors of the network and of the hand, a replay, their ratio, and the interval of that over writers."""
    errors = np.array([np.mean([each.errors for each in replays], 0) for replays in found])
    alone, hand = errors.sum(0)
    rng = np.random.default_rng(0)
    drawn = errors[rng.integers(len(errors), size=(RESAMPLED, len(errors)))].sum(1)
    low, high = np.quantile(drawn[:, 1] / np.maximum(drawn[:, 0], 1), (0.025, 0.975))
    digits = sum(len(replays[0].labels) for replays in found)
    points = 100 * (hand - alone) / digits
    return f"{alone:.0f}", f"{hand:.1f}", f"{hand / alone:.2f}", f"{low:.2f} to {high:.2f}; {points:+.2f} points"


def tell_who(found: Sequence[Sequence[Replay]]) -> None:
    """Print who is worse off, what the worst tenth of the writers gain, and how honest confidences are."""
    errors = np.array([np.mean([each.errors for each in replays], 0) for replays in found])
    worse = np.mean([hand > alone + 1 for replays in found for alone, hand in (each.errors for each in replays)])
    worst = errors[np.argsort(-errors[:, 0])][: max(len(errors) // 10, 1)].sum(0)
    replays = [each for some in found for each in some]
    labels = np.concatenate([each.labels for each in replays])
    honest = [
        calibration_error(np.concatenate([getattr(each, key) for each in replays]), labels)
        for key in ("alone", "answered")
    ]
    print(f"\nworse off by more than one digit         {worse:.1%} of the writers")
    print(f"the worst tenth of the writers           {worst[1] / worst[0]:.2f} of {worst[0]:.0f} errors")
    print("calibration error, network alone / hand  {:.2%} / {:.2%}".format(*honest))


def tell_cost(writers: Sequence[Writer], votes: Votes) -> None:
    """Print what a digit takes longer with many examples, and what these take."""
    packed = np.resize(np.concatenate([writer.packed for writer in writers]), (MANY, writers[0].packed.shape[1]))
    hand = Hand(np.arange(MANY) % DIGIT_COUNT, packed, range(MANY), votes)
    frame, shares = np.random.default_rng(0).random((1, SIDE, SIDE), np.float32), np.full((1, DIGIT_COUNT), 0.1)
    seconds = np.median([time_call(lambda: hand.adapt(shares, describe(frame))) for _ in range(MANY)])
    print(f"one digit more, with {MANY} examples         {1000 * seconds:.3f} ms")
    print(f"an example                               {packed.shape[1]} bytes")


if __name__ == "__main__":
    main()
