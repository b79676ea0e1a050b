"""Which entries of the history a visitor wants to see: the fields of a plain form, and so of a readable address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from werkzeug.datastructures import MultiDict
from wtforms import DateField, Field, Form, HiddenField, SearchField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # of 3.3, which the stubs do not know
from wtforms.validators import Optional, Regexp, ValidationError

from webapp.history.store import SOURCES, Entry

SURE = 0.9  # confidence, from which on an answer is called sure
CHECKED = {"corrected": True, "confirmed": False, "no": None}
YEARS = (2000, 2999)


def _offer(choices: dict[str, str]) -> list[SelectChoice]:
    """Return a blank choice that says nothing, and these."""
    return [SelectChoice(value, label) for value, label in ({"": "Any"} | choices).items()]


class Filter(Form):
    """Conditions on entries, of which blank ones hold for all."""

    search = SearchField(
        "Search",
        [Optional(), Regexp(r"[0-9?]{1,100}\Z", message="Enter digits only, such as 2026.")],
        filters=[lambda text: text and text.strip()],
    )
    digit = SelectField("Digit", choices=_offer({d: d for d in "0123456789"} | {"?": "Not a digit"}))
    source = SelectField("Source", choices=_offer(SOURCES))
    sure = SelectField("Certainty", choices=_offer({"no": "Doubtful only"}))
    checked = SelectField(
        "Checked by you", choices=_offer({"corrected": "Corrected", "confirmed": "Confirmed", "no": "Not yet"})
    )
    since = DateField("From", [Optional()])
    until = DateField("To", [Optional()])
    zone = HiddenField()  # such as Europe/Berlin, in which the dates are meant. The page's script fills it in.

    @classmethod
    def of(cls, arguments: MultiDict[str, str]) -> Filter:
        """Return what the arguments of an address ask for, not yet validated."""
        selects = dict.fromkeys(("digit", "source", "sure", "checked"), "")
        return cls(arguments, data=selects)

    def validate_since(self, field: Field) -> None:
        """Refuse a year that calendars and databases need not know."""
        if field.data and not YEARS[0] <= field.data.year <= YEARS[1]:
            raise ValidationError(f"Choose a year from {YEARS[0]} to {YEARS[1]}.")

    def validate_until(self, field: Field) -> None:
        """Refuse such a year, and an end before the beginning."""
        self.validate_since(field)
        if self.since.data and field.data and field.data < self.since.data:
            raise ValidationError("This is before the first day.")

    def validate_zone(self, field: Field) -> None:
        """Refuse a zone that is not known."""
        try:
            ZoneInfo(field.data or "UTC")
        except (OSError, ValueError, KeyError) as error:
            raise ValidationError("This time zone is not known here.") from error

    @property
    def error(self) -> str:
        """What is wrong, in a sentence that names the field."""
        wrong = next(field for field in self if field.errors)
        return f"{wrong.label.text}: {wrong.errors[0]}"

    @property
    def values(self) -> dict[str, Any]:
        """The fields that are not blank, as an address has them, and the zone only where there is a date."""
        given = {field.name: field.data.isoformat() if isinstance(field.data, date) else field.data for field in self}
        if not (self.since.data or self.until.data):
            del given["zone"]
        return {name: value for name, value in given.items() if value}

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the conditions as SQL, which an index of the table answers alone."""
        makers: dict[Field, Callable[[Any], ColumnElement[bool]]] = {
            self.search: Entry.label.contains,
            self.digit: Entry.label.contains,
            self.source: lambda source: Entry.source == source,
            self.sure: lambda _: Entry.confidence < SURE,
            self.checked: lambda checked: Entry.corrected.is_(CHECKED[checked]),
            self.since: lambda day: Entry.created_at >= self._find_midnight(day),
            self.until: lambda day: Entry.created_at < self._find_midnight(day + timedelta(days=1)),
        }
        return [make(field.data) for field, make in makers.items() if field.data]

    def _find_midnight(self, day: date) -> datetime:
        """Return the moment at which a day begins where the visitor is."""
        return datetime.combine(day, time(), ZoneInfo(self.zone.data or "UTC")).astimezone(UTC)
