"""How the tests use the pages: with the CSRF token and the fields that a form has."""

from __future__ import annotations

import io
import re

from tests.drawing import SEVEN_PNG


def token(client, page: str = "/upload") -> str:
    return re.search(r'name="csrf_token"[^>]* value="([^"]+)"', client.get(page).text)[1]


def upload(client, picture: bytes = SEVEN_PNG, name: str = "seven.png", source: str = "upload", **options):
    fields = {"csrf_token": token(client), "source": source, "image": (io.BytesIO(picture), name)}
    return client.post("/read", data=fields, **options)


def draw(client, strokes: str, **options):
    """Post a drawing of a seven with these strokes as JSON, true or not."""
    fields = {"csrf_token": token(client), "source": "canvas", "image": (io.BytesIO(SEVEN_PNG), "drawing.png")}
    return client.post("/read", data=fields | {"strokes": (io.BytesIO(strokes.encode()), "strokes")}, **options)


def error(response) -> str:
    """The message that the page shows."""
    return re.search(r'role="alert"[^>]*>([^<]*)<', response.text)[1]
