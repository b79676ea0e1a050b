"""What holds for every request and answer: who the visitor is, CSRF, uploads kept in memory, headers."""

from __future__ import annotations

import io
import uuid
from typing import IO

from flask import Flask, Request, Response, request, session
from flask.sessions import SecureCookieSessionInterface
from flask_wtf import CSRFProtect
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

csrf = CSRFProtect()

URL_ENCODED = "application/x-www-form-urlencoded"

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    ),
    "Permissions-Policy": (
        "camera=(self), accelerometer=(), autoplay=(), display-capture=(), encrypted-media=(), fullscreen=(), "
        "geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
HTTPS_ONLY = "max-age=31536000"  # a year, without subdomains, which may be other sites


class Forms(FormDataParser):
    """Werkzeug's parser, which holds the fields of a form without files to the same limit as those of one with files.

    Each byte of them takes thirty of memory.
    """

    def parse(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str] | None = None
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]:
        """Return the stream, the fields and the files. Raises RequestEntityTooLarge."""
        if mimetype == URL_ENCODED and (most := self.max_form_memory_size) is not None:
            stream = io.BytesIO(stream.read(most + 1))
            if stream.getbuffer().nbytes > most:
                raise RequestEntityTooLarge
        return super().parse(stream, mimetype, content_length, options)


class MemoryRequest(Request):
    """A request whose uploads stay in memory: nothing that a visitor sends is written to disk."""

    form_data_parser_class = Forms

    def _get_file_stream(self, *args: object, **kwargs: object) -> io.BytesIO:
        return io.BytesIO()


class Sessions(SecureCookieSessionInterface):
    """Flask's sessions in a signed cookie, which under HTTPS is for HTTPS and for this very host alone."""

    def get_cookie_name(self, app: Flask) -> str:
        """Return the name, whose prefix browsers take only from the host itself, over HTTPS (RFC 6265bis)."""
        return ("__Host-" if request.is_secure else "") + super().get_cookie_name(app)

    def get_cookie_secure(self, app: Flask) -> bool:
        """Whether the cookie is for HTTPS alone."""
        return request.is_secure


def init_app(app: Flask) -> None:
    """Apply all of this to the app."""
    app.request_class = MemoryRequest
    app.session_interface = Sessions()
    csrf.init_app(app)
    app.after_request(_add_headers)


def find_visitor() -> str | None:
    """Return the visitor's number out of the signed cookie, or None for one of whom nothing has been kept yet."""
    return session.get("visitor")


def remember_visitor() -> str:
    """Return the visitor's number, given now if there is none.

    Pages with forms give it, so that two posts at the same time share it.
    """
    session.permanent = True
    number: str = session.setdefault("visitor", uuid.uuid4().hex)
    return number


def _add_headers(response: Response) -> Response:
    given = {name.lower() for name, _ in response.headers}
    response.headers.extend(header for header in HEADERS.items() if header[0].lower() not in given)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", HTTPS_ONLY)
    return response
