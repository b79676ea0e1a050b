import re
from datetime import UTC, datetime

import pytest
from flask import request, session

from tests.webapp.pages import error, ids, keep_like_the_first, upload
from webapp.history.entries import select_own
from webapp.history.filters import Filter
from webapp.history.store import Entry, db


@pytest.fixture
def history(app, client):
    """Entries of each kind, numbered from 1; the first is a sure and unchecked 7, uploaded just now."""
    upload(client)
    keep_like_the_first(
        app,
        {"text": "2026", "confidence": 0.6},  # 2
        {"text": "?", "confidence": 0.2, "source": "canvas"},  # 3
        {"text": "1", "label": "7", "corrected": True},  # 4
        {"text": "12\n26", "corrected": False},  # 5
        {"text": "4", "created_at": datetime(2025, 6, 30, 22, 30, tzinfo=UTC)},  # 6
        {"text": "4", "created_at": datetime(2025, 7, 1, 22, 30, tzinfo=UTC)},  # 7
        {"text": "7", "deleted_at": datetime.now(UTC)},  # 8
    )
    return client


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ("", [7, 6, 5, 4, 3, 2, 1]),
        ("digit=7", [4, 1]),  # as it was corrected
        ("digit=1", [5]),
        ("digit=%3F", [3]),
        ("source=canvas", [3]),
        ("source=upload", [7, 6, 5, 4, 2, 1]),
        ("sure=no", [3, 2]),
        ("checked=corrected", [4]),
        ("checked=confirmed", [5]),
        ("checked=no", [7, 6, 3, 2, 1]),
        ("search=26", [5, 2]),
        ("search=+2026+", [2]),
        ("search=%3F", [3]),
        ("search=62", []),
        ("since=2025-07-01&until=2025-07-01", [7]),
        ("since=2025-07-01&until=2025-07-01&zone=Europe/Berlin", [6]),
        ("until=2025-07-01&zone=Europe/Berlin", [6]),
        ("until=2025-07-01", [7, 6]),
        ("digit=2&search=0", [2]),
        ("digit=7&checked=no&sure=no", []),
        ("unknown=1", [7, 6, 5, 4, 3, 2, 1]),
    ],
)
def test_what_a_filter_lets_through(history, arguments, found):
    page = history.get(f"/history?{arguments}")
    assert page.status_code == 200
    assert ids(page.text) == found
    assert (f"{len(found)} answer" in page.text) == bool(found)
    assert ("No answers match" in page.text) == (not found)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("digit=ten", "Digit: Not a valid choice."),
        ("digit=10", "Digit: Not a valid choice."),
        ("source=moon", "Source: Not a valid choice."),
        ("sure=yes", "Certainty: Not a valid choice."),
        ("checked=1", "Checked by you: Not a valid choice."),
        ("search=seven", "Search: Enter digits only, such as 2026."),
        ("search=%25", "Search: Enter digits only, such as 2026."),
        ("search=1%0a", None),
        ("search=1%00", "Search: Enter digits only, such as 2026."),
        ("search=" + "1" * 101, "Search: Enter digits only, such as 2026."),
        ("since=yesterday", "From: Not a valid date value."),
        ("since=2025-02-30", "From: Not a valid date value."),
        ("since=0001-01-01", "From: Choose a year from 2000 to 2999."),
        ("until=9999-12-31", "To: Choose a year from 2000 to 2999."),
        ("since=2025-07-02&until=2025-07-01", "To: This is before the first day."),
        ("since=2025-07-02&until=nonsense", "To: Not a valid date value."),
        ("since=2025-07-02&zone=Atlantis", "Zone: This time zone is not known here."),
        ("since=2025-07-02&zone=../../etc/passwd", "Zone: This time zone is not known here."),
        ("since=2025-07-02&zone=Europe", "Zone: This time zone is not known here."),
    ],
)
@pytest.mark.parametrize("path", ["/history", "/history/label", "/history/export.csv"])
def test_nonsense_is_explained_where_it_is_asked(history, path, arguments, message):
    response = history.get(f"{path}?{arguments}")
    if message is None:
        assert response.status_code == 200
        return
    assert response.status_code == 400
    assert error(response) == message
    assert ids(response.text) == []


def test_the_form_shows_what_is_asked_and_the_address_has_no_blanks(history):
    response = history.get("/history?digit=7&source=&sure=&checked=no&since=2025-01-01&until=&zone=")
    assert response.status_code == 302
    assert response.headers["Location"] == "/history?digit=7&checked=no&since=2025-01-01"
    page = history.get(response.headers["Location"]).text
    assert re.search(r'<option selected value="7">', page)
    assert re.search(r'<option selected value="no">Not yet', page)
    assert 'value="2025-01-01"' in page
    assert "/history/export.npz?digit=7&amp;checked=no&amp;since=2025-01-01" in page


def test_a_blank_does_not_hide_nonsense(history):
    response = history.get("/history?since=nonsense&digit=")
    assert response.headers["Location"] == "/history?since=nonsense"


EVERYTHING = "search=2&digit=7&source=upload&sure=no&checked=corrected&since=2025-01-01&until=2026-01-01"


def test_every_filter_is_answered_by_the_index_alone(app):
    """SQLite; with PostgreSQL, `scripts/bench history --explain` shows it."""
    with app.test_request_context(f"/history?{EVERYTHING}"):
        session["visitor"] = "a" * 32
        chosen = select_own(Entry.id).where(*Filter.of(request.args).conditions()).order_by(Entry.id.desc()).limit(51)
        compiled = str(chosen.compile(db.engine, compile_kwargs={"literal_binds": True}))
        db.session.connection().exec_driver_sql("ANALYZE")
        (plan,) = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}").all()
    assert plan[-1] == "SEARCH entry USING COVERING INDEX ix_entry_filter (visitor=?)"
