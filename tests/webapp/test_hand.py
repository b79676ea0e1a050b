import io
import json
import re

import pytest
from sqlalchemy import func, select, update

from recognizer.bundle import Votes
from tests.drawing import FOUR, FOUR_PNG, SEVEN, SEVEN_PNG, beside, draw, encode
from tests.webapp.pages import post, token, upload
from webapp import create_app
from webapp.history.retention import erase
from webapp.history.store import Entry, Example, db
from webapp.reading import hand

STRONG = Votes(weight=30.0, sharpness=8.0, unknown=-1.0)  # which one example is enough for, however sure the network is
NUMBER = encode(draw(beside([SEVEN, FOUR], 0.8), (600, 400)))


@pytest.fixture
def app(settings):
    return make(settings)


@pytest.fixture
def app_on_any(settings, database_url):
    """The same on each kind of database."""
    return make(settings | {"DATABASE_URL": database_url})


def make(settings):
    app = create_app(settings)
    app.testing = True
    app.extensions["model"].votes = STRONG
    return app


def read(client, picture=SEVEN_PNG):
    """What the visitor's page says of a picture, and of which entry."""
    page = upload(client, picture, follow_redirects=True)
    return re.search(r'name="label"[^>]* value="([^"]*)"', page.text)[1], int(page.request.path.rpartition("/")[2])


def live(client, picture=SEVEN_PNG):
    fields = {"csrf_token": token(client), "source": "canvas", "image": (io.BytesIO(picture), "drawing.png")}
    return re.search(r'class="digit"[^>]*>([^<]*)<', client.post("/live", data=fields).text)[1]


def correct(client, number, label):
    return post(client, f"/history/{number}/correct", label=label)


def examples(app):
    with app.app_context():
        rows = db.session.execute(select(Example.entry_id, Example.number, Example.digit).order_by(Example.id))
        return [tuple(row) for row in rows]


def test_a_corrected_digit_makes_the_next_one_right_until_it_is_erased(app_on_any, monkeypatch):
    client = app_on_any.test_client()
    assert read(client) == ("7", 1)
    correct(client, 1, "1")
    assert read(client) == ("1", 2)
    assert live(client) == "1"
    assert read(client, FOUR_PNG)[0] == "4"
    monkeypatch.setattr(hand, "KEPT", 1)
    correct(client, 2, "1")
    assert [entry for entry, _, _ in examples(app_on_any)] == [2]
    assert "Look at the answer, 1" in client.get("/history/hand").text
    with app_on_any.app_context():
        assert erase(Entry.id == 2) == 1
    assert examples(app_on_any) == []
    assert read(client)[0] == "7"


def test_the_answer_says_that_the_hand_changed_it_and_why(client):
    read(client)
    correct(client, 1, "1")
    read(client)
    assert "the network alone would say 7" in client.get("/history/2").text
    assert 'data-adapted="true"' in client.get("/history/2").text
    newest, oldest = client.get("/history/export.json").json
    assert newest["adapted"] == [{"number": 0, "before": 7, "example": [1, 0]}]
    assert oldest["adapted"] is None
    for page in ("/history/hand", "/history/2/digits/0/why"):
        shown = client.get(page).text
        assert "The network alone reads 7. By your hand it is 1," in shown
        assert 'src="/history/1/frames/0.png"' in shown
    assert "The network alone" not in client.get("/history/1/digits/0/why").text


def test_a_correction_says_what_it_is_good_for(client):
    read(client, NUMBER)
    page = client.post(
        "/history/1/correct",
        data={"csrf_token": token(client), "label": "19"},
        headers={"Prefer": "return=representation"},
    )
    assert "Got it: I’ll read your 1s and 9s better now." in page.text
    assert "Got it: I’ll read your 1s better now." in post_and_look(client, "14")
    assert "Got it" not in post_and_look(client, "74")


def post_and_look(client, label):
    correct(client, 1, label)
    return client.get("/history/1").text


def test_only_the_visitor_feels_it(app, client):
    read(client)
    correct(client, 1, "1")
    other = app.test_client()
    assert read(other)[0] == "7"
    correct(other, 2, "9")
    assert (read(other)[0], read(client)[0]) == ("9", "1")
    assert "1 example of" in other.get("/history/hand").text


def test_the_api_is_not_adapted(client):
    read(client)
    correct(client, 1, "1")
    answer = client.post("/api/v1/recognize", data=SEVEN_PNG).get_json()
    assert answer["text"] == "7"
    assert "adapted" not in json.dumps(answer)


def test_another_process_feels_it_at_the_next_request(settings, app, client):
    other = make(settings).test_client()
    read(client)
    correct(client, 1, "1")
    other.set_cookie("digits", client.get_cookie("digits").value)
    assert read(other)[0] == "1"
    correct(client, 1, "9")
    assert read(other)[0] == "9"


@pytest.mark.parametrize(
    ("label", "known"),
    [
        ("14", [(0, 1), (1, 4)]),
        ("1.4", [(0, 1), (1, 4)]),
        ("714", [(0, 7), (1, 4)]),
        ("214", [(1, 4)]),
        ("4", [(1, 4)]),
    ],
)
def test_a_number_teaches_digit_by_digit_what_is_certain(app, client, label, known):
    assert read(client, NUMBER)[0] == "74"
    correct(client, 1, label)
    assert [(number, digit) for _, number, digit in examples(app)] == known


