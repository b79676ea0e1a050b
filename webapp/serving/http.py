"""What holds for every request and answer: who the visitor is, CSRF, uploads kept in memory, headers."""

from __future__ import annotations

import io
import uuid
from typing import IO, Any
from urllib.parse import urlsplit

from flask import Flask, Request, Response, abort, current_app, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_wtf import CSRFProtect
from itsdangerous import SignatureExpired, TimestampSigner, URLSafeTimedSerializer
from werkzeug.datastructures import FileStorage, ImmutableMultiDict, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from webapp.serving.errors import LARGE_FORM

csrf = CSRFProtect()

OLD_COOKIE = "session"  # the cookie's name until it got one of its own
CLOCK_TOLERANCE = 24 * 3600  # seconds that a cookie may be from the future
READING = ("GET", "HEAD", "OPTIONS")
OWN_SITE = ("same-origin", "none")  # what browsers say of our own pages, and of what somebody asks by hand

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
                raise RequestEntityTooLarge(LARGE_FORM)
        return super().parse(stream, mimetype, content_length, options)


class MemoryRequest(Request):
    """A request whose uploads stay in memory: nothing that a visitor sends is written to disk."""

    form_data_parser_class = Forms

    def _get_file_stream(self, *args: object, **kwargs: object) -> io.BytesIO:
        return io.BytesIO()


class PatientSigner(TimestampSigner):
    """A signer that takes what was signed up to a day from now: the clock may have been set back since."""

    def unsign(self, signed_value: str | bytes, max_age: int | None = None, return_timestamp: bool = False) -> Any:
        """Return the value, and if asked for when it was signed. Raises BadSignature."""
        value, signed = super().unsign(signed_value, return_timestamp=True)
        age = self.get_timestamp() - signed.timestamp()
        if max_age is not None and not -CLOCK_TOLERANCE <= age <= max_age:
            raise SignatureExpired(f"Signature age {age:.0f} seconds", payload=value, date_signed=signed)
        return (value, signed) if return_timestamp else value


class Sessions(SecureCookieSessionInterface):
    """Flask's sessions in a signed cookie, which under HTTPS is for HTTPS and for this very host alone."""

    def get_cookie_name(self, app: Flask) -> str:
        """Return the name, whose prefix browsers take only from the host itself, over HTTPS (RFC 6265bis)."""
        return self._prefix(super().get_cookie_name(app))

    def get_cookie_secure(self, app: Flask) -> bool:
        """Whether the cookie is for HTTPS alone."""
        return request.is_secure

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return Flask's own, with patience."""
        if serializer := super().get_signing_serializer(app):
            serializer.signer = PatientSigner
        return serializer

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return what the cookie holds, or one of the name that it had before."""
        if self.get_cookie_name(app) not in request.cookies and (old := request.cookies.get(self._prefix(OLD_COOKIE))):
            request.cookies = ImmutableMultiDict({self.get_cookie_name(app): old})
        return super().open_session(app, request)

    def _prefix(self, name: str) -> str:
        return ("__Host-" if request.is_secure else "") + name


def init_app(app: Flask) -> None:
    """Apply all of this to the app."""
    app.request_class = MemoryRequest
    app.session_interface = Sessions()
    csrf.init_app(app)
    app.before_request(_refuse_other_sites)
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


def tell_hand() -> bool | None:
    """Return whether the visitor's hand is used; None of one who has corrected nothing yet."""
    used: bool | None = session.get("hand")
    return used


def use_hand(on: bool) -> None:
    """Use the visitor's hand from now on, or do not."""
    session["hand"] = on


def _refuse_other_sites() -> Response | None:
    """Keep pages of other sites from asking the API in a visitor's browser, but those of DIGITS_CORS.

    Browsers tell who asks (Fetch Metadata, www.w3.org/TR/fetch-metadata); programs do not, and may.
    """
    if not request.path.startswith("/api/") or request.method in READING or _is_allowed():
        return None
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    if site in OWN_SITE or (not site and (not origin or urlsplit(origin).netloc == request.host)):
        return None
    abort(403, "Pages of other sites may not use this API; its owner can allow them by DIGITS_CORS.")


def _is_allowed() -> bool:
    return request.path.startswith("/api/") and request.headers.get("Origin") in current_app.config["CORS"]


def _add_headers(response: Response) -> Response:
    given = {name.lower() for name, _ in response.headers}
    response.headers.extend(header for header in HEADERS.items() if header[0].lower() not in given)
    if _is_allowed():
        response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
        response.headers["Access-Control-Allow-Headers"] = "Content-Type"
        response.headers["Access-Control-Expose-Headers"] = "Retry-After"
        response.headers["Access-Control-Max-Age"] = "600"
        response.vary.add("Origin")
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", HTTPS_ONLY)
    return response
