"""How long the history keeps what: deletions can be undone for a while, and old answers go by themselves."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime, timedelta

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy import ColumnElement, delete, exists, select

from webapp.history.store import Consent, Entry, db
from webapp.serving.errors import UNAVAILABLE

UNDO = timedelta(hours=1)  # after a deletion
SWEEP_EVERY = 600  # seconds, at most, by each process that keeps or shows answers
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
    click.echo(f"{sum(map(erase, _list_due()))} answers erased.")
    _erase_consents()


def sweep_if_due() -> None:
    """Erase a batch of what has had its time, and soon another one while there is more. A failure is only logged."""
    if time.monotonic() < current_app.extensions["next_sweep"]:
        return
    try:
        more = any(_erase_batch(condition) == BATCH for condition in _list_due())
        _erase_consents()
    except UNAVAILABLE as error:
        db.session.rollback()
        log.error("nothing is erased just now: %s", error)
        more = False
    current_app.extensions["next_sweep"] = 0.0 if more else time.monotonic() + SWEEP_EVERY


def erase(condition: ColumnElement[bool]) -> int:
    """Erase the entries for which a condition holds, in short transactions, and return how many they were."""
    total = 0
    while batch := _erase_batch(condition):
        total += batch
    return total


def can_be_undone() -> ColumnElement[bool]:
    """Return the condition for a deleted entry to be brought back."""
    return Entry.deleted_at >= datetime.now(UTC) - UNDO


def _list_due() -> list[ColumnElement[bool]]:
    oldest = _find_oldest()
    return [Entry.deleted_at < datetime.now(UTC) - UNDO] + ([Entry.created_at < oldest] if oldest else [])


def _find_oldest() -> datetime | None:
    """Return before when what was made is due, or None if all of it stays."""
    days = current_app.config["HISTORY_DAYS"]
    return datetime.now(UTC) - timedelta(days) if days else None


def _erase_batch(condition: ColumnElement[bool]) -> int:
    ids = db.session.scalars(select(Entry.id).where(condition).limit(BATCH)).all()
    if ids:  # else no other writer shall wait
        db.session.execute(delete(Entry).where(Entry.id.in_(ids)), execution_options={"synchronize_session": False})
    db.session.commit()
    return len(ids)


def _erase_consents() -> None:
    """Erase what visitors have allowed of whom nothing else is left, once it is as old as entries may become."""
    if not (oldest := _find_oldest()):
        return
    idle = (Consent.given_at < oldest, ~exists().where(Entry.visitor == Consent.visitor))
    if db.session.scalar(select(Consent.visitor).where(*idle).limit(1)):  # else no other writer shall wait
        db.session.execute(delete(Consent).where(*idle), execution_options={"synchronize_session": False})
    db.session.commit()
