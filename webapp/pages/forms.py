"""The form that every page with a picture sends, and how it is answered."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField
from wtforms.validators import AnyOf, ValidationError

from recognizer import PictureError
from webapp.history import entries
from webapp.pages import choice
from webapp.reading import hand, strokes
from webapp.serving import errors

PAGES = {"canvas": "draw.html", "upload": "upload.html", "camera": "camera.html"}  # by the source of their pictures


class PictureForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
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

    @property
    def error(self) -> str:
        """What is wrong with it, after it was validated."""
        return str(next(iter(self.errors.values()))[0])


def answer(form: PictureForm) -> ResponseReturnValue:
    """Read the picture of a form, keep the answer in the visitor's history and lead there."""
    if not form.validate():
        return _show_again(form, 400, form.error)
    try:
        reading = hand.read(form.image.data.read(), choice.load())
    except PictureError as error:
        return _show_again(form, *errors.explain(error))
    entry = entries.keep(reading, str(form.source.data), form.strokes.data)
    if entry.id is None:
        return render_template("answer.html", entry=entry)
    return redirect(url_for("history.entry", entry_id=entry.id), 303)


def _show_again(form: PictureForm, status: int, error: str) -> ResponseReturnValue:
    return render_template(PAGES.get(str(form.source.data), "upload.html"), form=form, error=error), status
