"""Where fine-tuning starts: a bundle's network and weights, and what it had learnt from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras

from recognizer import ModelError
from recognizer.bundle import Bundle, DigitCard, find_bundles
from recognizer.model import Keras
from train.data import LOADERS
from train.errors import TrainError


@dataclass(frozen=True, eq=False)
class Start:
    """A trained model. `learnt` are MNIST and the other sets with a loader that it was trained on.

    `layers` are what its card says of its architecture, in the keys of a recipe.
    """

    name: str
    sha256: str  # of the Keras file
    model: keras.Model
    learnt: list[str]
    layers: dict[str, Any]


def load_start(folder: Path) -> Start:
    """Return what a bundle, or a folder with nothing but a Keras file, holds to start from. Raises TrainError."""
    bundle = Bundle(folder)
    if not bundle.keras.is_file():
        known = [found.folder.name for found in find_bundles(folder.parent) if found.keras.is_file()]
        raise TrainError(f"{bundle.keras}: there is no model to start from; there are {', '.join(known) or 'none'}.")
    try:
        model, card = Keras(bundle.keras).model, bundle.read_card(DigitCard)
    except ModelError as error:
        raise TrainError(f"{folder}: cannot be started from ({error}).") from error
    sets, recipe = (card.data, card.recipe) if card else ({}, {})
    learnt = ["mnist", *(name for name in sets if name in LOADERS and name != "mnist")]
    layers = {key: value for key, value in recipe.items() if key in ("layers", "members")}
    return Start(folder.name, hashlib.sha256(bundle.keras.read_bytes()).hexdigest(), model, learnt, layers)
