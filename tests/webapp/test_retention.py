import re
import types
from datetime import UTC, datetime, timedelta

import pytest

from tests.webapp.pages import error, ids, keep_like_the_first, post, upload
from tests.webapp.test_unavailable import locked
from webapp import create_app
from webapp.history import retention
from webapp.history.retention import BATCH, UNDO
from webapp.history.store import Consent, Entry, db

NOW = datetime.now(UTC)
LONG_DELETED = {"deleted_at": NOW - UNDO - timedelta(minutes=1)}
JUST_DELETED = {"deleted_at": NOW - UNDO / 2}  # and so for as long as all tests may take
LATELY = {"created_at": NOW - timedelta(days=2)}  # which shows that the clock is right


def kept(app):
    with app.app_context():
        return [number for (number,) in db.session.query(Entry.id).order_by(Entry.id)]


def due(app):
    """As if time had passed since the last sweep."""
    app.extensions["next_sweep"] = 0.0


def test_a_deletion_is_undone(app, client):
    for _ in range(2):
        upload(client)
    assert post(client, "/history/1/delete").status_code == 303
    page = client.get("/history").text
    assert ids(page) == [2]
    assert "Deleted. You can restore it for an hour." in page
    undo = re.search(r'action="(/history/1/restore\?listed=1)"', page)[1]
    response = post(client, undo)
    assert response.headers["Location"] == "/history"
    assert "Restored." in client.get("/history").text
    assert ids(client.get("/history").text) == [2, 1]
    assert post(client, undo).status_code == 404


def test_what_is_deleted_is_nowhere_but_among_the_deleted(client):
    upload(client)
    post(client, "/history/1/delete")
    for path in ("", "/thumbnail.png", "/ink.png", "/frames/0.png"):
        assert client.get(f"/history/1{path}").status_code == 404
    assert post(client, "/history/1/delete").status_code == 404
    page = client.get("/history").text
    assert "Nothing here yet" in page
    assert "Bring back what was deleted (1)" in page
    assert "/history/1/restore" in client.get("/history/deleted").text


def test_only_ones_own_deletions_are_shown(app, client):
    upload(client)
    post(client, "/history/1/delete")
    page = app.test_client().get("/history/deleted").text
    assert "Nothing can be brought back." in page
    assert "/restore" not in page


def test_after_an_hour_it_is_too_late(app, client):
    upload(client)
    long, just = keep_like_the_first(app, LONG_DELETED, JUST_DELETED)
    page = client.get("/history/deleted").text
    assert re.findall(r"/history/(\d+)/restore", page) == [str(just)]
    response = post(client, f"/history/{long}/restore")
    assert response.status_code == 404
    assert "within the last hour" in error(response)


@pytest.mark.parametrize("act", [upload, lambda client: client.get("/history")])
def test_what_has_had_its_time_goes_by_itself(app, client, act):
    upload(client)
    old, young = ({"created_at": NOW - timedelta(days=days)} for days in (366, 364))
    _, just, _, young, lately = keep_like_the_first(app, LONG_DELETED, JUST_DELETED, old, young, LATELY)
    due(app)
    act(client)
    assert kept(app)[:4] == [1, just, young, lately]


def test_a_clock_that_is_ahead_erases_nobodys_history(app, client, caplog, monkeypatch):
    """Nor does it when somebody's answer was kept by that clock."""
    upload(client)
    ages = [{"created_at": NOW - timedelta(days=days)} for days in range(1, 20)]
    keep_like_the_first(app, *ages, {"created_at": NOW - timedelta(days=400)})
    ahead = NOW + timedelta(days=365)
    monkeypatch.setattr(retention, "datetime", types.SimpleNamespace(now=lambda zone: ahead))
    keep_like_the_first(app, {"created_at": ahead})
    due(app)
    client.get("/history")
    assert len(kept(app)) == 22
    assert "if the clock is right, they go in an hour" in caplog.text
    monkeypatch.undo()
    due(app)
    client.get("/history")
    assert len(kept(app)) == 21


def test_of_many_old_answers_a_tenth_goes_at_a_time(app, client, caplog):
    upload(client)
    keep_like_the_first(app, LATELY, *[{"created_at": NOW - timedelta(days=400)}] * 28)
    left = []
    for _ in range(3):
        due(app)
        client.get("/history")
        left.append(len(kept(app)))
    assert left == [27, 25, 23]
    assert "3 answers are old enough to be erased; more of them go in 600 seconds" in caplog.text


def test_it_is_looked_for_now_and_then(app, client):
    upload(client)
    (long,) = keep_like_the_first(app, LONG_DELETED)
    upload(client)
    assert long in kept(app)
    due(app)
    upload(client)
    assert long not in kept(app)


def test_much_goes_in_batches_one_after_the_other(app, client):
    upload(client)
    keep_like_the_first(app, *[LONG_DELETED] * (2 * BATCH + 1))
    due(app)
    left = []
    for _ in range(4):
        client.get("/history")
        left.append(len(kept(app)))
    assert left == [BATCH + 2, 2, 1, 1]


