"""How a recipe reads people whom it was not trained on: by a model of it that held some donors out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import numpy as np

from recognizer import Model
from recognizer.bundle import Bundle, Result
from train.augment import AS_IT_IS
from train.cards import read_card
from train.data import Pens, load
from train.errors import TrainError
from train.measures import interval, measure

SETS = ("unipen", "strings", "pendigits")  # that name their writers
PENS = 4  # with so many pens each digit is drawn
TITLE = "{}, people held out"  # of a result in a card


def find_unseen(model: Model, names: Sequence[str]) -> dict[str, Pens]:
    """Return the digits of all who were held out from a model's training, by data set. Raises TrainError."""
    held_out = read_card(Bundle(model.folder)).recipe.get("held_out", [])
    found = {}
    for name in names if held_out else ():
        if parts := load(name).train.hold_out(held_out):
            found[name] = cast(Pens, parts[1])
    if not found:
        raise TrainError(f"{model.name} was trained on all writers; train it with held_out, which says without whom.")
    return found


def measure_unseen(model: Model) -> dict[str, Result]:
    """Return how a model reads those digits, each drawn with several pens. Raises TrainError."""
    return {TITLE.format(name): _measure(model, digits) for name, digits in find_unseen(model, SETS).items()}


def _measure(model: Model, digits: Pens) -> Result:
    """The mean over the pens, which make no more people of the same digits."""
    shares = [model.probabilities(digits.render(AS_IT_IS, np.random.default_rng(pen))) for pen in range(PENS)]
    found = measure(np.concatenate(shares), np.tile(digits.labels, PENS))
    return replace(found, n=len(digits.labels), interval=interval(found.accuracy, len(digits.labels)))


def tell(bundle: Bundle, results: dict[str, Result]) -> None:
    """Write into a model's card how people are read whom its recipe was not trained on. Raises TrainError."""
    card = read_card(bundle)
    bundle.write_card(replace(card, results=card.results | results))
