"""The models that are installed, and the essentials of their cards."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from webapp import config

FILES = ("model.tflite", "model.keras")
ESSENTIALS = ("description", "parameters", "bytes", "results")

log = logging.getLogger(__name__)


def installed(settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The models by name, and whether each is the one that reads."""
    reads = config.model_folder(settings)
    found = {folder.name: folder for folder in [*_bundles(settings), reads]}  # as model_folder() looks
    return [{"name": name, "reads": folder == reads} | _essentials(folder) for name, folder in sorted(found.items())]


def _bundles(settings: Mapping[str, Any]) -> list[Path]:
    places = (settings["INSTANCE"] / "models", config.ROOT / "models")  # the latter goes before the former
    return [folder for place in places for folder in place.glob("[!.]*") if any((folder / f).is_file() for f in FILES)]


def _essentials(folder: Path) -> dict[str, Any]:
    """What its card says, as far as there is one that can be read."""
    card = folder / "card.json"
    try:
        content = json.loads(card.read_text()) if card.exists() else {}
    except (OSError, ValueError) as error:
        log.warning("%s: cannot be read: %s", card, error)
        content = {}
    return {key: content[key] for key in ESSENTIALS if key in content}