@pytest.mark.parametrize("days", [0, 30])
def test_answers_stay_as_long_as_the_owner_says(settings, days):
    app = create_app(settings | {"HISTORY_DAYS": days})
    client = app.test_client()
    upload(client)
    old = [{"created_at": NOW - timedelta(days=days)} for days in (31, 10_000)]
    keep_like_the_first(app, LATELY, *old)
    for _ in old:
        due(app)
        page = client.get("/history").text
    assert len(ids(page)) == (2 if days else 4)
    assert ("deleted automatically after 30 days" if days else "Answers stay until you delete them") in page


def test_the_owner_may_erase_at_once(app, client, runner):
    upload(client)
    keep_like_the_first(app, JUST_DELETED, *[LONG_DELETED] * (BATCH + 1))
    assert runner.invoke(args=["purge"]).output == f"{BATCH + 1} answers erased.\n"
    assert runner.invoke(args=["purge"]).output == "0 answers erased.\n"
    assert kept(app) == [1, 2]


def test_of_a_visitor_the_newest_are_kept(settings):
    app = create_app(settings | {"HISTORY_ENTRIES": 3})
    others, client = app.test_client(), app.test_client()
    upload(others)
    for _ in range(5):
        upload(client)
    assert kept(app) == [1, 4, 5, 6]
    page = client.get("/history").text
    assert ids(page) == [6, 5, 4]
    assert "Of more than 3, the oldest are deleted." in page


def test_of_a_visitor_so_many_bytes_are_kept(settings):
    app = create_app(settings | {"HISTORY_MEGABYTES": 1})
    client = app.test_client()
    upload(client)
    keep_like_the_first(
        app, *[{"byte_count": 400_000}] * 2, {"byte_count": None}, {"visitor": "other", "byte_count": 9_000_000}
    )
    upload(client)
    assert kept(app) == [1, 2, 3, 4, 5, 6]
    keep_like_the_first(app, {"byte_count": 400_000})
    upload(client)
    assert kept(app) == [3, 4, 5, 6, 7, 8]
    assert "If they take more than 1 MB, the oldest are deleted, too." in client.get("/history").text


def test_the_newest_answer_is_kept_however_large(settings, monkeypatch):
    monkeypatch.setattr(Entry, "count_bytes", lambda entry: 2_000_000)
    app = create_app(settings | {"HISTORY_MEGABYTES": 1})
    client = app.test_client()
    for _ in range(3):
        upload(client)
    assert kept(app) == [3]


def test_an_answer_weighs_what_is_kept_of_it(app, client):
    upload(client)
    with app.app_context():
        entry = db.session.get(Entry, 1)
        assert (
            entry.byte_count == entry.count_bytes() > len(entry.thumbnail) + len(entry.ink) + len(entry.frames) > 1000
        )


def allowing(app):
    with app.app_context():
        return {consent.visitor for consent in db.session.query(Consent)}


@pytest.mark.parametrize("days", [0, 365])
@pytest.mark.parametrize("by_command", [True, False])
def test_consent_goes_when_it_is_as_old_as_entries_and_of_nobody(settings, days, by_command):
    app = create_app(settings | {"HISTORY_DAYS": days})
    client = app.test_client()
    upload(client)
    post(client, "/history/consent", allowed="1")
    (visitor,) = allowing(app)
    old, young = ({"given_at": NOW - timedelta(days=age)} for age in (366, 364))
    keep_like_the_first(app, {"visitor": "undoes"} | JUST_DELETED, {"visitor": "erased"} | LONG_DELETED, LATELY)
    with app.app_context():
        db.session.get(Consent, visitor).given_at = old["given_at"]
        allow = {"undoes": old, "erased": old, "gone": old, "came lately": young}
        db.session.add_all(Consent(visitor=who, **given) for who, given in allow.items())
        db.session.commit()
    due(app)
    if by_command:
        app.test_cli_runner().invoke(args=["purge"])
    else:
        client.get("/history")
    assert allowing(app) == {visitor, "undoes", "came lately"} | (set() if days else {"erased", "gone"})


def test_what_is_erased_is_overwritten(app, client):
    upload(client)
    marker = b"planted in a thumbnail"
    keep_like_the_first(app, LONG_DELETED | {"thumbnail": marker * 100})
    files = [app.config["INSTANCE"] / f"digits.sqlite{end}" for end in ("", "-wal")]
    due(app)
    client.get("/history")
    assert not any(marker in file.read_bytes() for file in files if file.exists())


def test_a_locked_database_stops_no_answer(app, client, caplog):
    upload(client)
    keep_like_the_first(app, LONG_DELETED)
    due(app)
    with locked(app):
        assert ids(client.get("/history").text) == [1]
    assert "nothing is erased just now" in caplog.text
    assert len(kept(app)) == 2


def test_all_are_erased_in_short_transactions(app, client, monkeypatch):
    upload(client)
    keep_like_the_first(app, *[{}] * (2 * BATCH), JUST_DELETED)
    sizes = []
    once = retention._erase_batch
    monkeypatch.setattr(retention, "_erase_batch", lambda *given: sizes.append(once(*given)) or sizes[-1])
    assert post(client, "/history/delete").status_code == 303
    assert kept(app) == []
    assert max(sizes) == BATCH
