"""What holds for every request and answer: who the visitor is, CSRF, uploads kept in memory, headers."""

from __future__ import annotations

import io
import uuid

from flask import Flask, Request, Response, session
from flask_wtf import CSRFProtect

csrf = CSRFProtect()

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "Cache-Control": "private, no-cache",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class MemoryRequest(Request):
    """A request whose uploads stay in memory: nothing that a visitor sends is written to disk."""

    def _get_file_stream(self, *args: object, **kwargs: object) -> io.BytesIO:
        return io.BytesIO()


def init_app(app: Flask) -> None:
    """Apply all of this to the app."""
    app.request_class = MemoryRequest
    csrf.init_app(app)
    app.after_request(_with_headers)


def visitor() -> str | None:
    """The visitor's number out of the signed cookie; None for one of whom nothing has been kept yet."""
    return session.get("visitor")


def known_visitor() -> str:
    """The visitor's number, given now if there is none; pages with forms give it, so that posts at once share it."""
    session.permanent = True
    return session.setdefault("visitor", uuid.uuid4().hex)


def _with_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
