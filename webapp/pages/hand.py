"""My hand: what the site has learnt of a visitor's digits, whether it uses that, and a page to teach it all ten."""

from __future__ import annotations

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from recognizer.glyphs import DIGITS
from webapp.history import entries
from webapp.history.store import db
from webapp.pages import choice
from webapp.pages.forms import PictureForm
from webapp.reading import hand
from webapp.serving.http import remember_visitor, tell_hand, use_hand

bp = Blueprint("hand", __name__, url_prefix="/history/hand")

LESSON = DIGITS * 2  # what the visitor is asked to write


@bp.get("")
def index() -> str:
    """Show what is known of the visitor's hand, and which digits that has changed."""
    helped, on = hand.find_helped(), tell_hand() is not False
    return render_template("hand.html", counts=hand.count(), helped=helped, there=hand.find_examples(helped), on=on)


@bp.post("/switch")
def switch() -> ResponseReturnValue:
    """Use the visitor's hand from now on, or leave it alone."""
    use_hand(on := "on" in request.form)
    flash("Your hand is used from now on." if on else "Your hand is not used any more, and nothing new is learnt.")
    return redirect(url_for(".index"), 303)


@bp.post("/forget")
def erase() -> ResponseReturnValue:
    """Forget all examples. The answers that they come from stay as they are."""
    hand.forget_all()
    db.session.commit()
    flash("Your hand is forgotten. Your answers and corrections are still in your history.")
    return redirect(url_for(".index"), 303)


@bp.get("/write")
def write() -> str:
    """Ask the visitor to write each digit twice."""
    remember_visitor()
    return render_template("write.html", form=PictureForm(source="canvas"), lesson=LESSON)


@bp.post("/write")
def take() -> ResponseReturnValue:
    """Keep a digit of which it is known what it is, and say whether the network, and the hand so far, read it right."""
    form, digit = PictureForm(), request.form.get("digit", "")
    if not form.validate():
        abort(400, form.error)
    if len(digit) != 1 or digit not in DIGITS:
        abort(400, "Say which digit this is.")
    reading = hand.read(form.image.data.read(), choice.load(), layout="digit")
    entry = entries.keep(reading, "canvas", form.strokes.data)
    if entry.id is None:
        abort(503, "The history is not available just now.")
    alone = reading.adapted[0].before if reading.adapted else reading.digits[0].digit
    entry.label, entry.corrected = digit, digit != entry.text
    hand.learn(entry)
    db.session.commit()
    return jsonify(alone=str(alone) == digit, by_hand=entry.text == digit)
