"""Where fine-tuning starts: a bundle's network and weights, and what it had learnt from."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import keras

from recognizer import ModelError
from recognizer.model import Keras
from train.data import LOADERS
from train.errors import TrainError


@dataclass(frozen=True, eq=False)
class Start:
    """A trained model; `learnt` are MNIST and the other sets with a loader that it was trained on.

    `layers` are what its card says of its architecture, in the keys of a recipe.
    """

    name: str
    sha256: str  # of model.keras
    model: keras.Model
    learnt: list[str]
    layers: dict


def start(folder: Path) -> Start:
    """Return what a bundle, or a folder with nothing but a `model.keras`, holds to start from. Raises TrainError."""
    path = folder / "model.keras"
    if not path.is_file():
        known = sorted(found.parent.name for found in folder.parent.glob("*/model.keras"))
        raise TrainError(f"{path}: there is no model to start from; there are {', '.join(known) or 'none'}.")
    try:
        model = Keras(path).model
        card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        card = {}
    except (ModelError, ValueError) as error:
        raise TrainError(f"{folder}: cannot be started from ({error}).") from error
    learnt = ["mnist", *(name for name in card.get("data", {}) if name in LOADERS and name != "mnist")]
    layers = {key: value for key, value in card.get("recipe", {}).items() if key in ("layers", "members")}
    return Start(folder.name, hashlib.sha256(path.read_bytes()).hexdigest(), model, learnt, layers)
