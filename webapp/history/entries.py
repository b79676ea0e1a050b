"""The visitor's entries: how an answer is kept, and how what is theirs is found."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
from flask import abort
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import load_only
from werkzeug.datastructures import MultiDict

from recognizer import Reading
from recognizer.encode import encode
from recognizer.scale import shrink
from webapp.history import retention
from webapp.history.labels import join_cells
from webapp.history.store import LAST, Entry, db
from webapp.serving.errors import UNAVAILABLE
from webapp.serving.http import find_visitor, remember_visitor

log = logging.getLogger(__name__)

PATH = f"<int(max={LAST}):entry_id>"  # of an entry, in a route
SUMMARY = (Entry.created_at, Entry.source, Entry.model, Entry.text, Entry.label, Entry.corrected, Entry.confidence)
THUMBNAIL = 160  # pixels of the longest side, which may be as many as
LARGEST = 480  # where digits would else be lower than
LEGIBLE = 16


def keep(reading: Reading, source: str, strokes: dict[str, Any] | None = None, document: str | None = None) -> Entry:
    """Store an answer for the visitor, a drawing's with its strokes. Where the database cannot, the entry has no id.

    Pages of a file have the same `document`, by which they find each other.
    Of the picture it has only a small grey copy, its ink and the frames.
    """
    visitor, text = remember_visitor(), join_cells(reading.table) if reading.table else reading.text
    entry = Entry(
        visitor=visitor,
        source=source,
        model=reading.model,
        text=text,
        label=text,
        confidence=reading.confidence,
        digits=[dataclasses.asdict(digit) for digit in reading.digits],
        frames=np.round(reading.frames * 255).astype(np.uint8).tobytes(),
        thumbnail=make_thumbnail(reading),
        ink=make_ink(reading),
        width=reading.size[0],
        height=reading.size[1],
        strokes=strokes,
        by_page_network=reading.by_page_network,
        marks=[dataclasses.asdict(mark) for mark in reading.marks],
        others=reading.others,
        left_out=reading.left_out,
        turned=reading.turned,
        document=document,
        page=reading.page if document else None,
        pages=reading.pages if document else None,
        adapted=[dataclasses.asdict(change) for change in reading.adapted] or None,
    )
    entry.byte_count = entry.count_bytes()
    db.session.add(entry)
    try:
        db.session.commit()
        retention.hold_quota(visitor)
        retention.sweep_if_due()
    except UNAVAILABLE as error:
        db.session.rollback()
        entry.id = None  # type: ignore[assignment]  # it has one already if only the commit failed
        log.error("an answer is not kept: %s", error)
    return entry


def select_own(*columns: Any) -> Select[Any]:
    """Select the visitor's entries, without deleted ones, or some columns of them."""
    return select(*columns or (Entry,)).where(Entry.visitor == find_visitor(), Entry.deleted_at.is_(None))


def select_deleted(*columns: Any) -> Select[Any]:
    """Select those that the visitor has deleted and can still bring back, or some columns of them."""
    return select(*columns or (Entry,)).where(Entry.visitor == find_visitor(), retention.can_be_undone())


def get(entry_id: int) -> Entry:
    """Return an entry of the visitor, or answer 404."""
    found: Entry | None = db.session.scalar(select_own().where(Entry.id == entry_id))
    return found or abort(404, "There is no such entry in your history.")


def are_ticked(form: MultiDict[str, str]) -> ColumnElement[bool] | None:
    """Return the condition on entries that are ticked, by `id` or as pages of a `document`; None where none is."""
    ids, documents = form.getlist("id", type=int), form.getlist("document")
    return or_(Entry.id.in_(ids), Entry.document.in_(documents)) if ids or documents else None


def find_pages(entry: Entry) -> Sequence[Entry]:
    """Return the pages that are kept of the document that an entry is a page of."""
    if not entry.document:
        return []
    rows = select_own().where(Entry.document == entry.document)
    return db.session.scalars(rows.order_by(Entry.page).options(load_only(Entry.page))).all()


def get_strokes(entry_id: int) -> dict[str, Any]:
    """Return the strokes of one of the visitor's drawings, as strokes.of_drawing gives them, or answer 404."""
    return get(entry_id).strokes or abort(404, "No strokes are kept of this entry.")


def make_thumbnail(reading: Reading) -> bytes:
    """Return the upright grey picture that was read as a PNG, small, but so that digits can be recognised."""
    return encode(shrink(reading.picture, _choose_side(reading)))


def make_ink(reading: Reading) -> bytes:
    """Return the ink of what was read, dark on light, as a PNG as large as the small picture."""
    return encode(255 - shrink(reading.ink, _choose_side(reading)))


def _choose_side(reading: Reading) -> int:
    height = float(np.median([digit.box[3] for digit in reading.digits])) or 1.0
    return int(np.clip(LEGIBLE * max(reading.size) / height, THUMBNAIL, LARGEST))
