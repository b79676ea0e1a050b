"""How a network learns a hand: writers that it has not seen, replayed as they would correct it → `recognizer.hand`.

Their digits are read in the order of writing. They correct some of what is wrong and confirm a little of what is right,
and what is read from then on takes account of that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import cast

import numpy as np
from scipy.optimize import minimize

from recognizer import Model
from recognizer.bundle import Bundle, Votes
from recognizer.hand import LEAST, Hand, pack
from train.augment import AS_IT_IS
from train.cards import read_card
from train.data import Pens, load
from train.errors import TrainError
from train.pen import Writing

SETS = ("unipen", "pendigits")  # that name their writers
CORRECTED, CONFIRMED = 0.5, 0.1  # shares of what is read wrongly and rightly
DRAWS = 4  # ways in which each writer may have corrected, that votes are fitted on
BEGIN = (4.0, 8.0)  # weight and sharpness that the fit starts from
BATCH = 500  # frames


@dataclass(frozen=True, eq=False)
class Writer:
    """The digits of a writer in order, as a network reads them alone: shares (n, 10) and packed features (n, bytes)."""

    name: str
    labels: np.ndarray
    shares: np.ndarray
    features: np.ndarray

    @property
    def wrong(self) -> np.ndarray:
        """Which digits (n,) the network alone reads wrongly."""
        return np.asarray(self.shares.argmax(1) != self.labels)

    @cached_property
    def packed(self) -> np.ndarray:
        """The features as examples keep them."""
        return pack(self.features)


def find_writings(held_out: Sequence[str]) -> dict[str, list[Writing]]:
    """Return what those donors or writers wrote, by writer, in the order of writing."""
    found: dict[str, list[Writing]] = {}
    for name in SETS:
        for writing in cast(Pens, load(name).train).writings:
            if writing.writer.split()[0] in held_out:
                found.setdefault(f"{name} {writing.writer}", []).append(writing)
    return found


def read_writers(model: Model) -> list[Writer]:
    """Return the writers held out from a model's training, as it reads them. Raises TrainError where there are none."""
    writers = []
    for name, writings in find_writings(read_card(Bundle(model.folder)).recipe.get("held_out", [])).items():
        digits = Pens(writings)
        frames = digits.render(AS_IT_IS, np.random.default_rng(0))
        parts = [frames[start : start + BATCH] for start in range(0, len(frames), BATCH)]
        features = [model.features(part) for part in parts]
        if any(part is None for part in features):
            raise TrainError(f"{model.name} gives no features, so that it cannot learn a hand; train it anew.")
        probabilities = np.concatenate([model.probabilities(part) for part in parts])
        shares = probabilities / probabilities.sum(1, keepdims=True)
        writers.append(Writer(name, digits.labels, shares, np.concatenate(features)))  # type: ignore[arg-type]
    if not writers:
        raise TrainError(f"{model.name} was trained on all writers; train it with held_out, which says without whom.")
    return writers


def choose_examples(writer: Writer, rng: np.random.Generator) -> np.ndarray:
    """Return which digits (n,) a writer corrects or confirms that the network alone has read."""
    return np.asarray(rng.random(len(writer.labels)) < np.where(writer.wrong, CORRECTED, CONFIRMED))


def fit(writers: Sequence[Writer], seed: int = 0) -> Votes:
    """Return the votes with which the second halves of what writers wrote are likeliest, by examples of the first."""
    rng = np.random.default_rng(seed)
    cases = [case for writer in writers for _ in range(DRAWS) for case in _split(writer, rng)]

    def loss(point: np.ndarray) -> float:
        votes = Votes(*np.exp(point).tolist())
        return -float(np.concatenate([_tell(case, votes) for case in cases]).mean())

    found = minimize(loss, np.log(BEGIN), method="Nelder-Mead", options={"xatol": 0.02, "fatol": 1e-6})
    weight, sharpness = np.exp(found.x)
    return Votes(round(float(weight), 2), round(float(sharpness), 2))


def _split(writer: Writer, rng: np.random.Generator) -> Iterator[tuple[Writer, np.ndarray]]:
    """A writer and the examples in the first half, if there are any."""
    chosen = np.flatnonzero(choose_examples(writer, rng)[: len(writer.labels) // 2])
    if len(chosen):
        yield writer, chosen


def _tell(case: tuple[Writer, np.ndarray], votes: Votes) -> np.ndarray:
    """The log of the share of what each digit of a second half is."""
    writer, chosen = case
    half = len(writer.labels) // 2
    hand = Hand(writer.labels[chosen], writer.packed[chosen], range(len(chosen)), votes)
    shares = hand.adapt(writer.shares[half:], writer.features[half:])
    return np.asarray(np.log(np.maximum(shares[np.arange(len(shares)), writer.labels[half:]], LEAST)))


def teach(bundle: Bundle, votes: Votes) -> None:
    """Write into a model's card how it learns a hand. Raises TrainError."""
    bundle.write_card(replace(read_card(bundle), votes=votes))
