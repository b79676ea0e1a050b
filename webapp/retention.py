"""How long the history keeps what: deletions can be undone for a while, and old answers go by themselves."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime, timedelta

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy import ColumnElement, delete, select

from webapp.store import UNAVAILABLE, Entry, db

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
    """Erase for good what was deleted an hour ago or is older than DIGITS_HISTORY_DAYS; the site does so, too."""
    click.echo(f"{sum(map(erase, _due()))} answers erased.")


def sweep_if_due() -> None:
    """Erase a batch of what has had its time, and soon another one while there is more. A failure is only logged."""
    if time.monotonic() < current_app.extensions["next_sweep"]:
        return
    try:
        more = any(_erase_batch(condition) == BATCH for condition in _due())
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


def undoable() -> ColumnElement[bool]:
    """The condition for a deleted entry to be brought back."""
    return Entry.deleted_at >= datetime.now(UTC) - UNDO


def _due() -> list[ColumnElement[bool]]:
    now, days = datetime.now(UTC), current_app.config["HISTORY_DAYS"]
    return [Entry.deleted_at < now - UNDO] + ([Entry.created_at < now - timedelta(days)] if days else [])


def _erase_batch(condition: ColumnElement[bool]) -> int:
    ids = db.session.scalars(select(Entry.id).where(condition).limit(BATCH)).all()
    if ids:  # else no other writer shall wait
        db.session.execute(delete(Entry).where(Entry.id.in_(ids)), execution_options={"synchronize_session": False})
    db.session.commit()
    return len(ids)
