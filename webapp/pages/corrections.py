"""What the visitor says an answer should have been, and whether the site's owner may train with that."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import click
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from recognizer.glyphs import MARKS
from webapp.history import entries, export, labels
from webapp.history.entries import PATH
from webapp.history.store import Consent, Entry, db
from webapp.pages.addresses import add_arguments
from webapp.pages.wording import tell_learnt
from webapp.reading import hand
from webapp.serving.http import find_visitor

bp = Blueprint("corrections", __name__, url_prefix="/history", cli_group=None)


@bp.app_template_global("signs")
def list_signs() -> str:
    """Return the signs that may be put into a correction."""
    return MARKS + labels.NONE


@bp.post(f"/{PATH}/correct")
def correct(entry_id: int) -> ResponseReturnValue:
    """Note what a picture says, with as many digits as it has; that it was read right; or with `forget`, nothing."""
    entry = entries.get(entry_id)
    if "forget" in request.form:
        entry.label, entry.corrected = entry.text, None
    else:
        try:
            entry.label = labels.clean(_read_label())
        except ValueError as error:
            abort(400, str(error))
        entry.corrected = entry.label != entry.text
    learnt = hand.learn(entry)
    db.session.commit()
    match request.headers.get("Prefer"):  # RFC 7240, as scripts ask
        case "return=minimal":
            return "", 204
        case "return=representation":
            return render_template("saying.html", entry=entry, learnt=learnt)
    flash(f"Saved. {tell_learnt(learnt)}".strip())
    return redirect(_find_way_back(entry_id), 303)


@bp.post("/consent")
def consent() -> ResponseReturnValue:
    """Allow the site's owner to train with what the visitor has checked, or take that back, for all of it."""
    if not (who := find_visitor()):
        abort(400, "You have no saved answers yet.")
    if "allowed" in request.form:
        db.session.merge(Consent(visitor=who))
        flash("Thank you. Your corrections may be used for training.")
    else:
        db.session.execute(delete(Consent).where(Consent.visitor == who))
        flash("None of your corrections will be used for training.")
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()  # the form was sent twice at once: it is allowed already
    return redirect(url_for("history.index"), 303)


def _read_label() -> str:
    """Return what the form says: a text, or the cells of a table with so many columns."""
    cells, columns = request.form.getlist("cell"), request.form.get("columns", 0, int)
    if columns < 1:
        return request.form.get("label", "")
    return labels.join_cells(cells[start : start + columns] for start in range(0, len(cells), columns))


def _find_way_back(entry_id: int) -> str:
    """Return the address of the form: the entry's own page, or with `listed` its place in the page of many."""
    arguments = request.args.to_dict()
    if not arguments.pop("listed", ""):
        return url_for("history.entry", entry_id=entry_id)
    return f"{add_arguments(url_for('history.label'), arguments)}#entry-{entry_id}"


@bp.cli.command("corrections")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
def write(out: Path) -> None:
    """Write the frames that visitors have checked and allow for training to OUT.npz, for `train fit --data`."""
    allowed = Entry.visitor.in_(select(Consent.visitor))
    checked = select(Entry).where(allowed, Entry.corrected.is_not(None), Entry.deleted_at.is_(None))
    if not (count := export.count_digits(checked)):
        raise click.ClickException("No visitor has checked a digit and allows it to be used.")
    draft = out.with_name(f"{out.name}.part")
    try:
        with draft.open("wb") as file:
            file.writelines(export.write_npz(checked))
        draft.replace(out)
    except export.HistoryChanged as error:
        raise click.ClickException("A visitor changed their history meanwhile. Run this again.") from error
    except OSError as error:
        raise click.ClickException(str(error)) from error
    finally:
        with suppress(OSError):  # as there is none, or nothing that could be removed
            draft.unlink()
    click.echo(f"{count} frames written to {out}.")
