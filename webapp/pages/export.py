"""What the history's filter lets through, as a file: streamed, a batch of entries in memory at a time."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
from flask import Blueprint, Response, abort, stream_with_context
from sqlalchemy import Row, Select, func

from recognizer.frame import SIDE
from webapp.history.entries import SUMMARY, own
from webapp.history.filters import Filter
from webapp.history.store import LAST, Entry, db

bp = Blueprint("export", __name__, url_prefix="/history")

BATCH = 200  # entries
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # with which a spreadsheet takes a text for a formula


@bp.get("/export.<any(csv,json,npz):kind>")
def send(kind: str) -> Response:
    """Send the entries that the filter lets through."""
    which = Filter.of_request()
    if not which.validate():
        abort(400, which.error)
    chosen = own().where(*which.conditions())
    if kind == "npz" and not digits(chosen):
        abort(404, "There is nothing to train with: none of these entries has a digit.")
    make, mimetype = KINDS[kind]
    stream = make(chosen)
    begun = chain([next(stream)], stream)  # while a database that is away can still be said to be
    disposition = {"Content-Disposition": f"attachment; filename=digits.{kind}"}
    return Response(stream_with_context(begun), mimetype=mimetype, headers=disposition)


def csv_lines(chosen: Select) -> Iterator[str]:
    """A header and a row for each entry."""
    header = _csv([["id", *(column.key for column in SUMMARY)]])
    for rows in _batches(chosen, *SUMMARY):
        yield header + _csv([_safe(value) for value in _values(row).values()] for row in rows)
        header = ""
    yield header


def json_lines(chosen: Select) -> Iterator[str]:
    """A list with an object for each entry, its digits as the API has them."""
    before = "[\n"
    for rows in _batches(chosen, *SUMMARY, Entry.digits):
        yield before + ",\n".join(json.dumps(_values(row)) for row in rows)
        before = ",\n"
    yield "]\n" if before != "[\n" else "[]\n"


def npz(chosen: Select) -> Iterator[bytes]:
    """The frames of all digits, (n, 28, 28) uint8, as `x`, and their labels, (n,) uint8, as `y`; `?` is left out."""
    count, labels, sink = digits(chosen), bytearray(), _Sink()
    with ZipFile(sink, "w", ZIP_DEFLATED) as archive:
        with archive.open("x.npy", "w") as member:
            member.write(_header((count, SIDE, SIDE)))
            for rows in _batches(chosen, Entry.label, Entry.frames):
                for _, label, frames in rows:
                    characters = np.frombuffer("".join(label.split()).encode(), np.uint8)
                    known = characters != ord("?")
                    member.write(np.frombuffer(frames, np.uint8).reshape(-1, SIDE, SIDE)[known].tobytes())
                    labels += (characters[known] - ord("0")).tobytes()
                yield sink.taken()
        if len(labels) != count:  # the file says so at its beginning; a download that breaks off is tried again
            raise HistoryChanged("the history was changed while it was exported")
        archive.writestr("y.npy", _header((count,)) + labels)
    yield sink.taken()


def digits(chosen: Select) -> int:
    """How many digits the entries have, without those that are none."""
    bare = func.replace(func.replace(Entry.label, "?", ""), "\n", "")
    return db.session.scalar(chosen.with_only_columns(func.coalesce(func.sum(func.length(bare)), 0))) or 0


KINDS: dict[str, Any] = {
    "csv": (csv_lines, "text/csv"),
    "json": (json_lines, "application/json"),
    "npz": (npz, "application/octet-stream"),
}


class HistoryChanged(RuntimeError):
    """The entries have no longer as many digits as were counted."""


class _Sink(io.RawIOBase):
    """A file that can only be written to, and gives what was written since the last time."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, data: Any) -> int:
        self.parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        parts, self.parts = self.parts, []
        return b"".join(parts)


def _batches(chosen: Select, *columns: Any) -> Iterator[list[Row]]:
    """The id and these columns of entries, newest first; no transaction lasts longer than a batch."""
    last = LAST
    rows = chosen.with_only_columns(Entry.id, *columns).order_by(Entry.id.desc()).limit(BATCH)
    while batch := db.session.execute(rows.where(Entry.id < last)).all():
        db.session.rollback()
        yield list(batch)
        last = batch[-1].id


def _values(row: Row) -> dict[str, Any]:
    return row._asdict() | {"created_at": row.created_at.isoformat()}


def _csv(rows: Iterable[list[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _safe(value: Any) -> Any:
    """A text that begins as a formula is led by an apostrophe, which spreadsheets do not show."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _header(shape: tuple[int, ...]) -> bytes:
    """The beginning of an .npy file of bytes."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": shape})
    return header.getvalue()
