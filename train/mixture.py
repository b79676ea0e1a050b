"""What a network learns from, is chosen by and is tested on: data sets by name or from files, each split once."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recognizer.bundle import Data
from train import own
from train.data import LOADERS, DataSet, Digits
from train.data import load as load_set
from train.errors import MissingData, TrainError

OWN_SHARE = 0.2  # of people's own digits that is kept for the test, if none are yet, and of the rest for validation
FEWEST = 10  # digits of one's own that can be split


@dataclass(frozen=True, eq=False)
class Part:
    """A data set after the split. An epoch sees its training digits so many `times`."""

    data: DataSet
    times: int
    training: Digits
    validation: Digits

    def describe(self) -> Data:
        """What a card says of it."""
        return Data(
            sha256=self.data.sha256,
            training=len(self.training.labels),
            validation=len(self.validation.labels),
            test=len(self.data.test.labels) if self.data.test else 0,
        )


def find(data: str) -> DataSet:
    """Return a data set by name, or a file or folder of one's own digits as one. Raises TrainError."""
    if data in LOADERS:
        return load_set(data)
    path = Path(data)
    if not path.exists():
        raise TrainError(
            f"There is no data set {data!r}; there are {', '.join(LOADERS)}, or give a path to {own.KINDS}."
        )
    return DataSet(path.name, own.digest(path), *own.load(path))


def mix(data: Mapping[str, int], share: float, rng: np.random.Generator, held_out: Collection[str] = ()) -> list[Part]:
    """Return data sets, given by name or path and times, with a `share` kept for validation. Raises TrainError.

    Of a data set that names donors, those `held_out` are kept instead.
    """
    return [
        _split_own(name, times, rng) if name not in LOADERS else _split(find(name), times, share, rng, held_out)
        for name, times in data.items()
    ]


def rehearse(names: Collection[str], count: int, share: float, rng: np.random.Generator) -> list[Part]:
    """Return at most `count` training digits of each of these data sets, at random, and all their test digits.

    One that has to be put in its place by hand, and is not there, is said and left out.
    """
    parts = []
    for name in names:
        try:
            data = load_set(name)
        except MissingData as error:
            print(f"{name} is not rehearsed. {error}", flush=True)
            continue
        some = rng.permutation(len(data.train.labels))[:count]
        parts.append(_split(dataclasses.replace(data, train=data.train.take(some)), 1, share, rng))
    return parts


def _split(data: DataSet, times: int, share: float, rng: np.random.Generator, held_out: Collection[str] = ()) -> Part:
    donated = data.train.hold_out(held_out) if held_out else None
    return Part(data, times, *(donated or data.train.split(share, rng)))


def _split_own(path: str, times: int, rng: np.random.Generator) -> Part:
    data = find(path)
    if len(data.train.labels) < FEWEST:
        raise TrainError(
            f"{path}: holds {len(data.train.labels)} digits, too few for training, validation and test; give {FEWEST}."
        )
    if not data.test:
        rest, test = data.train.split(OWN_SHARE, rng)
        data = dataclasses.replace(data, train=rest, test=test)
    return _split(data, times, OWN_SHARE, rng)
