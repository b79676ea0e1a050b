"""Entries as a file: CSV, JSON or NPZ, streamed, a batch of entries in memory at a time."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
from sqlalchemy import Row, Select

from recognizer.frame import SIDE
from webapp.history.entries import SUMMARY
from webapp.history.labels import NONE, name_digits
from webapp.history.store import LAST, Entry, db

BATCH = 200  # entries
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # with which a spreadsheet takes a text for a formula


def write_csv(chosen: Select[Any]) -> Iterator[str]:
    """Give a header and a row for each entry."""
    header = format_csv([["id", *(column.key for column in SUMMARY)]])
    for rows in _load_batches(chosen, *SUMMARY):
        yield header + format_csv([_disarm(value) for value in _to_dict(row).values()] for row in rows)
        header = ""
    yield header


def write_json(chosen: Select[Any]) -> Iterator[str]:
    """Give a list with an object for each entry, its digits as the API has them, and which the hand has changed."""
    before = "[\n"
    for rows in _load_batches(chosen, *SUMMARY, Entry.digits, Entry.adapted):
        yield before + ",\n".join(json.dumps(_to_dict(row)) for row in rows)
        before = ",\n"
    yield "]\n" if before != "[\n" else "[]\n"


def write_npz(chosen: Select[Any]) -> Iterator[bytes]:
    """Give all frames, (n, 28, 28) uint8, as `x`, and their labels, (n,) uint8, as `y`, but those of no digit.

    `writer`, (n,) uint32, counts from 0 who wrote them.
    """
    count, labels, sink = count_digits(chosen), bytearray(), _Sink()
    numbers: dict[str, int] = {}
    writers = bytearray()
    with ZipFile(sink, "w", ZIP_DEFLATED) as archive:
        with archive.open("x.npy", "w") as member:
            member.write(_write_header((count, SIDE, SIDE)))
            for rows in _load_batches(chosen, Entry.visitor, Entry.text, Entry.label, Entry.frames):
                for row in rows:
                    characters = np.frombuffer(name_digits(row.text, row.label).encode(), np.uint8)
                    known = characters != ord(NONE)
                    member.write(np.frombuffer(row.frames, np.uint8).reshape(-1, SIDE, SIDE)[known].tobytes())
                    labels += (characters[known] - ord("0")).tobytes()
                    number = numbers.setdefault(row.visitor, len(numbers))
                    writers += number.to_bytes(4, "little") * int(known.sum())
                yield sink.take()
        if len(labels) != count:  # the file's beginning says so. A download that breaks off is tried again.
            raise HistoryChanged("the history was changed while it was exported")
        archive.writestr("y.npy", _write_header((count,)) + labels)
        archive.writestr("writer.npy", _write_header((count,), "<u4") + writers)
    yield sink.take()


def count_digits(chosen: Select[Any]) -> int:
    """Count the digits that the entries have, without those that are none."""
    rows = (row for batch in _load_batches(chosen, Entry.text, Entry.label) for row in batch)
    return sum(len(name_digits(row.text, row.label).replace(NONE, "")) for row in rows)


KINDS: dict[str, tuple[Callable[[Select[Any]], Iterator[Any]], str]] = {  # what writes str or bytes, and its type
    "csv": (write_csv, "text/csv"),
    "json": (write_json, "application/json"),
    "npz": (write_npz, "application/octet-stream"),
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

    def take(self) -> bytes:
        parts, self.parts = self.parts, []
        return b"".join(parts)


def _load_batches(chosen: Select[Any], *columns: Any) -> Iterator[Sequence[Row[Any]]]:
    """Give the id and these columns of entries, newest first, in batches. No transaction lasts longer than one."""
    last = LAST
    rows = chosen.with_only_columns(Entry.id, *columns).order_by(Entry.id.desc()).limit(BATCH)
    while batch := db.session.execute(rows.where(Entry.id < last)).all():
        db.session.rollback()
        yield batch
        last = batch[-1].id


def _to_dict(row: Row[Any]) -> dict[str, Any]:
    return row._asdict() | {"created_at": row.created_at.isoformat()}


def format_csv(rows: Iterable[list[Any]]) -> str:
    """Return rows as a CSV file has them (RFC 4180)."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _disarm(value: Any) -> Any:
    """Lead a text that begins as a formula by an apostrophe, which spreadsheets do not show."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _write_header(shape: tuple[int, ...], kind: str = "|u1") -> bytes:
    """Return the beginning of an .npy file, of bytes unless it is of another kind."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": kind, "fortran_order": False, "shape": shape})
    return header.getvalue()
