"""The upload form's answers: to one picture as its page gives it, to many a row each, which comes when it is read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from uuid import uuid4

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

from recognizer import Model, PictureError, Reading
from webapp.history import entries
from webapp.history.store import Entry
from webapp.pages import choice
from webapp.pages.forms import PictureForm, answer
from webapp.reading import batch, decoding, hand
from webapp.reading.archive import MAX_PICTURES, is_archive
from webapp.serving import ratelimit
from webapp.serving.http import csrf, remember_visitor

bp = Blueprint("uploads", __name__, url_prefix="/upload")
csrf.exempt(bp)  # until _take_many_files() has made room for them

FIELDS = 10  # that a form may have besides its files


class Row(NamedTuple):
    """What is shown of a page, maybe a picture's `last`: what was read and kept, or the sentence that says why not."""

    name: str
    entry: Entry | None
    error: str | None
    last: bool


@bp.before_request
def _take_many_files() -> None:
    request.max_form_parts = MAX_PICTURES + FIELDS
    csrf.protect()


@bp.post("")
def read() -> ResponseReturnValue:
    """Read one picture as any form's. For many, a ZIP or several pages, send a page that grows row by row."""
    files = _load_files()
    if len(files) <= 1 and not any(map(_holds_many, files)):
        return answer(PictureForm())
    pictures = _find_pictures(files)
    remember_visitor()  # while there still is a head to put the cookie in
    ratelimit.charge(len(pictures))
    rows = _read_rows(pictures, choice.load())
    return Response(stream_template("batch.html", rows=rows, count=len(pictures)), headers=batch.AT_ONCE)


@bp.post("/rows")
def rows() -> Response:
    """Read pictures after the first `skip`, without the first `skip_pages` pages of the next one.

    The answer is lines of JSON: how many pictures there are, then a row for each page.
    """
    pictures = _find_pictures(_load_files() or abort(400, "Choose a picture first."))
    remember_visitor()
    skip, skip_pages = (max(0, request.form.get(name, 0, type=int)) for name in ("skip", "skip_pages"))
    left = pictures[skip:]
    ratelimit.charge(len(left))
    source = "upload" if request.form.get("source") == "upload" else "batch"
    lines = _write_lines(len(pictures), _read_rows(left, choice.load(), skip_pages, source))
    return Response(stream_with_context(lines), mimetype="application/x-ndjson", headers=batch.AT_ONCE)


def _load_files() -> list[batch.File]:
    files = []
    for file in filter(None, request.files.getlist("image")):
        files.append(batch.File(file.filename or "", file.read()))
        file.seek(0)  # the form reads a single one again
    return files


def _holds_many(file: batch.File) -> bool:
    """Whether there may be several pictures in a file; what is damaged is answered as one."""
    try:
        return is_archive(file.data) or decoding.count_pages(file.data) > 1
    except PictureError:
        return False


def _find_pictures(files: list[batch.File]) -> list[batch.Picture]:
    return batch.find_or_refuse(files, current_app.config["MAX_CONTENT_LENGTH"])


def _read_rows(
    pictures: Iterable[batch.Picture], model: Model, skip_pages: int = 0, source: str = "batch"
) -> Iterator[Row]:
    """Read the pages of pictures, but not the first of the first one, and keep the answers."""
    document = None
    may_turn = "upright" not in request.form  # as the visitor has done that

    def read_patiently(picture: bytes, page: int) -> Reading:
        return hand.read(picture, model, page, patience=decoding.LONG_PATIENCE, may_turn=may_turn)

    for found in batch.read_pages(pictures, read_patiently, skip_pages):
        if found.page == 1 or not document:
            document = uuid4().hex if found.pages > 1 else None
        entry = entries.keep(found.reading, source, document=document) if found.reading else None
        error = found.problem[1] if found.problem else None
        yield Row(found.title, entry, error, found.page == found.pages)


def _write_lines(count: int, rows: Iterator[Row]) -> Iterator[str]:
    show = get_template_attribute("_batch.html", "row")
    yield json.dumps({"count": count}) + "\n"
    for row in rows:
        shown = show(row.name, row.entry, row.error)
        yield json.dumps({"read": row.entry is not None, "last": row.last, "row": shown}) + "\n"
