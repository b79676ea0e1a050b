"""The installed models: pages about them, and which of them reads for a visitor."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    send_file,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue

from recognizer import Model, ModelError
from webapp import config
from webapp.models import bundles, layers
from webapp.serving.http import known_visitor

bp = Blueprint("models", __name__, url_prefix="/models")

KEPT = 4  # models besides the site's own that stay loaded, each some megabytes a thread


class Shelf:
    """Models by folder, loaded when they are first asked for; of too many, those go that were longest not asked for."""

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
    """Give the app its shelf of models."""
    app.extensions["shelf"] = Shelf()


def load(name: str) -> Model:
    """Return an installed model that is ready to read. Raises ModelError, whose message is for visitors."""
    folder, site = bundles.folders(current_app.config).get(name), current_app.extensions["model"]
    if folder is None:
        raise ModelError(f"The model {name} is not installed.")
    if folder == config.model_folder(current_app.config):
        return site
    try:
        model = current_app.extensions["shelf"].get(folder)
    except ModelError as error:
        current_app.logger.warning("a model cannot be loaded: %s", error)
        raise ModelError(f"The model {name} is damaged.") from error
    if site.is_light and not model.is_light:
        raise ModelError(f"The model {name} runs with Keras alone, which this site does not keep ready.")
    return model


def chosen() -> Model:
    """The model that reads for this visitor: the one they chose, as long as it is there, or else the site's."""
    site = current_app.extensions["model"]
    if (name := session.get("model")) is None:
        return site
    try:
        return load(name)
    except ModelError as error:
        session["model"] = None
        flash(f"{error} From now on {site.name} reads for you.")
        return site


@bp.get("")
def index() -> str:
    """Compare all models."""
    known_visitor()
    cards = {name: bundles.card(folder) for name, folder in bundles.folders(current_app.config).items()}
    sets = dict.fromkeys(name for card in cards.values() if card for name in card.results)
    results = {
        data: {name: card.results[data] for name, card in cards.items() if card and data in card.results}
        for data in sets
    }
    return render_template(
        "models.html", cards=cards, results=results, chosen=chosen().name, site=current_app.extensions["model"].name
    )


@bp.get("/<name>")
def model(name: str) -> str:
    """Show one model."""
    folder = _folder(name)
    known_visitor()
    return render_template(
        "model.html",
        name=name,
        card=bundles.card(folder),
        plots=bundles.plots(folder),
        layers=layers.of_bundle(folder),
        chosen=chosen().name,
    )


@bp.get("/<name>/plots/<plot>.png")
def plot(name: str, plot: str) -> Response:
    """Send a plot of a model."""
    return send_file(bundles.plots(_folder(name)).get(plot) or abort(404))


@bp.post("/<name>/choose")
def choose(name: str) -> ResponseReturnValue:
    """Let a model read for the visitor from now on."""
    _folder(name)
    known_visitor()
    try:
        load(name)
    except ModelError as error:
        flash(f"{error} Nothing has changed.")
    else:
        session["model"] = None if name == current_app.extensions["model"].name else name
        flash(f"From now on {name} reads for you.")
    return redirect(url_for(".index"), 303)


def _folder(name: str) -> Path:
    return bundles.folders(current_app.config).get(name) or abort(404, "There is no such model here.")
