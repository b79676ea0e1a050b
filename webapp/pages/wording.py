"""How figures are put into words on the pages: filters of the templates."""

from __future__ import annotations

from flask import Flask

from webapp.history.store import SOURCES

SURENESS = [(0.99, "Very sure"), (0.9, "Sure"), (0.7, "Fairly sure"), (0.0, "Not sure")]


def init_app(app: Flask) -> None:
    """Give the templates their filters."""
    app.jinja_env.filters.update(
        percent=format_percent, in_words=tell_sureness, source=SOURCES.get, crowded=tell_left_out
    )


def format_percent(share: float) -> str:
    """Return a share from 0 to 1 as per cent with a digit behind the point, never rounded up to certainty."""
    return f"{min(100 * share, 99.9) if share < 1 else 100:.1f} %"


def tell_left_out(left_out: int) -> str:
    """Say how much was seen that is not read."""
    return f"Left out: {left_out} mark{'' if left_out == 1 else 's'} not taken for digits."


def tell_sureness(confidence: float) -> str:
    """Say how sure the answer is. Confidence is calibrated: of the answers "Sure" nine in ten or more are right."""
    return next(words for least, words in SURENESS if confidence >= least)
