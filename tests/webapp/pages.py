"""How the tests use the pages: with the CSRF token and the fields that a form has."""

from __future__ import annotations

import io
import re

from tests.drawing import SEVEN_PNG
from tests.serving import find_token
from webapp.history.store import Entry, db


def token(client, page: str = "/upload") -> str:
    return find_token(client.get(page).text)


def twin(app, client):
    """Another client with the same cookie, as when somebody clicks twice."""
    other = app.test_client()
    other.set_cookie("digits", client.get_cookie("digits").value)
    return other


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


def post(client, path: str, **fields):
    """Send a form of the site."""
    return client.post(path, data={"csrf_token": token(client)} | fields)


def keep_like_the_first(app, *changes: dict) -> list[int]:
    """Keep copies of the first entry, each with some changes; a text is also the label, if that is not given."""
    with app.app_context():
        first = db.session.get(Entry, 1)
        same = {column.key: getattr(first, column.key) for column in Entry.__table__.columns if column.key != "id"}
        copies = [Entry(**same | {"label": change.get("text", first.label)} | change) for change in changes]
        for copy in copies:
            db.session.add(copy)
            db.session.flush()  # so that their ids are in this order
        db.session.commit()
        return [copy.id for copy in copies]


def ids(page: str) -> list[int]:
    """The entries that a page of the history shows."""
    return [int(number) for number in re.findall(r'href="/history/(\d+)(?:\?[^"]*)?"', page)]
