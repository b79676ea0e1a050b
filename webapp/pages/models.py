"""The installed models: what their cards say, and the visitor's choice of one that reads."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from recognizer import ModelError
from webapp.models import bundles, layers, shelf
from webapp.pages import choice
from webapp.serving.http import remember_visitor

bp = Blueprint("models", __name__, url_prefix="/models")


@bp.get("")
def index() -> str:
    """Compare all models."""
    remember_visitor()
    cards = {name: bundles.read_card(folder) for name, folder in bundles.find_folders(current_app.config).items()}
    sets = dict.fromkeys(name for card in cards.values() if card for name in card.results)
    results = {
        data: {name: card.results[data] for name, card in cards.items() if card and data in card.results}
        for data in sets
    }
    return render_template(
        "models.html", cards=cards, results=results, chosen=choice.load().name, site=shelf.get_own().name
    )


@bp.get("/<name>")
def model(name: str) -> str:
    """Show one model."""
    folder = _find_folder(name)
    remember_visitor()
    return render_template(
        "model.html",
        name=name,
        card=bundles.read_card(folder),
        plots=bundles.find_plots(folder),
        layers=layers.read(folder),
        chosen=choice.load().name,
    )


@bp.get("/<name>/plots/<plot>.png")
def plot(name: str, plot: str) -> Response:
    """Send a plot of a model."""
    return send_file(bundles.find_plots(_find_folder(name)).get(plot) or abort(404))


@bp.post("/<name>/choose")
def choose(name: str) -> ResponseReturnValue:
    """Let a model read for the visitor from now on."""
    _find_folder(name)
    remember_visitor()
    try:
        choice.remember(name)
    except ModelError as error:
        flash(f"{error} Nothing has changed.")
    else:
        flash(f"{name} now reads your digits.")
    return redirect(url_for(".index"), 303)


def _find_folder(name: str) -> Path:
    return bundles.find_folders(current_app.config).get(name) or abort(404, "There is no such model here.")
