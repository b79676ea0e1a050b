"""How figures are put into words on the pages: filters of the templates."""

from __future__ import annotations

from flask import Flask

from webapp.history.filters import SURE
from webapp.history.store import SOURCES, Entry

FAIRLY = 0.7  # confidence, below which an answer is called not sure
SURENESS = [(0.99, "Very sure"), (SURE, "Sure"), (FAIRLY, "Fairly sure"), (0.0, "Not sure")]
LONG = 24  # characters of a number that would fill a heading


def init_app(app: Flask) -> None:
    """Give the templates their filters."""
    app.jinja_env.tests["unsure"] = is_unsure
    app.jinja_env.filters.update(
        percent=format_percent,
        in_words=tell_sureness,
        source=SOURCES.get,
        remarks=make_remarks,
        headline=make_headline,
        learnt=tell_learnt,
    )


def format_percent(share: float) -> str:
    """Return a share from 0 to 1 as per cent with a digit behind the point, never rounded up to certainty."""
    return f"{min(100 * share, 99.9) if share < 1 else 100:.1f}\N{NO-BREAK SPACE}%"


def make_headline(entry: Entry) -> str:
    """Say what an entry is about in a few words: what it was read as, or what the visitor says that it is."""
    if len(entry.label) > LONG:
        return f"{len(entry.digits)} digit{'s' * (len(entry.digits) != 1)}"
    return entry.label if entry.corrected else f"Read as {entry.text}"


def make_remarks(entry: Entry) -> list[str]:
    """Say how the picture was turned to be read, and how much was seen that is not read."""
    remarks = []
    if entry.turned:
        remarks.append(f"The picture was turned by {entry.turned}° to be read.")
    if entry.left_out:
        what = (
            "sign that is neither digit nor mark" if entry.left_out == 1 else "signs that are neither digits nor marks"
        )
        remarks.append(f"Left out: {entry.left_out} {what}.")
    return remarks


def tell_learnt(digits: list[str]) -> str:
    """Say what a correction is good for, by what the digits are that were read wrongly, if there are any."""
    if not digits:
        return ""
    *others, last = [f"{digit}s" for digit in digits]
    return f"Got it: I’ll read your {' and '.join(filter(None, [', '.join(others), last]))} better now."


def is_unsure(confidence: float) -> bool:
    """Whether an answer is one to look at once more."""
    return confidence < FAIRLY


def tell_sureness(confidence: float) -> str:
    """Say how sure the answer is. Confidence is calibrated: of the answers "Sure" nine in ten or more are right."""
    return next(words for least, words in SURENESS if confidence >= least)
