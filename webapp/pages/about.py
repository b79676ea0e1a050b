"""The page that explains, with the visitor's last picture, how it became an answer, and what is kept of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from flask import Blueprint, Response, abort, current_app, render_template

import recognizer
from recognizer import Model, ModelError
from recognizer.attribution import attribute
from recognizer.encode import encode
from recognizer.inside import layers
from webapp.history import entries
from webapp.history.store import Entry, db
from webapp.models import shelf
from webapp.reading import strokes

bp = Blueprint("about", __name__, url_prefix="/about")

TWO = [
    [22, 32], [23, 28], [24, 23], [27, 18], [31, 14], [36, 11], [42, 9], [48, 8], [54, 9], [60, 11], [65, 14], [69, 19],
    [72, 24], [72, 30], [71, 36], [69, 42], [66, 47], [61, 53], [56, 58], [50, 63], [44, 69], [38, 74], [32, 81],
    [26, 87], [22, 92], [24, 91], [27, 91], [32, 91], [39, 90], [45, 90], [51, 91], [56, 91], [62, 92], [69, 92],
    [75, 91], [80, 91],
]  # fmt: skip


@dataclass(frozen=True)
class Example:
    """A picture that was read, the visitor's `own` or the site's, and what became of its first digit."""

    own: bool
    picture: bytes  # PNG
    ink: bytes  # PNG
    frame: np.ndarray
    digit: dict[str, Any]
    model: Model


@bp.get("")
def index() -> str:
    """Explain it all."""
    example = _find_example()
    attribution = attribute(example.frame, example.digit["digit"], example.model)
    days = current_app.config["HISTORY_DAYS"]
    return render_template("about.html", example=example, attribution=attribution, days=days)


@bp.get("/<name>.png")
def picture(name: str) -> Response:
    """Send one of the pictures that explain it."""
    example = _find_example()
    match name:
        case "picture":
            png = example.picture
        case "ink":
            png = example.ink
        case "frame":
            png = encode(np.round(255 * example.frame).astype(np.uint8))
        case "layer" if found := layers(example.model, example.frame):
            png = encode(found[0].picture[..., ::-1])
        case _:
            abort(404)
    return Response(png, mimetype="image/png")


def _find_example() -> Example:
    last = entries.select_own().where(Entry.ink.is_not(None)).order_by(Entry.id.desc()).limit(1)
    if entry := db.session.scalar(last):
        return Example(True, entry.thumbnail, entry.ink, entry.inputs()[0], entry.digits[0], _load_reader(entry))
    return _read_shipped(shelf.get_own())


def _load_reader(entry: Entry) -> Model:
    """Return the model that read an entry, or the site's if that is gone."""
    try:
        return shelf.load(entry.model)
    except ModelError:
        return shelf.get_own()


@lru_cache(1)
def _read_shipped(model: Model) -> Example:
    """A two, read by a model."""
    drawing = strokes.draw(json.dumps({"strokes": [TWO], "width": 7}).encode())
    reading = recognizer.read(drawing.png, model, "digit")
    picture, ink = entries.make_thumbnail(reading), entries.make_ink(reading)
    return Example(False, picture, ink, reading.frames[0], reading.as_dict()["digits"][0], model)
