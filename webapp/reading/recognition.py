"""A picture → what is read in it, within the site's limits."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, current_app
from werkzeug.exceptions import ServiceUnavailable

import recognizer
from recognizer import Model, Reading
from webapp.models import shelf
from webapp.reading import decoding
from webapp.serving import metrics

MOST = 6  # read at once by a process, of whose eight threads the others answer what needs no reading


def init_app(app: Flask) -> None:
    """Make room for as many as are read at once."""
    app.extensions["room"] = threading.BoundedSemaphore(MOST)


def recognise(
    picture: bytes,
    page: int = 1,
    *,
    layout: str = "auto",
    model: Model | None = None,
    patience: float = decoding.PATIENCE,
) -> Reading:
    """Read a picture, or a page of it, with the site's own model or another one.

    Raises PictureError, ModelError, and ServiceUnavailable after as many seconds of `patience`, if others are read.
    """
    with _take_room(patience):
        reading = recognizer.read_picture(decoding.decode(picture, page, patience), model or shelf.get_own(), layout)
    metrics.note(reading)
    return reading


@contextmanager
def _take_room(patience: float) -> Iterator[None]:
    room: threading.BoundedSemaphore = current_app.extensions["room"]
    if not room.acquire(timeout=patience):
        raise ServiceUnavailable(
            "Many pictures are being read. Try again in a moment.", retry_after=decoding.RETRY_AFTER
        )
    try:
        yield
    finally:
        room.release()
