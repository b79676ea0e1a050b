"""The model bundles that are installed: where they are, and what their cards say."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recognizer.model import DIGITS
from webapp import config

FILES = ("model.tflite", "model.keras")
ESSENTIALS = ("description", "parameters", "bytes", "results")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Result:
    """How a model reads `n` digits: shares from 0 to 1, the accuracy with its 95 % interval from `low` to `high`."""

    n: int
    accuracy: float
    low: float
    high: float
    per_digit: list[float]
    calibration_error: float


@dataclass(frozen=True)
class Card:
    """What a model's card says about it; `data` are the pictures that it was trained on, by set."""

    description: str
    parameters: int
    megabytes: float
    minutes: float
    seed: int
    layers: list[str]
    members: int
    data: dict[str, int]
    results: dict[str, Result]
    versions: dict[str, str]


def installed(settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The models by name, and whether each is the one that reads."""
    reads = config.model_folder(settings)
    return [
        {"name": name, "reads": folder == reads} | _essentials(folder) for name, folder in folders(settings).items()
    ]


def folders(settings: Mapping[str, Any]) -> dict[str, Path]:
    """The folders of the models by name, in order."""
    places = (settings["INSTANCE"] / "models", config.ROOT / "models")  # the latter goes before the former
    bundles = [folder for place in places for folder in place.glob("[!.]*") if has_model(folder)]
    found = {folder.name: folder for folder in [*bundles, config.model_folder(settings)]}  # as model_folder() looks
    return dict(sorted(found.items()))


def has_model(folder: Path) -> bool:
    """Whether there is a model in a folder."""
    return any((folder / name).is_file() for name in FILES)


def card(folder: Path) -> Card | None:
    """The card of a model; None if there is none, or one that cannot be understood."""
    content = _content(folder)
    try:
        return _card(content) if content else None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        log.warning("%s: the card cannot be understood: %r", folder, error)
        return None


def plots(folder: Path) -> list[str]:
    """The names of a model's plots."""
    return sorted(path.stem for path in folder.glob("plots/*.png"))


def _essentials(folder: Path) -> dict[str, Any]:
    """What its card says, as far as there is one that can be read."""
    content = _content(folder)
    return {key: content[key] for key in ESSENTIALS if key in content}


def _content(folder: Path) -> dict[str, Any]:
    path = folder / "card.json"
    try:
        content = json.loads(path.read_text()) if path.exists() else {}
    except (OSError, ValueError) as error:
        log.warning("%s: cannot be read: %s", path, error)
        return {}
    return content if isinstance(content, dict) else {}


def _card(content: dict[str, Any]) -> Card:
    recipe = content["recipe"]
    return Card(
        description=str(content["description"]),
        parameters=int(content["parameters"]),
        megabytes=float(content["bytes"]["model.tflite"]) / 1e6,
        minutes=float(content["training_seconds"]) / 60,
        seed=int(content["seed"]),
        layers=[str(layer) for layer in recipe["layers"]],
        members=int(recipe.get("members", 1)),
        data={str(name): int(counts["training"]) for name, counts in content["data"].items()},
        results={str(name): _result(result) for name, result in content["results"].items()},
        versions={str(name): str(version) for name, version in content["versions"].items()},
    )


def _result(content: dict[str, Any]) -> Result:
    low, high = map(float, content["interval"])
    per_digit = [float(share) for share in content["per_digit"]]
    if len(per_digit) != DIGITS:
        raise ValueError(f"{len(per_digit)} digits")
    return Result(
        int(content["n"]), float(content["accuracy"]), low, high, per_digit, float(content["calibration_error"])
    )
