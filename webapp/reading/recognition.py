"""A picture → what is read in it, within the site's limits."""

from __future__ import annotations

import recognizer
from recognizer import Model, Reading
from webapp.models import shelf
from webapp.reading import decoding
from webapp.serving import metrics


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
    reading = recognizer.read_picture(decoding.decode(picture, page, patience), model or shelf.get_own(), layout)
    metrics.note(reading)
    return reading
