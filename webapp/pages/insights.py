"""What more there is to an answer: which ink spoke for it, what the layers saw, what other models say."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from flask import Blueprint, Response, abort, current_app, render_template

from recognizer import Digit, Model, ModelError
from recognizer.attribution import attribute
from recognizer.decode import decode
from recognizer.encode import encode
from recognizer.explain import draw_heat
from recognizer.inside import layers
from recognizer.pipeline import reread
from webapp.history import entries
from webapp.history.store import Entry
from webapp.models import bundles, shelf
from webapp.reading import hand

bp = Blueprint("insights", __name__, url_prefix=f"/history/{entries.PATH}")

DIGIT = "digits/<int(max=10000):number>"  # of an entry, counted from 0


@dataclass(frozen=True)
class Opinion:
    """What a model makes of an entry, in how many milliseconds, or the `problem` that it has."""

    model: str
    digits: list[Digit]
    milliseconds: float = 0
    problem: str = ""


@bp.get("/compare")
def compare(entry_id: int) -> str:
    """Show what every installed model makes of an entry."""
    entry = entries.get(entry_id)
    opinions = [_ask(name, entry) for name in bundles.find_folders(current_app.config)]
    return render_template("compare.html", entry=entry, opinions=opinions)


@bp.get(f"/{DIGIT}/why")
def why(entry_id: int, number: int) -> str:
    """Show which ink speaks for a digit and which against it."""
    entry, frame = _find_frame(entry_id, number)
    attribution = attribute(frame, entry.digits[number]["digit"], _load_reader(entry))
    there = hand.find_examples([entry])
    return render_template("why.html", entry=entry, number=number, attribution=attribution, there=there)


@bp.get("/heat.png")
def heat(entry_id: int) -> Response:
    """Send where the page network sees glyphs in the small picture of an entry that it has read."""
    entry = entries.get(entry_id)
    if not (entry.by_page_network and entry.width):
        abort(404, "The network for pages has not read this.")
    grey = decode(entry.thumbnail).grey
    heights = [glyph["box"][3] for glyph in [*entry.digits, *(entry.marks or [])]]
    try:
        drawn = draw_heat(grey, float(np.median(heights)) * grey.shape[1] / entry.width)
    except ModelError as error:
        abort(404, f"{error} Without the network for pages it cannot be shown.")
    return Response(encode(drawn), mimetype="image/png")


@bp.get(f"/{DIGIT}/inside")
def inside(entry_id: int, number: int) -> str:
    """Show what each layer of the model makes of a digit."""
    entry, frame = _find_frame(entry_id, number)
    return render_template("inside.html", entry=entry, number=number, layers=layers(_load_reader(entry), frame))


@bp.get(f"/{DIGIT}/inside/<int(max=10000):layer>.png")
def layer(entry_id: int, number: int, layer: int) -> Response:
    """Send the feature maps of one layer, counted from 0."""
    entry, frame = _find_frame(entry_id, number)
    found = layers(_load_reader(entry), frame)
    if layer >= len(found):
        abort(404)
    return Response(encode(found[layer].picture[..., ::-1]), mimetype="image/png")


def _find_frame(entry_id: int, number: int) -> tuple[Entry, np.ndarray]:
    """Return one of the visitor's entries and the frame of one of its digits."""
    entry = entries.get(entry_id)
    if number >= len(entry.digits):
        abort(404, "The entry has fewer digits.")
    return entry, entry.inputs()[number]


def _load_reader(entry: Entry) -> Model:
    """Return the model that read an entry."""
    try:
        return shelf.load(entry.model)
    except ModelError as error:
        abort(404, f"{error} Only the model that read this can explain it, and it is no longer installed.")


def _ask(name: str, entry: Entry) -> Opinion:
    frames, digits = entry.inputs(), [Digit(**digit) for digit in entry.digits]
    try:
        model = shelf.load(name)
        reread(digits, frames, model)  # what the first reading takes longer says nothing of a network
        start = time.perf_counter()
        digits = reread(digits, frames, model)
    except ModelError as error:
        return Opinion(name, [], problem=str(error))
    return Opinion(name, digits, 1000 * (time.perf_counter() - start))
