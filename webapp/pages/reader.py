"""The pages that take a picture, drawn or uploaded, and send the visitor to its answer."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField
from wtforms.validators import AnyOf, ValidationError

import recognizer
from webapp.history import entries
from webapp.pages import models, wording
from webapp.reading import strokes
from webapp.serving import errors, metrics
from webapp.serving.http import known_visitor

bp = Blueprint("reader", __name__)

PAGES = {"canvas": "draw.html", "upload": "upload.html", "camera": "camera.html"}  # by the source of their pictures


class PictureForm(FlaskForm):
    """One picture and where it comes from, and of a drawing its strokes."""

    image = FileField("Picture", [FileRequired("Choose a picture first.")])
    source = HiddenField(default="upload", validators=[AnyOf(PAGES, "This is no form of this site.")])
    strokes = FileField("Strokes")

    def validate_strokes(self, field: FileField) -> None:
        """Turn the JSON that was sent into strokes. Raises ValidationError."""
        try:
            field.data = strokes.of_drawing(field.data.read()) if field.data else None
        except ValueError as error:
            raise ValidationError(str(error)) from error


@bp.get("/")
@bp.get(f"/draw/{entries.PATH}")
def draw(entry_id: int | None = None) -> str:
    """Show the canvas, empty or with the strokes of a drawing in the history."""
    known_visitor()
    drawn = None if entry_id is None else entries.strokes(entry_id)
    return render_template("draw.html", form=PictureForm(source="canvas"), strokes=drawn)


@bp.get("/upload")
def upload() -> str:
    """Show the upload form."""
    known_visitor()
    return render_template("upload.html", form=PictureForm())


@bp.get("/camera")
def camera() -> str:
    """Show what the camera sees."""
    known_visitor()
    return render_template("camera.html", form=PictureForm(source="camera"))


@bp.post("/read")
def read() -> ResponseReturnValue:
    """Read the picture sent, keep the answer in the visitor's history and go there."""
    form = PictureForm()
    if not form.validate():
        return _again(form, next(iter(form.errors.values()))[0], 400)
    try:
        reading = recognise(form.image.data.read(), model=models.chosen())
    except recognizer.PictureError as error:
        return _again(form, str(error), errors.STATUS[type(error)])
    entry = entries.keep(reading, form.source.data, form.strokes.data)
    if entry.id is None:
        return render_template("answer.html", entry=entry)
    if entry.left_out:
        flash(wording.crowded(entry.left_out))
    return redirect(url_for("history.entry", entry_id=entry.id), 303)


@bp.post("/live")
def live() -> ResponseReturnValue:
    """Read what may still change, and keep nothing; the answer is a part of a page, or 204 if nothing is there yet."""
    form = PictureForm()
    if not form.validate():
        abort(400, next(iter(form.errors.values()))[0])
    try:
        return render_template("live.html", entry=recognise(form.image.data.read(), model=models.chosen()))
    except recognizer.NoInk:
        return "", 204  # while a camera looks for a digit that is no error


def recognise(picture: bytes, layout: str = "auto", model: recognizer.Model | None = None) -> recognizer.Reading:
    """Read a picture within the app's limits, with its own model or another one. Raises PictureError, ModelError."""
    reads = model or current_app.extensions["model"]
    reading = recognizer.read(picture, reads, layout, current_app.config["MAX_MEGAPIXELS"])
    metrics.note(reading)
    return reading


def _again(form: PictureForm, error: str, status: int) -> ResponseReturnValue:
    return render_template(PAGES.get(form.source.data, "upload.html"), form=form, error=error), status
