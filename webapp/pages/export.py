"""What the history's filter lets through, as a file to keep."""

from __future__ import annotations

from itertools import chain

from flask import Blueprint, Response, abort, request, stream_with_context

from webapp.history import export
from webapp.history.entries import are_ticked, select_own
from webapp.history.filters import Filter

bp = Blueprint("export", __name__, url_prefix="/history")


@bp.get("/export.<any(csv,json,npz):kind>")
def send(kind: str) -> Response:
    """Send the entries that the filter lets through, or those of them that are ticked."""
    which = Filter.of(request.args)
    if not which.validate():
        abort(400, which.error)
    chosen = select_own().where(*which.conditions())
    if (ticked := are_ticked(request.args)) is not None:
        chosen = chosen.where(ticked)
    if kind == "npz" and not export.count_digits(chosen):
        abort(404, "There is nothing to train with: none of these entries has a digit.")
    write, mimetype = export.KINDS[kind]
    stream = write(chosen)
    begun = chain([next(stream)], stream)  # while a database that is away can still be said to be
    disposition = {"Content-Disposition": f"attachment; filename=digits.{kind}"}
    return Response(stream_with_context(begun), mimetype=mimetype, headers=disposition)
