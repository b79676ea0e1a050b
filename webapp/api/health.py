"""What a load balancer asks: is the process up, can it answer."""

from __future__ import annotations

from flask import Blueprint
from sqlalchemy import select

from webapp.history.store import Entry, db
from webapp.models import shelf

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def healthz() -> dict[str, str]:
    """Say that the process is up."""
    return {"status": "up"}


@bp.get("/readyz")
def readyz() -> dict[str, str]:
    """Say that the model reads and the history can be looked into, or answer 503."""
    model = shelf.get_own()
    model.warm_up()
    db.session.execute(select(Entry.id).limit(1))
    return {"status": "ready", "model": model.name}
