"""Which model reads for a visitor, as their session remembers it."""

from __future__ import annotations

from flask import flash, session

from recognizer import Model, ModelError
from webapp.models import shelf


def load() -> Model:
    """Return the model that the visitor chose, as long as it is there, or else the site's."""
    own = shelf.get_own()
    if (name := session.get("model")) is None:
        return own
    try:
        return shelf.load(name)
    except ModelError as error:
        session["model"] = None
        flash(f"{error} {own.name} now reads your digits.")
        return own


def find_other() -> str | None:
    """Return the name of the model that the visitor chose, where it is not the site's."""
    name: str | None = session.get("model")
    return name


def remember(name: str) -> None:
    """Let an installed model read for the visitor from now on. Raises ModelError."""
    shelf.load(name)
    session["model"] = None if name == shelf.get_own().name else name
