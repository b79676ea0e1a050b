import html
import re

import numpy as np
import pytest
from sqlalchemy import event, update

from tests.webapp.pages import error, ids, keep_like_the_first, post, token, upload
from train.own import load
from webapp.history.export import BATCH
from webapp.history.store import Consent, Entry, db


def entry(app, number=1):
    with app.app_context():
        found = db.session.get(Entry, number)
        return found.text, found.label, found.corrected


@pytest.mark.parametrize(
    ("typed", "text", "label"),
    [
        ("2", "7", "2"),
        ("?", "7", "?"),
        (" 2026\r\n", "2025", "2026"),
        ("12\r\n\r\n34 ", "12\n??", "12\n34"),
        ("3.7", "37", "3.7"),
        ("37", "371", "37"),
        ("-1,250 + 5%", "7", "-1,250 + 5%"),
    ],
)
def test_a_label_may_be_longer_or_shorter_and_have_signs(app, client, typed, text, label):
    upload(client)
    (number,) = keep_like_the_first(app, {"text": text, "frames": bytes(28 * 28 * len(text.replace("\n", "")))})
    assert post(client, f"/history/{number}/correct", label=typed).status_code == 303
    assert entry(app, number) == (text, label, True)


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ("ten", "is made of digits, the signs"),
        ("x", "is made of digits"),
        ("\u0667", "is made of digits"),  # seven as Arabs write it
        ("<b>", "is made of digits"),
        (" \r\n", "Say what it is"),
        ("1" * 90_000, "has at most 2,000 characters"),
    ],
)
def test_what_is_no_label_is_explained(app, client, label, message):
    upload(client)
    response = post(client, "/history/1/correct", label=label)
    assert response.status_code == 400
    assert message in html.unescape(error(response))
    assert entry(app) == ("7", "7", None)


def test_no_label_at_all_is_a_400(app, client):
    upload(client)
    assert post(client, "/history/1/correct").status_code == 400
    assert entry(app) == ("7", "7", None)


def test_an_answer_is_corrected_confirmed_and_neither(app, client):
    upload(client)
    for fields, expected in [
        ({"label": "1"}, ("7", "1", True)),
        ({"label": "7"}, ("7", "7", False)),
        ({"label": "?"}, ("7", "?", True)),
        ({"forget": "1", "label": "?"}, ("7", "7", None)),
    ]:
        response = post(client, "/history/1/correct", **fields)
        assert response.status_code == 303
        assert response.headers["Location"] == "/history/1"
        assert entry(app) == expected
        assert "Saved." in client.get("/history/1").text


def test_from_a_list_one_comes_back_to_the_same_place_in_it(app, client):
    upload(client)
    keep_like_the_first(app, {"text": "4"})
    for address in ("/history/label", "/history/label?digit=7&checked=no"):
        (path,) = re.findall(r'action="(/history/1/correct[^"]*)"', client.get(address).text)
        response = post(client, html.unescape(path), label="1", forget="1")
        assert (response.status_code, response.location) == (303, f"{address}#entry-1")
        assert 'id="entry-1"' in client.get(response.location).text


@pytest.mark.parametrize("query", ["listed=//far.example", "listed=1&before=%0d%0aa", "listed=1&next=//far.example"])
def test_no_address_leads_elsewhere(client, query):
    upload(client)
    response = post(client, f"/history/1/correct?{query}", label="1")
    assert re.fullmatch(r"/history/label(\?(before|next)=%[\w.%]+)?#entry-1", response.location)


def test_a_script_is_answered_without_a_page(app, client):
    upload(client)
    data = {"csrf_token": token(client), "label": "1"}
    response = client.post("/history/1/correct", data=data, headers={"Prefer": "return=minimal"})
    assert (response.status_code, response.data) == (204, b"")
    assert entry(app) == ("7", "1", True)
    assert client.post("/history/1/correct", data={"label": "2"}).status_code == 400
    assert entry(app) == ("7", "1", True)


def test_a_script_may_ask_how_it_looks_now(app, client):
    upload(client)
    data = {"csrf_token": token(client), "label": "3.7"}
    response = client.post("/history/1/correct", data=data, headers={"Prefer": "return=representation"})
    assert response.status_code == 200
    assert "Corrected. It was read as 7." in response.text
    assert 'data-places="[2]"' in response.text


def test_a_corrected_entry_goes_by_what_it_is(client):
    upload(client)
    assert "<h1>Read as 7</h1>" in client.get("/history/1").text
    post(client, "/history/1/correct", label="3.7")
    page = client.get("/history/1").text
    assert "<h1>3.7</h1>" in page
    assert "Corrected. It was read as 7." in page
    assert "<strong>3.7</strong>" in client.get("/history").text


def test_a_long_number_is_no_heading(app, client):
    upload(client)
    (number,) = keep_like_the_first(app, {"text": "7 " * 100})
    assert "<h1>1 digit</h1>" in client.get(f"/history/{number}").text


def test_a_deleted_entry_is_not_corrected(app, client):
    upload(client)
    post(client, "/history/1/delete")
    assert post(client, "/history/1/correct", label="1").status_code == 404
    assert entry(app) == ("7", "7", None)


def test_pages_offer_it(app, client):
    upload(client)
    keep_like_the_first(app, {"text": "12\n3?", "label": "12\n34", "corrected": True})
    assert 'name="label" class="number" value="7"' in client.get("/history/1").text
    page = client.get("/history/2").text
    assert re.search(r'<textarea name="label" class="number" rows="2"[^>]*>12\n34</textarea>', page)
    assert "It was read as 12\n3?." in page
    assert re.search(r"Read as 12\n3\?\ncorrected", client.get("/history/label").text)
    assert client.get("/history/label").text.count('name="label"') == 2


