"""The upload form's answers: to one picture as its page gives it, to many a row each, which comes when it is read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
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

from recognizer import Model, ModelError, PictureError
from webapp.history import entries
from webapp.history.store import Entry
from webapp.pages import choice
from webapp.pages.forms import PictureForm, answer
from webapp.reading import batch
from webapp.reading.archive import MAX_PICTURES, is_archive
from webapp.reading.recognition import recognise
from webapp.serving import errors, ratelimit
from webapp.serving.http import csrf, remember_visitor

bp = Blueprint("uploads", __name__, url_prefix="/upload")
csrf.exempt(bp)  # until _take_many_files() has made room for them

FIELDS = 10  # that a form may have besides its files


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
    """Read one picture as any form's. For many, or a ZIP, send a page that grows row by row."""
    files = _load_files()
    if len(files) <= 1 and not any(is_archive(file.data) for file in files):
        return answer(PictureForm())
    pictures = _find_pictures(files)
    remember_visitor()  # while there still is a head to put the cookie in
    ratelimit.charge(len(pictures))
    rows = _read_rows(pictures, choice.load())
    return Response(stream_template("batch.html", rows=rows, count=len(pictures)), headers=batch.AT_ONCE)


@bp.post("/rows")
def rows() -> Response:
    """Read pictures, but not the first `skip`: a line of JSON with their number, then one with a row for each."""
    pictures = _find_pictures(_load_files() or abort(400, "Choose a picture first."))
    remember_visitor()
    left = pictures[max(0, request.form.get("skip", 0, type=int)) :]
    ratelimit.charge(len(left))
    lines = _write_lines(len(pictures), _read_rows(left, choice.load()))
    return Response(stream_with_context(lines), mimetype="application/x-ndjson", headers=batch.AT_ONCE)


def _load_files() -> list[batch.File]:
    files = []
    for file in filter(None, request.files.getlist("image")):
        files.append(batch.File(file.filename or "", file.read()))
        file.seek(0)  # the form reads a single one again
    return files


def _find_pictures(files: list[batch.File]) -> list[batch.Picture]:
    return batch.find_or_refuse(files, current_app.config["MAX_CONTENT_LENGTH"])


def _read_rows(pictures: Iterable[batch.Picture], model: Model) -> Iterator[Row]:
    """Read pictures and keep the answers."""
    for name, load in pictures:
        try:
            yield Row(name, entry=entries.keep(recognise(load(), model=model), "batch"))
        except (PictureError, ModelError) as error:
            yield Row(name, error=errors.explain(error)[1])


def _write_lines(count: int, rows: Iterator[Row]) -> Iterator[str]:
    show = get_template_attribute("_batch.html", "row")
    yield json.dumps({"count": count}) + "\n"
    for row in rows:
        yield json.dumps({"read": row.entry is not None, "row": show(*row)}) + "\n"
