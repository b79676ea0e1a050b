"""The JSON API: pictures in, digits out. It needs no cookie and no token, and stores nothing."""

from __future__ import annotations

import json
from functools import partial

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    jsonify,
    render_template,
    request,
    send_from_directory,
    stream_with_context,
)
from werkzeug.exceptions import RequestEntityTooLarge

from recognizer import LAYOUTS, Model, PictureError
from webapp.models import bundles, shelf
from webapp.reading import archive, batch, strokes
from webapp.reading.decoding import LONG_PATIENCE
from webapp.reading.recognition import recognise
from webapp.serving import ratelimit
from webapp.serving.http import csrf

bp = Blueprint("api", __name__, url_prefix="/api")
csrf.exempt(bp)

DIGITS_OF_PAGE = 9  # at most, of the number of a page
PARAMETERS = {
    "recognize": ("layout", "model", "page"),
    "recognize_batch": ("layout", "model"),
    "recognize_strokes": ("layout", "model"),
}


@bp.before_request
def _refuse_unknown_parameters() -> None:
    """Say of a parameter that means nothing here, lest its sender think that it was obeyed."""
    known = PARAMETERS.get(str(request.endpoint).removeprefix(f"{bp.name}."), ())
    if unknown := sorted(set(request.args) - set(known)):
        abort(400, f"{unknown[0]} is no parameter here; {' and '.join(known) or 'none'} may be given.")


@bp.post("/v1/recognize")
def recognize() -> Response:
    """Read the picture in the field `image`, or in the body; of a file of several pages, one."""
    layout, model, page = _parse_layout(), _parse_model(), _parse_page()
    return jsonify(recognise(_load_picture(), page, layout=layout, model=model).as_dict())


@bp.post("/v1/recognize/batch")
def recognize_batch() -> Response:
    """Read many pictures, in fields or in ZIPs or both: a line of JSON for each page, as it is read."""
    layout, model = _parse_layout(), _parse_model()
    pictures = batch.find(_load_files(), current_app.config["MAX_CONTENT_LENGTH"])
    ratelimit.charge(len(pictures))
    reading = partial(recognise, layout=layout, model=model, patience=LONG_PATIENCE)
    lines = batch.write_lines(batch.read_pages(pictures, reading))
    return Response(stream_with_context(lines), mimetype="application/x-ndjson", headers=batch.AT_ONCE)


@bp.post("/v1/strokes")
def recognize_strokes() -> Response:
    """Read strokes. The boxes are in their own units."""
    layout, model = _parse_layout(), _parse_model()
    try:
        drawing = strokes.draw(_load_body())
    except PictureError:
        raise  # has a status of its own
    except ValueError as error:
        abort(400, str(error))
    reading = recognise(drawing.png, layout=layout, model=model).as_dict()
    for glyph in (*reading["digits"], *reading["marks"]):
        glyph["box"] = drawing.own_box(glyph["box"])
    return jsonify(reading)


@bp.get("/v1/models")
def list_models() -> Response:
    """List the models that are installed."""
    return jsonify(models=bundles.describe(current_app.config))


@bp.get("/v1/openapi.json")
def openapi() -> Response:
    """Describe this API as OpenAPI 3.1."""
    return send_from_directory(bp.root_path, "openapi.json")


@bp.get("")
def manual() -> str:
    """Show the same description to people."""
    with bp.open_resource("openapi.json") as file:
        return render_template("api.html", api=json.load(file))


def _parse_layout() -> str:
    layout = request.args.get("layout", "auto")
    if layout not in LAYOUTS:
        abort(400, f"layout={layout} is not known; use {' or '.join(LAYOUTS)}.")
    return layout


def _parse_model() -> Model | None:
    """Return the model that is asked for, or None for the site's own."""
    if (name := request.args.get("model")) is None:
        return None
    installed = bundles.find_folders(current_app.config)
    if name not in installed:
        abort(400, f"model={name} is not installed; use {' or '.join(installed)}.")
    return shelf.load(name)


def _parse_page() -> int:
    text = request.args.get("page", "1")
    if not text.isascii() or not text.isdigit() or len(text) > DIGITS_OF_PAGE or int(text) < 1:
        abort(400, f"page={text} is no number of a page; they are counted from 1.")
    return int(text)


def _load_picture() -> bytes:
    if request.mimetype != "multipart/form-data":
        return _load_body()
    if (file := request.files.get("image")) is None:
        abort(400, "The form has no file in the field 'image'.")
    data: bytes = file.read()
    return data


def _load_files() -> list[batch.File]:
    if request.mimetype != "multipart/form-data":
        return [batch.File("", _load_body())]
    request.max_form_parts = archive.MAX_PICTURES
    files = [batch.File(file.filename or field, file.read()) for field, file in request.files.items(multi=True)]
    return files or abort(400, "The form has no files.")


def _load_body() -> bytes:
    data: bytes = request.get_data(cache=False)
    in_chunks = request.content_length is None  # so that it may have been cut at the limit
    if in_chunks and len(data) >= current_app.config["MAX_CONTENT_LENGTH"]:
        raise RequestEntityTooLarge
    return data
