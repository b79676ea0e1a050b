"""Errors as answers: a page for people, RFC 9457 problem+json for programs."""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from http import HTTPStatus

from flask import Flask, Response, current_app, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError, TimeoutError
from werkzeug.exceptions import (
    BadHost,
    ClientDisconnected,
    HTTPException,
    NotFound,
    RequestEntityTooLarge,
    SecurityError,
)

from recognizer import ModelError, NoInk, NotAPicture, PictureError, PictureTooLarge, UnreadablePicture

STATUS = [(UnreadablePicture, 400), (PictureTooLarge, 413), (NotAPicture, 415), (NoInk, 422), (PictureError, 400)]
UNAVAILABLE = (OperationalError, InterfaceError, InternalError, TimeoutError)  # a database locked, full, gone, too busy
NOWHERE = "There is nothing at this address."
LARGE_FORM = "The form has more files or fields, or larger fields, than this site takes."
FOR_PROGRAMS = ("/api/", "/healthz", "/readyz")
RETRY_AFTER = 5  # seconds
DRAINED = 10  # times the upload limit: so much of a refused upload is read, that its sender may see the answer
CHUNK = 1 << 20  # bytes

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Answer every error with a sentence and the right status."""
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(
        ClientDisconnected, lambda error: answer(400, "The request is malformed, or not all of it came in time.")
    )
    app.register_error_handler(BadHost, lambda error: answer(400, "The request names a host that cannot exist."))
    app.register_error_handler(SecurityError, lambda error: answer(400, "The site is not known by this name."))
    app.register_error_handler(
        CSRFError,
        lambda error: answer(400, "This page was open for too long, or cookies are off. Reload it and try again."),
    )
    app.register_error_handler(PictureError, lambda error: answer(*explain(error)))
    app.register_error_handler(RequestEntityTooLarge, _answer_too_large)
    app.register_error_handler(ModelError, _answer_unavailable)
    for kind in UNAVAILABLE:
        app.register_error_handler(kind, _answer_unavailable)


def _answer_http(error: HTTPException) -> Response:
    detail = NOWHERE if error.description == NotFound.description else str(error.description)
    response = answer(error.code or 500, detail)
    response.headers.extend([header for header in error.get_headers() if header[0] != "Content-Type"])  # such as Allow
    return response


def answer(status: int, detail: str) -> Response:
    """Return an error as problem details (RFC 9457) where a program asked, else as a page."""
    title = HTTPStatus(status).phrase
    if request.path.startswith(FOR_PROGRAMS):
        body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
        return Response(json.dumps(body), status, mimetype="application/problem+json")
    if isinstance(request.routing_exception, BadHost | SecurityError):  # for which no page's links can be made
        return Response(f"{detail}\n", status, mimetype="text/plain")
    heading = "This page does not exist" if status == 404 else "That did not work"
    return Response(render_template("error.html", title=heading, detail=detail), status)


def _answer_too_large(error: RequestEntityTooLarge) -> Response:
    limit = current_app.config["MAX_CONTENT_LENGTH"]
    with suppress(OSError):  # what is left may be malformed, or its sender gone
        _drain(DRAINED * limit)
    if error.description == LARGE_FORM or (request.content_length or limit + 1) <= limit:
        return answer(413, LARGE_FORM)
    return answer(413, f"The upload is larger than {current_app.config['MAX_UPLOAD_MB']:g} MB.")


def _drain(left: int) -> None:
    while left > 0 and (chunk := request.environ["wsgi.input"].read(min(CHUNK, left))):
        left -= len(chunk)


def explain(error: Exception) -> tuple[int, str]:
    """Return the status and the sentence that say what is wrong with a picture, the model or the history."""
    if isinstance(error, PictureError):
        return next(status for kind, status in STATUS if isinstance(error, kind)), str(error)
    log.error("unavailable: %s", error)
    what = "The model" if isinstance(error, ModelError) else "The history"
    return 503, f"{what} is not available just now. Try again in a moment."


def _answer_unavailable(error: Exception) -> Response:
    response = answer(*explain(error))
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response
