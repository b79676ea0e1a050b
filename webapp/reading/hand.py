"""The visitor's hand: the digits of which they have said what they are, and what these say of the next ones."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from sqlalchemy import delete, func, insert, select

from recognizer import Model, ModelError, Reading
from recognizer.bundle import Votes
from recognizer.glyphs import DIGITS
from recognizer.hand import LOOK, Hand, adapt, describe, pack, unpack
from webapp.history import entries
from webapp.history.labels import name_digits
from webapp.history.store import Entry, Example, db
from webapp.models import shelf
from webapp.reading.recognition import recognise
from webapp.serving.errors import UNAVAILABLE
from webapp.serving.http import find_visitor, tell_hand, use_hand

log = logging.getLogger(__name__)

KEPT = 50  # examples of each digit
CACHED = 16  # hands that a process remembers, of 420 kB at most
SHOWN = 24  # entries that the hand has changed


def read(picture: bytes, model: Model, page: int = 1, **options: Any) -> Reading:
    """Read a picture as `recognise` does, with its options, and as the visitor's hand has it.

    Examples go by the id of their entry and the number of their digit in it. Where the database cannot tell of a hand,
    the answer is the network's alone.
    """
    reading = recognise(picture, page, model=model, **options)
    if not tell_hand() or (hand := _load(model)) is None:
        return reading
    return adapt(reading, hand)


def learn(entry: Entry) -> list[str]:
    """Take the digits of an entry for examples, as its label says, or none of one that is not checked.

    With a visitor's first one those are taken that they have checked before. Return what the digits are that were read
    wrongly, once each. The caller commits.
    """
    forget([entry.id])
    if tell_hand() is False:
        return []
    for earlier in _find_checked(entry) if tell_hand() is None else ():
        _take(earlier)
    return _take(entry)


def forget(entry_ids: Iterable[int]) -> None:
    """Forget the examples of entries. The caller commits."""
    db.session.execute(delete(Example).where(Example.entry_id.in_(list(entry_ids))))


def forget_all() -> None:
    """Forget all of the visitor's examples. The caller commits."""
    db.session.execute(delete(Example).where(Example.visitor == find_visitor()))


def count() -> Counter[int]:
    """Count the visitor's examples of each digit."""
    own = select(Example.digit, func.count().label("total")).where(Example.visitor == find_visitor())
    return Counter({row.digit: row.total for row in db.session.execute(own.group_by(Example.digit))})


def find_helped() -> Sequence[Entry]:
    """Return the visitor's newest entries that their hand has changed."""
    changed = entries.select_own().where(Entry.adapted.is_not(None))
    return db.session.scalars(changed.order_by(Entry.id.desc()).limit(SHOWN)).all()


def find_examples(changed: Iterable[Entry]) -> set[int]:
    """Return the ids of the entries that are still there of whose digits those in changed ones are read."""
    ids = {change["example"][0] for entry in changed for change in entry.adapted or []}
    return set(db.session.scalars(entries.select_own(Entry.id).where(Entry.id.in_(ids)))) if ids else set()


def _find_checked(entry: Entry) -> Sequence[Entry]:
    """The newest entries but one that its visitor has checked."""
    checked = entries.select_own().where(Entry.corrected.is_not(None), Entry.id != entry.id)
    return db.session.scalars(checked.order_by(Entry.id.desc()).limit(KEPT)).all()


def _take(entry: Entry) -> list[str]:
    """Take the digits of an entry for examples, and return what those are that were read wrongly."""
    known = _find_known(entry)
    if entry.corrected is None or not known or not _learns(entry.model):
        return []
    packed = pack(describe(entry.inputs()))
    rows = [
        {
            "visitor": entry.visitor,
            "entry_id": entry.id,
            "number": number,
            "digit": int(character),
            "model": LOOK,
            "features": packed[number].tobytes(),
        }
        for number, character in known
    ]
    db.session.execute(insert(Example), rows)
    for digit in {row["digit"] for row in rows}:
        _thin_out(entry.visitor, digit)
    use_hand(True)
    read = name_digits(entry.text)
    return sorted({character for number, character in known if character != read[number]})


def _find_known(entry: Entry) -> list[tuple[int, str]]:
    """The numbers of the digits of which the label says what they are, and what that is.

    Where it has more or fewer of them than were read, only those are certain that were read rightly.
    """
    read = name_digits(entry.text)
    is_aligned = len(read) == len(name_digits(entry.label))
    pairs = enumerate(zip(read, entry.characters, strict=True))
    return [(number, char) for number, (old, char) in pairs if char in DIGITS and (is_aligned or char == old)]


def _learns(name: str) -> bool:
    """Whether a model learns hands, and is still there."""
    try:
        return shelf.load(name).votes is not None
    except ModelError:
        return False


def _load(model: Model) -> Hand | None:
    """The visitor's hand, as a model weighs it, or None where there is none or the database is away."""
    visitor = find_visitor()
    if not model.votes or not visitor:
        return None
    # Ids only grow. What was put in since has a greater one, and if that is gone again, there are fewer now.
    version = select(func.count(), func.max(Example.id)).where(Example.visitor == visitor)
    try:
        total, last = db.session.execute(version).one()
        return _fetch(visitor, model.votes, total, last) if total else None
    except UNAVAILABLE as error:
        db.session.rollback()
        log.error("a hand cannot be loaded: %s", error)
        return None


@lru_cache(CACHED)
def _fetch(visitor: str, votes: Votes, total: int, last: int) -> Hand | None:
    """A visitor's hand, as long as it has so many examples, the last of which has this id."""
    own = select(Example).where(Example.visitor == visitor)
    if others := db.session.scalars(own.where(Example.model != LOOK)).all():
        _look_again(others)
    columns = (Example.digit, Example.features, Example.entry_id, Example.number)
    rows = db.session.execute(select(*columns).where(Example.visitor == visitor).order_by(Example.id)).all()
    if not rows:  # as all were deleted since they were counted
        return None
    packed = np.stack([np.frombuffer(row.features, np.uint8) for row in rows])
    names = [(row.entry_id, row.number) for row in rows]
    return Hand(np.array([row.digit for row in rows]), packed, names, votes)


def _look_again(examples: Sequence[Example]) -> None:
    """Let examples that an earlier version has looked at be as they look now."""
    ids = {example.entry_id for example in examples}
    sources = {entry.id: entry for entry in db.session.scalars(select(Entry).where(Entry.id.in_(ids)))}
    frames = np.stack([sources[example.entry_id].inputs()[example.number] for example in examples])
    for example, look in zip(examples, pack(describe(frames)), strict=True):
        example.features, example.model = look.tobytes(), LOOK
    db.session.commit()


def _thin_out(visitor: str, digit: int) -> None:
    """Of more examples of a digit than are kept, let those go that look most like a newer one."""
    rows = db.session.execute(
        select(Example.id, Example.features)
        .where(Example.visitor == visitor, Example.digit == digit, Example.model == LOOK)
        .order_by(Example.id.desc())
    ).all()
    if len(rows) <= KEPT:
        return
    directions = unpack(np.stack([np.frombuffer(row.features, np.uint8) for row in rows]))
    nearest = np.tril(directions @ directions.T, -1).max(1)  # of each one among the newer ones
    alike = [rows[number].id for number in nearest.argsort()[KEPT - len(rows) :]]
    db.session.execute(delete(Example).where(Example.id.in_(alike)))