CONSENT = "Allow the site owner to train models"


def test_nothing_is_allowed_unless_one_says_so(client):
    upload(client)
    assert re.search(r'name="allowed" value="1">', client.get("/history").text)
    assert post(client, "/history/consent", allowed="1").status_code == 303
    assert re.search(r'name="allowed" value="1" checked>', client.get("/history").text)
    assert post(client, "/history/consent").status_code == 303
    assert re.search(r'name="allowed" value="1">', client.get("/history").text)


def test_who_has_nothing_has_nothing_to_allow(app):
    assert app.test_client().post("/history/consent", data={"allowed": "1"}).status_code == 400


def allow(client):
    assert post(client, "/history/consent", allowed="1").status_code == 303


def test_only_what_is_checked_and_allowed_is_written(app, runner, tmp_path):
    willing, unwilling = app.test_client(), app.test_client()
    upload(willing)
    frames = np.arange(4 * 28 * 28, dtype=np.uint32).reshape(4, 28, 28).astype(np.uint8)
    keep_like_the_first(
        app,
        {"text": "2?26", "label": "2.1?6", "corrected": True, "frames": frames.tobytes()},
        {"text": "5"},
        {"text": "3", "corrected": False},
    )
    (gone,) = keep_like_the_first(app, {"text": "8", "corrected": False})
    post(willing, f"/history/{gone}/delete")
    upload(unwilling)
    post(unwilling, f"/history/{gone + 1}/correct", label="9")
    allow(willing)
    out = tmp_path / "out.npz"
    result = runner.invoke(args=["corrections", str(out)])
    assert (result.exit_code, result.output) == (0, f"4 frames written to {out}.\n")
    with np.load(out) as archive:
        assert archive["y"].tolist() == [3, 2, 1, 6]
        assert (archive["x"][1:] == frames[[0, 1, 3]]).all()
    assert [path.name for path in tmp_path.iterdir() if "out" in path.name] == ["out.npz"]


def test_it_tells_writers_apart_but_not_who_they_are(app, runner, tmp_path):
    for number in (1, 2, 3):
        client = app.test_client()
        upload(client)
        post(client, f"/history/{number}/correct", label="79"[number % 2])
        allow(client)
    runner.invoke(args=["corrections", str(tmp_path / "out.npz")])
    digits, _ = load(tmp_path / "out.npz")
    assert list(zip(digits.writers, digits.labels.tolist(), strict=True)) == [("0", 9), ("1", 7), ("2", 9)]


def test_taken_back_it_holds_for_all(app, client, runner, tmp_path):
    upload(client)
    post(client, "/history/1/correct", label="7")
    out = tmp_path / "out.npz"
    for act in (lambda: None, lambda: (allow(client), post(client, "/history/consent"))):
        act()
        result = runner.invoke(args=["corrections", str(out)])
        assert result.exit_code == 1
        assert result.output == "Error: No visitor has checked a digit and allows it to be used.\n"
        assert not out.exists()


def test_a_file_that_cannot_be_written_is_explained(client, runner, tmp_path):
    upload(client)
    post(client, "/history/1/correct", label="7")
    allow(client)
    result = runner.invoke(args=["corrections", str(tmp_path / "nowhere" / "out.npz")])
    assert result.exit_code == 1
    assert "No such file or directory" in result.output


def test_a_visitor_who_changes_something_meanwhile_leaves_no_draft(app, client, runner, tmp_path):
    upload(client)
    keep_like_the_first(app, *[{"corrected": False}] * BATCH)
    allow(client)
    out = tmp_path / "out.npz"
    out.write_bytes(b"of the last time")
    with app.app_context():
        engine = db.engine

    def interfere(connection, cursor, statement, *_):
        if "entry.frames" in statement:  # the digits are counted, and a batch of entries is asked for
            with engine.begin() as visitor:
                visitor.execute(update(Entry).where(Entry.id == 2).values(label="?"))

    event.listen(engine, "before_cursor_execute", interfere)
    result = runner.invoke(args=["corrections", str(out)])
    assert result.exit_code == 1
    assert result.output == "Error: A visitor changed their history meanwhile. Run this again.\n"
    assert [path.name for path in tmp_path.iterdir() if "out" in path.name] == ["out.npz"]
    assert out.read_bytes() == b"of the last time"


def test_a_full_disk_leaves_no_draft(client, runner, tmp_path):
    upload(client)
    post(client, "/history/1/correct", label="7")
    allow(client)
    out = tmp_path / "out.npz"
    draft = tmp_path / "out.npz.part"
    draft.symlink_to("/dev/full")
    result = runner.invoke(args=["corrections", str(out)])
    assert result.exit_code == 1
    assert "No space left on device" in result.output
    assert not draft.is_symlink()


def test_training_takes_what_is_written(app, client, runner, tmp_path):
    """The loader of `train fit --data`; a frame is hardly changed by being framed again."""
    upload(client)
    post(client, "/history/1/correct", label="1")
    allow(client)
    out = tmp_path / "out.npz"
    runner.invoke(args=["corrections", str(out)])
    digits, _ = load(out)
    assert digits.labels.tolist() == [1]
    with app.app_context():
        assert np.abs(digits.frames[0] - db.session.get(Entry, 1).frame(0) / 255).max() < 0.1


def test_deleting_all_takes_consent_and_what_was_deleted(app, client):
    other = app.test_client()
    for who in (client, client, other):
        upload(who)
        allow(who)
    post(client, "/history/1/delete")
    assert post(client, "/history/delete").status_code == 303
    assert CONSENT not in client.get("/history").text
    with app.app_context():
        assert [kept.id for kept in db.session.query(Entry)] == [3]
        assert db.session.query(Consent).count() == 1
    assert ids(other.get("/history").text) == [3]
