"""The models that are installed: where they are, and what their cards say."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from recognizer import ModelError
from recognizer.bundle import Bundle, DigitCard, find_bundles
from webapp import config

log = logging.getLogger(__name__)


def describe(settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Describe the models by name, and whether each is the one that reads."""
    reads = config.find_model(settings)
    return [
        {"name": name, "reads": folder == reads} | _summarise(folder) for name, folder in find_folders(settings).items()
    ]


def find_folders(settings: Mapping[str, Any]) -> dict[str, Path]:
    """Return the folders of the models by name, in order."""
    places = (settings["INSTANCE"] / "models", config.ROOT / "models")  # the latter goes before the former
    bundles = [bundle.folder for place in places for bundle in find_bundles(place)]
    found = {folder.name: folder for folder in [*bundles, config.find_model(settings)]}  # as find_model() looks
    return dict(sorted(found.items()))


def read_card(folder: Path) -> DigitCard | None:
    """Return the card of a model, or None where there is none or it cannot be understood."""
    try:
        return Bundle(folder).read_card(DigitCard)
    except ModelError as error:
        log.warning("a model's card cannot be understood: %s", error)
        return None


def find_plots(folder: Path) -> dict[str, Path]:
    """Return the plots of a model, by name."""
    return {path.stem: path for path in sorted(Bundle(folder).plots.glob("*.png"))}


def _summarise(folder: Path) -> dict[str, Any]:
    """Return what its card says, as far as there is one that can be read."""
    if not (found := read_card(folder)):
        return {}
    return {
        "description": found.description,
        "parameters": found.parameters,
        "bytes": found.bytes,
        "results": {name: asdict(result) for name, result in found.results.items()},
    }
