"""The upload form's answers: to one picture as the reader gives it, to many a row each, which comes when it is read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    get_template_attribute,
    request,
    stream_template,
    stream_with_context,
)
from flask.typing import ResponseReturnValue

from recognizer import Model, ModelError, PictureError, UnreadablePicture
from webapp.history import entries
from webapp.history.store import Entry
from webapp.pages import models, reader
from webapp.reading import batch
from webapp.reading.archive import MAX_PICTURES, is_archive
from webapp.serving import errors, ratelimit
from webapp.serving.http import csrf, known_visitor

bp = Blueprint("uploads", __name__, url_prefix="/upload")
csrf.exempt(bp)  # until _take_many_files() has made room for them

FIELDS = 10  # that a form may have besides its files
EMPTY = UnreadablePicture("The ZIP has no files.")


class Row(NamedTuple):
    """What is shown of a picture: what was read and kept, or the sentence that says why not."""

    name: str
    entry: Entry | None = None
    error: str | None = None


@bp.before_request
def _take_many_files() -> None:
    request.max_form_parts = MAX_PICTURES + FIELDS
    csrf.protect()


@bp.post("")
def read() -> ResponseReturnValue:
    """Read one picture as the reader does; of many, or of a ZIP, send a page that grows row by row."""
    sent = _sent()
    if len(sent) <= 1 and not any(is_archive(data) for _, data in sent):
        return reader.read()
    found = _found(sent)
    known_visitor()  # while there still is a head to put the cookie in
    ratelimit.charge(len(found))
    rows = _rows(found, models.chosen())
    return Response(stream_template("batch.html", rows=rows, count=len(found)), headers=batch.AT_ONCE)


@bp.post("/rows")
def rows() -> Response:
    """Read pictures, but not the first `skip`: a line of JSON with their number, then one with a row for each."""
    found = _found(_sent() or abort(400, "Choose a picture first."))
    known_visitor()
    left = found[max(0, request.form.get("skip", 0, type=int)) :]
    ratelimit.charge(len(left))
    lines = _lines(len(found), _rows(left, models.chosen()))
    return Response(stream_with_context(lines), mimetype="application/x-ndjson", headers=batch.AT_ONCE)


def _sent() -> list[tuple[str, bytes]]:
    sent = []
    for file in filter(None, request.files.getlist("image")):
        sent.append((file.filename or "", file.read()))
        file.seek(0)  # the reader reads a single one again
    return sent


def _found(sent: list[tuple[str, bytes]]) -> list[batch.Picture]:
    """The pictures in files and ZIPs, by name; a ZIP that is refused is a picture that is. Raises PictureTooLarge."""
    found: list[batch.Picture] = []
    for name, data in sent:
        try:
            found += batch.unpacked(name, data, current_app.config["MAX_CONTENT_LENGTH"]) or [_refused(name, EMPTY)]
        except PictureError as error:
            found.append(_refused(name, error))
        found = batch.limited(found)  # before the next ZIP's directory is read
    return found


def _refused(name: str, error: PictureError) -> batch.Picture:
    def content() -> bytes:
        raise error

    return name, content


def _rows(found: list[batch.Picture], model: Model) -> Iterator[Row]:
    """Read pictures and keep the answers."""
    for name, content in found:
        try:
            yield Row(name, entry=entries.keep(reader.recognise(content(), model=model), "batch"))
        except (PictureError, ModelError) as error:
            yield Row(name, error=errors.explained(error)[1])


def _lines(count: int, rows: Iterator[Row]) -> Iterator[str]:
    show = get_template_attribute("_batch.html", "row")
    yield json.dumps({"count": count}) + "\n"
    for row in rows:
        yield json.dumps({"read": row.entry is not None, "row": show(*row)}) + "\n"
