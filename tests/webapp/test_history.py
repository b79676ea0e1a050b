import html
import io
import re
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from PIL import Image

from tests.drawing import FOUR_PNG, SEVEN, SEVEN_PNG, draw, encode
from tests.webapp.pages import error, ids, keep_like_the_first, post, token, twin, upload
from webapp.history.entries import THUMBNAIL


def picture(response):
    assert response.status_code == 200
    assert response.mimetype == "image/png"
    return np.asarray(Image.open(io.BytesIO(response.data)))


def test_it_is_empty_at_first(client):
    page = client.get("/history").text
    assert "Nothing here yet" in page
    assert "Delete all" not in page


def test_answers_stand_newest_first(client):
    upload(client, SEVEN_PNG)
    upload(client, FOUR_PNG, source="canvas")
    page = client.get("/history").text
    assert ids(page) == [2, 1]
    assert re.findall(r"<strong>(.)</strong>", page) == ["4", "7"]
    assert re.findall(r"(Drawn|Uploaded) ·", page) == ["Drawn", "Uploaded"]
    moment = datetime.fromisoformat(re.search(r'datetime="([^"]+)"', page)[1])
    assert datetime.now(UTC) - moment < timedelta(minutes=1)


def test_thumbnail_and_frame_are_shown(client):
    upload(client, encode(draw(SEVEN, (800, 400))))
    assert picture(client.get("/history/1/thumbnail.png")).shape == (THUMBNAIL // 2, THUMBNAIL)
    assert picture(client.get("/history/1/ink.png")).shape == (THUMBNAIL // 2, THUMBNAIL)
    frame = picture(client.get("/history/1/frames/0.png"))
    assert frame.shape == (28, 28)
    assert frame.max() == 255
    assert client.get("/history/1/frames/1.png").status_code == 404


def test_one_is_deleted(client):
    for _ in range(3):
        upload(client)
    response = client.post("/history/2/delete", data={"csrf_token": token(client)}, follow_redirects=True)
    assert ids(response.text) == [3, 1]
    assert "Deleted." in response.text
    assert client.get("/history/2").status_code == 404


def test_an_id_is_never_used_again(client):
    upload(client)
    post(client, "/history/delete")
    upload(client)
    assert ids(client.get("/history").text) == [2]


def test_all_are_deleted_but_nobody_elses(app):
    mine, theirs = app.test_client(), app.test_client()
    for client in (mine, theirs, mine):
        upload(client)
    page = mine.get("/history").text
    assert "Delete all 2" in page
    response = mine.post("/history/delete", data={"csrf_token": token(mine)}, follow_redirects=True)
    assert "Nothing here yet" in response.text
    assert ids(theirs.get("/history").text) == [2]


@pytest.mark.parametrize("path", ["/history/1/delete", "/history/delete"])
def test_nothing_is_deleted_without_a_token(client, path):
    upload(client)
    assert client.post(path).status_code == 400
    assert ids(client.get("/history").text) == [1]


ARGUMENTS = {"entry_id": 1, "number": 0, "layer": 0, "kind": "csv"}


@pytest.mark.parametrize("visited", [True, False])
def test_another_visitor_sees_and_changes_nothing(app, visited):
    """Every route that takes an id of an entry, whichever there are."""
    mine, theirs = app.test_client(), app.test_client()
    upload(mine)
    before = without_tokens(mine.get("/history/1").text)
    if visited:
        upload(theirs)
    assert 1 not in ids(theirs.get("/history").text)
    adapter, tried = app.url_map.bind("localhost"), 0
    for rule in app.url_map.iter_rules():
        if "entry_id" in rule.arguments:
            path = adapter.build(rule.endpoint, {name: ARGUMENTS[name] for name in rule.arguments})
            response = post(theirs, path) if "POST" in rule.methods else theirs.get(path)
            assert response.status_code == 404, path
            tried += 1
    assert tried >= 7
    assert without_tokens(mine.get("/history/1").text) == before


def without_tokens(page):
    """The page but for its CSRF tokens, which tell the second."""
    return re.sub(r'name="csrf_token" value="[^"]*"', "", page)


def test_two_first_answers_at_once_are_of_one_visitor(app):
    """As when somebody clicks twice: both posts carry the cookie that came with the page."""
    page = app.test_client()
    csrf = token(page)
    twins = [twin(app, page) for _ in range(2)]
    for each in twins:
        fields = {"csrf_token": csrf, "source": "upload", "image": (io.BytesIO(SEVEN_PNG), "seven.png")}
        assert each.post("/read", data=fields).status_code == 303
    assert ids(each.get("/history").text) == [2, 1]


def test_a_forged_cookie_is_nobody(app):
    mine, theirs = app.test_client(), app.test_client()
    upload(mine)
    cookie = mine.get_cookie("digits").value
    theirs.set_cookie("digits", ("A" if cookie[0] != "A" else "B") + cookie[1:])
    assert theirs.get("/history/1").status_code == 404


def test_the_cookie_is_hidden_from_scripts_and_lasts(client):
    cookie = next(c for c in upload(client).headers.getlist("Set-Cookie") if c.startswith("digits="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Expires" in cookie


@pytest.mark.parametrize("entry", ["0", "99", "9" * 30])
def test_an_entry_that_is_not_there_is_a_404(client, entry):
    response = client.get(f"/history/{entry}")
    assert response.status_code == 404
    assert error(response)


def test_it_says_what_was_corrected_and_by_which_model_it_was_read(app, client):
    upload(client)
    keep_like_the_first(app, {"text": "1", "label": "7", "corrected": True}, {"corrected": False}, {"text": "?"})
    page = client.get("/history").text
    assert re.findall(r"<strong>(.*?)</strong>", page) == ["?", "7", "7", "7"]
    assert "Read as 1, corrected" in page
    assert "Confirmed, " in page
    assert "Not a digit?" in page
    assert page.count("· flagship<br>") == 4


def test_after_a_deletion_one_is_where_one_was(client):
    for _ in range(2):
        upload(client)
    page = client.get("/history?digit=7").text
    path = html.unescape(re.search(r'action="(/history/2/delete[^"]*)"', page)[1])
    response = post(client, path)
    assert response.headers["Location"] == "/history?digit=7"


@pytest.mark.parametrize("arguments", ["entry_id=5&endpoint=x&_external=1&_anchor=x", "%ff=%fe&digit=%E2%82%AC"])
def test_strange_arguments_of_an_address_do_no_harm(client, arguments):
    upload(client)
    assert client.get(f"/history?{arguments}").status_code in (200, 400)
    assert client.get(f"/history?{arguments}&digit=&search=").status_code == 302
    assert post(client, f"/history/1/delete?{arguments}").status_code == 303


def test_an_answer_leads_to_those_beside_it_and_back_to_its_list(client):
    for picture in (SEVEN_PNG, FOUR_PNG, SEVEN_PNG):
        upload(client, picture)
    page = client.get("/history/1?search=7").text
    assert 'href="/history/3?search=7" rel="prev">Newer' in page
    assert "Older" not in page
    assert 'href="/history?search=7">Back to the list' in page
    page = client.get("/history/2").text
    assert re.findall(r'href="/history/(\d)" rel="(prev|next)"', page) == [("3", "prev"), ("1", "next")]
    assert client.get("/history/2?search=x").status_code == 200
    assert post(client, "/history/1/delete?search=7").headers["Location"] == "/history?search=7"
    assert post(client, "/history/1/restore?search=7&listed=1").headers["Location"] == "/history?search=7"


def test_several_are_deleted_and_exported_at_once(app, client):
    for _ in range(3):
        upload(client)
    other = app.test_client()
    upload(other)
    assert [row["id"] for row in client.get("/history/export.json?id=1&id=3&id=4").json] == [3, 1]
    response = post(client, "/history/delete-chosen?search=7", id=["1", "3", "4", "x"])
    assert response.headers["Location"] == "/history?search=7"
    page = client.get("/history").text
    assert ids(page) == [2]
    assert "2 deleted. You can bring them back for an hour" in page
    assert ids(other.get("/history").text) == [4]
