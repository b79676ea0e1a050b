"""The models that stay loaded: the site's own, and some of those that visitors have asked for."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path

from flask import Flask, current_app

from recognizer import Model, ModelError
from webapp import config
from webapp.models import bundles

KEPT = 4  # models besides the site's own that stay loaded, each some megabytes a thread


class Shelf:
    """Models by folder, loaded when they are first asked for. Of too many, the longest unused goes."""

    def __init__(self) -> None:
        self._models: OrderedDict[Path, Model] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, folder: Path) -> Model:
        """Return the model in a folder. Raises ModelError."""
        with self._lock:
            if folder not in self._models:
                self._models[folder] = Model(folder)
            self._models.move_to_end(folder)
            while len(self._models) > KEPT:
                self._models.popitem(last=False)
            return self._models[folder]


def init_app(app: Flask) -> None:
    """Load the model that reads, and give the app a shelf for others. Raises ModelError."""
    app.extensions["model"] = Model(config.find_model(app.config))
    app.extensions["shelf"] = Shelf()


def get_own() -> Model:
    """Return the site's own model."""
    model: Model = current_app.extensions["model"]
    return model


def load(name: str) -> Model:
    """Return an installed model that is ready to read. Raises ModelError, whose message is for visitors."""
    folder, own = bundles.find_folders(current_app.config).get(name), get_own()
    if folder is None:
        raise ModelError(f"The model {name} is not installed.")
    if folder == config.find_model(current_app.config):
        return own
    shelf: Shelf = current_app.extensions["shelf"]
    try:
        model = shelf.get(folder)
    except ModelError as error:
        current_app.logger.warning("a model cannot be loaded: %s", error)
        raise ModelError(f"The model {name} is damaged.") from error
    if own.is_light and not model.is_light:
        raise ModelError(f"The model {name} runs with Keras alone, which this site does not keep ready.")
    return model
