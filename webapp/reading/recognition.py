"""A picture → what is read in it, within the site's limits."""

from __future__ import annotations

from flask import current_app

import recognizer
from recognizer import Model, Reading
from webapp.models import shelf
from webapp.serving import metrics


def recognise(picture: bytes, page: int = 1, *, layout: str = "auto", model: Model | None = None) -> Reading:
    """Read a picture, or a page of it, with the site's own model or another one. Raises PictureError, ModelError."""
    limit = current_app.config["MAX_MEGAPIXELS"]
    reading = recognizer.read(picture, model or shelf.get_own(), layout, limit, page)
    metrics.note(reading)
    return reading
