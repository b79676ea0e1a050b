"""A picture → what is read in it, within the site's limits."""

from __future__ import annotations

import recognizer
from recognizer import Model, Reading, memory
from webapp.models import shelf
from webapp.reading import decoding
from webapp.serving import metrics

LARGE = 2**20  # pixels; drawings are smaller


def recognise(
    picture: bytes,
    page: int = 1,
    *,
    layout: str = "auto",
    model: Model | None = None,
    patience: float = decoding.PATIENCE,
    may_turn: bool = True,
) -> Reading:
    """Read a picture, or a page of it, with the site's own model or another one; it may be turned for that.

    Raises PictureError, ModelError, and ServiceUnavailable after as many seconds of `patience`, if others are read.
    """
    decoded = decoding.decode(picture, page, patience)
    try:
        reading = recognizer.read_picture(decoded, model or shelf.get_own(), layout, may_turn=may_turn)
    finally:
        if decoded.grey.size > LARGE:
            memory.give_back()
    metrics.note(reading)
    return reading
