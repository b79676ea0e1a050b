"""The pages that take a picture, drawn or uploaded, and send the visitor to its answer."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from recognizer import NoInk
from webapp.history import entries
from webapp.pages import choice
from webapp.pages.forms import PictureForm, answer
from webapp.reading import hand
from webapp.serving.http import csrf, remember_visitor

bp = Blueprint("reader", __name__)


@bp.get("/")
@bp.get(f"/draw/{entries.PATH}")
def draw(entry_id: int | None = None) -> str:
    """Show the canvas, empty or with the strokes of a drawing in the history."""
    remember_visitor()
    drawn = None if entry_id is None else entries.get_strokes(entry_id)
    return render_template(
        "draw.html", form=PictureForm(source="canvas"), strokes=drawn, entry_id=entry_id, other=choice.find_other()
    )


@bp.get("/upload")
def upload() -> str:
    """Show the upload form."""
    remember_visitor()
    return render_template("upload.html", form=PictureForm(), other=choice.find_other())


@bp.get("/camera")
def camera() -> str:
    """Show what the camera sees."""
    remember_visitor()
    return render_template("camera.html", form=PictureForm(source="camera"), other=choice.find_other())


@bp.get("/worker.js")
def worker() -> Response:
    """Send the script that serves the drawing page without a line; from here it may do so for the whole site."""
    return current_app.send_static_file("worker.js")


@bp.post("/share")
def share() -> ResponseReturnValue:
    """Ask for a picture that another program shares where no script is there to take it."""
    flash("Choose the picture here.")
    return redirect(url_for(".upload"), 303)


csrf.exempt(share)  # whose form is not ours


@bp.post("/read")
def read() -> ResponseReturnValue:
    """Read the picture sent, keep the answer in the visitor's history and go there."""
    return answer(PictureForm())


@bp.post("/live")
def live() -> ResponseReturnValue:
    """Read what may still change, and keep nothing. The answer is a part of a page, or 204 if nothing is there yet."""
    form = PictureForm()
    if not form.validate():
        abort(400, form.error)
    try:
        return render_template("live.html", entry=hand.read(form.image.data.read(), choice.load()))
    except NoInk:
        return "", 204  # while a camera looks for a digit that is no error
