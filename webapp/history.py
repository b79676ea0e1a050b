"""The visitor's history: every answer kept, shown newest first, to nobody else."""

from __future__ import annotations

import dataclasses
import logging

import cv2
import numpy as np
from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, delete, func, select

from recognizer import Reading
from recognizer.scale import shrunk
from webapp.http import known_visitor, visitor
from webapp.store import UNAVAILABLE, Entry, db

log = logging.getLogger(__name__)
bp = Blueprint("history", __name__, url_prefix="/history")

LAST = 2**31 - 1  # the largest id that every database takes
ENTRY = f"<int(max={LAST}):entry_id>"
PAGE = 50  # entries
THUMBNAIL = 160  # pixels, the longest side; shown at half of that, so crisp on dense screens
PICTURES_KEPT = "private, max-age=31536000, immutable"  # an entry never changes its pictures


def keep(reading: Reading, source: str, strokes: dict | None = None) -> Entry:
    """Store an answer for the visitor, a drawing's with its strokes. Where the database cannot, the entry has no id."""
    entry = made(reading, source)
    entry.strokes = strokes
    db.session.add(entry)
    try:
        db.session.commit()
    except UNAVAILABLE as error:
        db.session.rollback()
        entry.id = None  # type: ignore[assignment]  # it has one already if only the commit failed
        log.error("an answer is not kept: %s", error)
    return entry


def made(reading: Reading, source: str) -> Entry:
    """An entry that is not stored yet; of the picture it has only a small grey copy, its ink and the frames."""
    return Entry(
        visitor=known_visitor(),
        source=source,
        model=reading.model,
        text=reading.text,
        confidence=reading.confidence,
        digits=[dataclasses.asdict(digit) for digit in reading.digits],
        frames=np.round(reading.frames * 255).astype(np.uint8).tobytes(),
        thumbnail=_png(shrunk(reading.picture, THUMBNAIL)),
        ink=_png(np.round(255 - 255 * shrunk(reading.ink, THUMBNAIL)).astype(np.uint8)),
        width=reading.size[0],
        height=reading.size[1],
    )


def strokes(entry_id: int) -> dict:
    """The strokes of one of the visitor's drawings, as strokes.of_drawing gives them. Raises NotFound."""
    return _get(entry_id).strokes or abort(404, "No strokes are kept of this entry.")


@bp.get("")
def index() -> str:
    """Show a page of the history, from the newest or from before an entry."""
    before = request.args.get("before", type=int)
    entries = _own().order_by(Entry.id.desc()).limit(PAGE + 1)
    if before is not None:
        entries = entries.where(Entry.id < min(max(before, 0), LAST))
    found = db.session.scalars(entries).all()
    count = db.session.scalar(select(func.count()).select_from(_own().subquery()))
    return render_template("history.html", entries=found[:PAGE], more=len(found) > PAGE, count=count, before=before)


@bp.get(f"/{ENTRY}")
def entry(entry_id: int) -> str:
    """Show one answer."""
    return render_template("answer.html", entry=_get(entry_id))


@bp.get(f"/{ENTRY}/thumbnail.png")
def thumbnail(entry_id: int) -> Response:
    """Send the small grey picture of an entry."""
    return _picture(_get(entry_id).thumbnail)


@bp.get(f"/{ENTRY}/ink.png")
def ink(entry_id: int) -> Response:
    """Send the small picture of what was taken for the ink of an entry."""
    return _picture(_get(entry_id).ink or abort(404))


@bp.get(f"/{ENTRY}/frames/<int(max=1000):number>.png")
def frame(entry_id: int, number: int) -> Response:
    """Send what the network saw of one digit, counted from 0."""
    found = _get(entry_id)
    if number >= len(found.digits):
        abort(404)
    return _picture(_png(found.frame(number)))


@bp.post(f"/{ENTRY}/delete")
def remove(entry_id: int) -> ResponseReturnValue:
    """Delete one entry."""
    db.session.delete(_get(entry_id))
    db.session.commit()
    flash("Deleted.")
    return redirect(url_for(".index"), 303)


@bp.post("/delete")
def remove_all() -> ResponseReturnValue:
    """Delete all that is kept of the visitor."""
    db.session.execute(delete(Entry).where(Entry.visitor == visitor()))
    db.session.commit()
    flash("Your history is empty now.")
    return redirect(url_for(".index"), 303)


def _own() -> Select:
    return select(Entry).where(Entry.visitor == visitor())


def _get(entry_id: int) -> Entry:
    found = db.session.scalar(_own().where(Entry.id == entry_id))
    return found or abort(404, "There is no such entry in your history.")


def _png(picture: np.ndarray) -> bytes:
    return cv2.imencode(".png", picture)[1].tobytes()


def _picture(png: bytes) -> Response:
    return Response(png, mimetype="image/png", headers={"Cache-Control": PICTURES_KEPT})
