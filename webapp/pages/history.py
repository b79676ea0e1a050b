"""The visitor's history: every answer kept, shown newest first, to nobody else."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import delete, select

from recognizer.encode import encode
from webapp.history import entries, paging, retention, spreadsheet
from webapp.history.entries import PATH, select_deleted
from webapp.history.export import format_csv
from webapp.history.filters import Filter
from webapp.history.store import Consent, Entry, db
from webapp.pages.addresses import add_arguments
from webapp.reading import hand
from webapp.serving.http import find_visitor

bp = Blueprint("history", __name__, url_prefix="/history")

bp.add_app_template_global(spreadsheet.is_installed, "writes_xlsx")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PICTURES_KEPT = "private, max-age=31536000, immutable"  # an entry never changes its pictures


@bp.get("")
def index() -> ResponseReturnValue:
    """Show a page of the history."""
    retention.sweep_if_due()
    allowed = db.session.scalar(select(Consent).where(Consent.visitor == find_visitor()))
    deleted = paging.count(select_deleted(Entry.id))
    return _show_entries("history.html", allowed=allowed, deleted=deleted, examples=hand.count().total())


@bp.get("/label")
def label() -> ResponseReturnValue:
    """Show a page of the history to be corrected, digit by digit."""
    return _show_entries("label.html")


@bp.get(f"/{PATH}")
def entry(entry_id: int) -> str:
    """Show one answer, and the way to those beside it in the list that one comes from."""
    found = entries.get(entry_id)
    which = Filter.of(request.args)
    newer, older = paging.find_neighbours(which, entry_id) if which.validate() else (None, None)
    return render_template("answer.html", entry=found, newer=newer, older=older, document=entries.find_pages(found))


@bp.get(f"/{PATH}/thumbnail.png")
def thumbnail(entry_id: int) -> Response:
    """Send the small grey picture of an entry."""
    return _send_picture(entries.get(entry_id).thumbnail)


@bp.get(f"/{PATH}/ink.png")
def ink(entry_id: int) -> Response:
    """Send the small picture of what was taken for the ink of an entry."""
    return _send_picture(entries.get(entry_id).ink or abort(404))


@bp.get(f"/{PATH}/frames/<int(max=10000):number>.png")
def frame(entry_id: int, number: int) -> Response:
    """Send what the network saw of one digit, counted from 0."""
    found = entries.get(entry_id)
    if number >= len(found.digits):
        abort(404)
    return _send_picture(encode(found.frame(number)))


@bp.get(f"/{PATH}/table.<any(csv,xlsx):kind>")
def table(entry_id: int, kind: str) -> Response:
    """Send the table of an entry, as corrected, for spreadsheets."""
    rows = entries.get(entry_id).table or abort(404, "There is no table in this picture.")
    headers = {"Content-Disposition": f'attachment; filename="digits-{entry_id}.{kind}"'}
    if kind == "csv":
        return Response(format_csv(rows), mimetype="text/csv", headers=headers)
    if not spreadsheet.is_installed():
        abort(404, "This site writes no XLSX; take the CSV, which every spreadsheet opens.")
    return Response(spreadsheet.format_xlsx(rows), mimetype=XLSX, headers=headers)


@bp.post(f"/{PATH}/delete")
def remove(entry_id: int) -> ResponseReturnValue:
    """Delete one entry, which can be undone for a while, and go back to the page that the address asks for."""
    entries.get(entry_id).deleted_at = datetime.now(UTC)
    hand.forget([entry_id])
    db.session.commit()
    flash(str(entry_id), "deleted")
    return redirect(add_arguments(url_for(".index"), request.args), 303)


@bp.post("/delete-chosen")
def remove_chosen() -> ResponseReturnValue:
    """Delete the entries that are ticked, which can be undone for a while, and go back to their page."""
    ticked = entries.are_ticked(request.form)
    found = db.session.scalars(entries.select_own().where(ticked)).all() if ticked is not None else []
    for each in found:
        each.deleted_at = datetime.now(UTC)
    hand.forget(each.id for each in found)
    db.session.commit()
    flash(f"{len(found)} deleted. You can bring them back for an hour, from the end of your history.")
    return redirect(add_arguments(url_for(".index"), request.args), 303)


@bp.get("/deleted")
def deleted() -> str:
    """Show the newest of the entries that can still be brought back."""
    found = db.session.scalars(select_deleted().order_by(Entry.deleted_at.desc()).limit(paging.PAGE)).all()
    return render_template("deleted.html", entries=found)


@bp.post(f"/{PATH}/restore")
def restore(entry_id: int) -> ResponseReturnValue:
    """Undo the deletion of an entry, and go to it, or with `listed` back to the list that it was deleted from."""
    if not (found := db.session.scalar(select_deleted().where(Entry.id == entry_id))):
        abort(404, "There is no such entry among those that you deleted within the last hour.")
    found.deleted_at = None
    hand.learn(found)
    db.session.commit()
    flash("Restored.")
    arguments = request.args.to_dict()
    if arguments.pop("listed", ""):
        return redirect(add_arguments(url_for(".index"), arguments), 303)
    return redirect(url_for(".entry", entry_id=entry_id), 303)


@bp.post("/delete")
def remove_all() -> ResponseReturnValue:
    """Erase all that is kept of the visitor, also what was deleted and might be brought back."""
    db.session.execute(delete(Consent).where(Consent.visitor == find_visitor()))
    hand.forget_all()
    db.session.commit()
    retention.erase(Entry.visitor == find_visitor())
    flash("Your history is empty now.")
    return redirect(url_for(".index"), 303)


def _show_entries(template: str, **more: object) -> ResponseReturnValue:
    """Show the entries that the address asks for, or what is wrong with its filter. Blank fields leave the address."""
    if "" in request.args.values():
        return redirect(add_arguments(request.path, {name: value for name, value in request.args.items() if value}))
    which = Filter.of(request.args)
    if not which.validate():
        return render_template("history.html", which=which, error=which.error), 400
    page = paging.load(which, request.args)
    return render_template(template, which=which, page=page, days=current_app.config["HISTORY_DAYS"], **more)


def _send_picture(data: bytes) -> Response:
    return Response(data, mimetype="image/png", headers={"Cache-Control": PICTURES_KEPT})