def test_a_number_is_read_by_hand_digit_by_digit(client):
    read(client, NUMBER)
    correct(client, 1, "14")
    assert read(client)[0] == "1"
    assert read(client, NUMBER)[0] == "14"


def test_what_is_confirmed_is_an_example_and_what_is_no_digit_is_none(app, client):
    read(client)
    correct(client, 1, "7")
    read(client, NUMBER)
    correct(client, 2, "?4")
    assert examples(app) == [(1, 0, 7), (2, 1, 4)]


def test_a_correction_that_is_taken_back_is_forgotten(app, client):
    read(client)
    correct(client, 1, "1")
    post(client, "/history/1/correct", forget="1")
    assert examples(app) == []
    assert read(client)[0] == "7"


def test_a_deleted_entry_takes_its_example_along_and_brings_it_back(app, client):
    read(client)
    correct(client, 1, "1")
    post(client, "/history/1/delete")
    assert read(client)[0] == "7"
    post(client, "/history/1/restore")
    assert read(client)[0] == "1"
    post(client, "/history/delete-chosen", id="1")
    assert read(client)[0] == "7"
    assert "because of an example that you have deleted since" in client.get("/history/hand").text


def test_it_is_switched_off_and_on(app, client):
    read(client)
    correct(client, 1, "1")
    post(client, "/history/hand/switch")
    assert read(client)[0] == "7"
    correct(client, 2, "9")
    assert examples(app) == [(1, 0, 1)]
    assert "which are not used now" in client.get("/history/hand").text
    post(client, "/history/hand/switch", on="1")
    assert read(client)[0] == "1"


def test_all_is_forgotten_and_not_learnt_again(app, client):
    read(client)
    correct(client, 1, "1")
    post(client, "/history/hand/forget")
    assert read(client)[0] == "7"
    read(client, FOUR_PNG)
    correct(client, 3, "4")
    assert examples(app) == [(3, 0, 4)]
    assert client.get("/history/1").text.count("Corrected. It was read as 7.") == 1


def test_what_was_corrected_before_there_was_a_hand_is_learnt_with_the_first_one(app, client):
    for picture in (SEVEN_PNG, FOUR_PNG):
        read(client, picture)
    with app.app_context():
        db.session.get(Entry, 1).label, db.session.get(Entry, 1).corrected = "1", True
        db.session.commit()
    correct(client, 2, "4")
    assert examples(app) == [(1, 0, 1), (2, 0, 4)]
    assert read(client)[0] == "1"


def test_of_each_digit_so_many_are_kept_that_differ(app, client, monkeypatch):
    monkeypatch.setattr(hand, "KEPT", 3)
    for number in range(1, 7):
        read(client, FOUR_PNG if number == 2 else SEVEN_PNG)
        correct(client, number, "1")
    assert [entry for entry, _, _ in examples(app)] == [2, 5, 6]


def test_examples_that_an_earlier_version_has_looked_at_are_looked_at_again(app, client):
    read(client)
    correct(client, 1, "1")
    with app.app_context():
        now = db.session.scalars(select(Example.features)).all()
        db.session.execute(update(Example).values(model="0123456789abcdef", features=b"of another length"))
        db.session.commit()
    hand._fetch.cache_clear()
    assert read(client)[0] == "1"
    with app.app_context():
        assert db.session.execute(select(Example.model, Example.features)).all() == [(hand.LOOK, *now)]


def test_a_model_that_has_not_learnt_to_learn_does_not(app, client):
    app.extensions["model"].votes = None
    read(client)
    assert "Got it" not in post_and_look(client, "1")
    assert examples(app) == []
    assert read(client)[0] == "7"


def test_who_has_corrected_nothing_is_not_looked_up(app, client, monkeypatch):
    monkeypatch.setattr(hand, "_load", lambda model: pytest.fail("looked up"))
    assert read(client)[0] == "7"


def lesson(client, digit, picture=SEVEN_PNG):
    fields = {"csrf_token": token(client), "source": "canvas", "image": (io.BytesIO(picture), "digit.png")}
    return client.post("/history/hand/write", data=fields | {"digit": digit})


def test_a_lesson_teaches_and_says_what_was_read(app, client):
    assert 'data-lesson="01234567890123456789"' in client.get("/history/hand/write").text
    assert lesson(client, "1").get_json() == {"alone": False, "by_hand": False}
    assert lesson(client, "1").get_json() == {"alone": False, "by_hand": True}
    assert lesson(client, "4", FOUR_PNG).get_json() == {"alone": True, "by_hand": True}
    with app.app_context():
        kept = db.session.execute(select(Entry.label, Entry.corrected).order_by(Entry.id)).all()
    assert [tuple(row) for row in kept] == [("1", True), ("1", False), ("4", False)]


@pytest.mark.parametrize("digit", ["", "11", "x", "?"])
def test_a_lesson_about_no_digit_is_refused(app, client, digit):
    response = lesson(client, digit)
    assert response.status_code == 400
    assert "Say which digit this is." in response.text
    with app.app_context():
        assert db.session.scalar(select(func.count(Entry.id))) == 0


def test_a_lesson_without_ink_says_so(client):
    assert lesson(client, "1", encode(draw([], (40, 40)))).status_code == 422
