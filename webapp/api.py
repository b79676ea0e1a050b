"""The JSON API: a picture in, digits out; no cookie, no token, nothing stored."""

from __future__ import annotations

import dataclasses

from flask import Blueprint, Response, abort, current_app, jsonify, request, send_from_directory
from werkzeug.exceptions import RequestEntityTooLarge

from recognizer import LAYOUTS
from webapp.http import csrf
from webapp.reader import recognise

bp = Blueprint("api", __name__, url_prefix="/api/v1")
csrf.exempt(bp)


@bp.post("/recognize")
def recognize() -> Response:
    """Read the picture in the field `image`, or in the body."""
    layout = request.args.get("layout", "auto")
    if layout not in LAYOUTS:
        abort(400, f"layout={layout} is not known; use {' or '.join(LAYOUTS)}.")
    reading = recognise(_picture(), layout)
    digits = [dataclasses.asdict(digit) for digit in reading.digits]
    return jsonify(text=reading.text, lines=reading.lines, model=reading.model, digits=digits)


@bp.get("/openapi.json")
def openapi() -> Response:
    """Describe this API as OpenAPI 3.1."""
    return send_from_directory(bp.root_path, "openapi.json")


def _picture() -> bytes:
    if request.mimetype != "multipart/form-data":
        data = request.get_data(cache=False)
        if len(data) >= current_app.config["MAX_CONTENT_LENGTH"]:  # sent in chunks, and cut there
            raise RequestEntityTooLarge
        return data
    if (file := request.files.get("image")) is None:
        abort(400, "The form has no file in the field 'image'.")
    return file.read()
