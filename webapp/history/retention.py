"""How long the history keeps what: deletions can be undone for a while, and old answers go by themselves."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy import ColumnElement, and_, delete, exists, func, select

from webapp.history.store import Consent, Entry, db, empty_log
from webapp.serving.errors import UNAVAILABLE

UNDO = timedelta(hours=1)  # after a deletion
SWEEP_EVERY = 600  # seconds, at most, by each process that keeps or shows answers
SLACK = timedelta(days=30)  # by which the clock may be ahead of the newest answer and still be believed
SPELL = timedelta(hours=1)  # that a clock may be wrong for, as at boot
SHARE = 0.1  # of all answers, of which no more are erased for their age in a sweep
BATCH = 500  # entries erased in one transaction, so that others need not wait long to write

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Let the app's processes erase by themselves, and its owner by a command."""
    app.extensions["next_sweep"] = 0.0  # by the clock of the process
    app.cli.add_command(purge)


@click.command()
@with_appcontext
def purge() -> None:
    """Erase for good what was deleted an hour ago or is older than DIGITS_HISTORY_DAYS. The site does so, too."""
    erased = erase(_deletion_is_due())
    if oldest := _find_oldest():
        erased += erase(Entry.created_at < oldest)
        _erase_consents(oldest)
    click.echo(f"{erased} answers erased.")


def sweep_if_due() -> None:
    """Erase a batch of what has had its time, and soon another one while there is more. A failure is only logged."""
    if time.monotonic() < current_app.extensions["next_sweep"]:
        return
    try:
        more = _erase_batch(_deletion_is_due()) == BATCH
        if oldest := _find_oldest():
            _erase_aged(oldest)
    except UNAVAILABLE as error:
        db.session.rollback()
        log.error("nothing is erased just now: %s", error)
        more = False
    current_app.extensions["next_sweep"] = 0.0 if more else time.monotonic() + SWEEP_EVERY


def _erase_aged(oldest: datetime) -> None:
    """Erase what is older, but only a share of all, lest a clock that is ahead for a minute takes everything."""
    aged = Entry.created_at < oldest
    if not (_is_any(Entry.id, aged) or _is_any(Consent.visitor, *_idle(oldest))) or not _believe_clock():
        return
    most = max(1, min(BATCH, int(SHARE * (db.session.scalar(select(func.count(Entry.id))) or 0))))
    if _erase_batch(aged, most) == most:
        log.warning("%d answers are old enough to be erased; more of them go in %d seconds", most, SWEEP_EVERY)
    _erase_consents(oldest)


def _believe_clock() -> bool:
    """Whether some answer is of the last days, but not of the last hour, which a clock that is wrong may have dated."""
    now = datetime.now(UTC)
    newest = db.session.scalar(select(func.max(Entry.created_at)).where(Entry.created_at < now - SPELL))
    if newest is not None and now - newest < SLACK:
        return True
    log.error(
        "by the clock answers are old enough to be erased, but before the last hour the newest is of %s: "
        "if the clock is right, they go in an hour, or by `flask --app wsgi purge`",
        newest and newest.date(),
    )
    return False


def erase(condition: ColumnElement[bool]) -> int:
    """Erase the entries for which a condition holds, in short transactions, and return how many they were."""
    total = 0
    while batch := _erase_batch(condition):
        total += batch
    return total


def hold_quota(visitor: str) -> None:
    """Erase the oldest entries of a visitor who has more of them, or of their bytes, than are kept.

    The deleted ones count, too. The newest entry stays, however large.
    """
    for last in (_find_beyond_entries(visitor), _find_beyond_bytes(visitor)):
        if last is not None:
            erase(and_(Entry.visitor == visitor, Entry.id <= last))


def _find_beyond_entries(visitor: str) -> int | None:
    """The newest of a visitor's entries that are too many, or None."""
    if not (most := current_app.config["HISTORY_ENTRIES"]):
        return None
    own = select(Entry.id).where(Entry.visitor == visitor).order_by(Entry.id.desc())
    return db.session.scalar(own.offset(most).limit(1))


def _find_beyond_bytes(visitor: str) -> int | None:
    """The newest of a visitor's entries, but for the very last, that take more bytes than are kept, or None."""
    most = 1e6 * current_app.config["HISTORY_MEGABYTES"]
    own = Entry.visitor == visitor
    if not most or (db.session.scalar(select(func.sum(Entry.byte_count)).where(own)) or 0) <= most:
        return None
    total = func.sum(Entry.byte_count).over(order_by=Entry.id.desc()).label("total")
    totals = select(Entry.id, total).where(own).order_by(Entry.id.desc()).offset(1).subquery()
    return db.session.scalar(select(func.max(totals.c.id)).where(totals.c.total > most))


def can_be_undone() -> ColumnElement[bool]:
    """Return the condition for a deleted entry to be brought back."""
    return Entry.deleted_at >= datetime.now(UTC) - UNDO


def _deletion_is_due() -> ColumnElement[bool]:
    return Entry.deleted_at < datetime.now(UTC) - UNDO


def _find_oldest() -> datetime | None:
    """Return before when what was made is due, or None if all of it stays."""
    days = current_app.config["HISTORY_DAYS"]
    return datetime.now(UTC) - timedelta(days) if days else None


def _erase_batch(condition: ColumnElement[bool], most: int = BATCH) -> int:
    ids = db.session.scalars(select(Entry.id).where(condition).limit(most)).all()
    if ids:  # else no other writer shall wait
        db.session.execute(delete(Entry).where(Entry.id.in_(ids)), execution_options={"synchronize_session": False})
    db.session.commit()
    if ids:
        empty_log()
    return len(ids)


def _erase_consents(oldest: datetime) -> None:
    """Erase what visitors have allowed of whom nothing else is left, once it is as old as entries may become."""
    if _is_any(Consent.visitor, *_idle(oldest)):  # else no other writer shall wait
        db.session.execute(delete(Consent).where(*_idle(oldest)), execution_options={"synchronize_session": False})
    db.session.commit()


def _idle(oldest: datetime) -> tuple[ColumnElement[bool], ...]:
    return Consent.given_at < oldest, ~exists().where(Entry.visitor == Consent.visitor)


def _is_any(key: Any, *conditions: ColumnElement[bool]) -> bool:
    return db.session.scalar(select(key).where(*conditions).limit(1)) is not None
