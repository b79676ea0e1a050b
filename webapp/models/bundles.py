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


def installed(settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The models by name, and whether each is the one that reads."""
    reads = config.model_folder(settings)
    return [
        {"name": name, "reads": folder == reads} | _essentials(folder) for name, folder in folders(settings).items()
    ]


def folders(settings: Mapping[str, Any]) -> dict[str, Path]:
    """The folders of the models by name, in order."""
    places = (settings["INSTANCE"] / "models", config.ROOT / "models")  # the latter goes before the former
    bundles = [bundle.folder for place in places for bundle in find_bundles(place)]
    found = {folder.name: folder for folder in [*bundles, config.model_folder(settings)]}  # as model_folder() looks
    return dict(sorted(found.items()))


def card(folder: Path) -> DigitCard | None:
    """The card of a model; None if there is none, or one that cannot be understood."""
    try:
        return Bundle(folder).read_card(DigitCard)
    except ModelError as error:
        log.warning("a model's card cannot be understood: %s", error)
        return None


def plots(folder: Path) -> dict[str, Path]:
    """The plots of a model, by name."""
    return {path.stem: path for path in sorted(Bundle(folder).plots.glob("*.png"))}


def _essentials(folder: Path) -> dict[str, Any]:
    """What its card says, as far as there is one that can be read."""
    if not (found := card(folder)):
        return {}
    return {
        "description": found.description,
        "parameters": found.parameters,
        "bytes": found.bytes,
        "results": {name: asdict(result) for name, result in found.results.items()},
    }
