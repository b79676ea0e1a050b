"""Pages of a visitor's entries, newest first, by where they begin or end: as fast at the end as at the beginning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import abort, current_app
from itsdangerous import BadSignature, Signer
from sqlalchemy import Select, func, select
from sqlalchemy.orm import load_only

from webapp.history.entries import SUMMARY, select_own
from webapp.history.filters import Filter
from webapp.history.store import LAST, Entry, db
from webapp.serving.http import find_visitor

PAGE = 50  # entries
OLDEST = 0  # an id, after which are all


@dataclass(frozen=True)
class Page:
    """Entries out of the `count` that the filter lets through, and the cursors of the pages beside, if any."""

    entries: Sequence[Entry]
    count: int
    newer: str | None
    older: str | None
    oldest: str | None

    @property
    def by_file(self) -> list[list[Entry]]:
        """The entries in groups: neighbours that are pages of one file together, each of the others alone."""
        return [list(group) for _, group in groupby(self.entries, key=lambda entry: entry.document or entry.id)]


def find_neighbours(which: Filter, entry_id: int) -> tuple[int | None, int | None]:
    """Return the next newer and the next older entry, of those that the filter lets through, or None each."""
    newer, older = _find_ids(which, after=entry_id, most=1), _find_ids(which, before=entry_id, most=1)
    return next(iter(newer), None), next(iter(older), None)


def load(which: Filter, arguments: Mapping[str, str]) -> Page:
    """Return the page that an address asks for: `before` or `after` a cursor, or the newest. Answers 404."""
    if "after" in arguments:
        found = _find_ids(which, after=(cursor := _parse_cursor(arguments["after"])))
        if len(found) > PAGE:
            return _load_page(which, found[:PAGE], newer=True, older=cursor != OLDEST)
        return _load_newest(which)  # which is never shorter than it need be
    if "before" in arguments:
        found = _find_ids(which, before=_parse_cursor(arguments["before"]))
        return _load_page(which, found[:PAGE], newer=True, older=len(found) > PAGE)
    return _load_newest(which)


def _load_newest(which: Filter) -> Page:
    found = _find_ids(which, before=LAST)
    return _load_page(which, found[:PAGE], newer=False, older=len(found) > PAGE)


def _find_ids(
    which: Filter, before: int | None = None, after: int | None = None, most: int = PAGE + 1
) -> Sequence[int]:
    """Return one more than a page takes, or so many, beginning next to the cursor."""
    chosen = select_own(Entry.id).where(*which.conditions()).limit(most)
    if before is not None:
        chosen = chosen.where(Entry.id < before).order_by(Entry.id.desc())
    else:
        chosen = chosen.where(Entry.id > after).order_by(Entry.id)
    return db.session.scalars(chosen).all()


def _load_page(which: Filter, ids: Sequence[int], newer: bool, older: bool) -> Page:
    rows = (
        select(Entry)
        .where(Entry.id.in_(ids))
        .order_by(Entry.id.desc())
        .options(load_only(*SUMMARY, Entry.document, Entry.page, Entry.pages))
    )
    entries = db.session.scalars(rows).all()
    return Page(
        entries=entries,
        count=count(select_own(Entry.id).where(*which.conditions())),
        newer=make_cursor(entries[0].id) if newer and entries else None,
        older=make_cursor(entries[-1].id) if older and entries else None,
        oldest=make_cursor(OLDEST) if older and entries else None,
    )


def count(rows: Select[Any]) -> int:
    """Count rows."""
    return db.session.scalar(select(func.count()).select_from(rows.subquery())) or 0


def make_cursor(entry_id: int) -> str:
    """Return an entry's number, signed for the visitor: it also holds when the entry is gone, and for nobody else."""
    return _make_signer().sign(str(entry_id)).decode()


def _parse_cursor(cursor: str) -> int:
    try:
        return int(_make_signer().unsign(cursor))
    except (BadSignature, UnicodeError):
        abort(404, "There is no such page in your history. Start again from the newest answers.")


def _make_signer() -> Signer:
    return Signer(current_app.secret_key or "", salt=f"page of {find_visitor()}")
