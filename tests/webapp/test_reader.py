import io
import json
import re

import numpy as np
import pytest
import werkzeug.formparser
from PIL import Image

from tests.drawing import FIVE_WITH_FLOATING_BAR, FOUR, FOUR_PNG, SEVEN, SEVEN_PNG, beside, draw, encode, photograph
from tests.recognizer.test_decode import bomb
from tests.webapp.pages import error, token, upload
from webapp import create_app

BLANK = encode(draw([]))
WRONG = [
    (b"", 400, "The file is empty."),
    (SEVEN_PNG[:200], 400, "The picture is damaged or incomplete."),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "This is not a picture"),
    (b"<!doctype html><p>seven", 415, "This is not a picture"),
    (bomb(30_000, 30_000), 413, "too many pixels; at most 50 megapixels"),
    (BLANK, 422, "No digits found in this picture. Is the writing large and dark enough?"),
]


@pytest.mark.parametrize(("path", "action"), [("/", "/read"), ("/camera", "/read"), ("/upload", "/upload")])
def test_the_forms_post_to_what_reads(client, path, action):
    page = client.get(path).text
    assert f'action="{action}"' in page
    assert 'enctype="multipart/form-data"' in page
    assert token(client, path)


def test_a_live_answer_is_not_kept(client):
    fields = {"csrf_token": token(client), "source": "canvas"}
    response = client.post("/live", data=fields | {"image": (io.BytesIO(SEVEN_PNG), "drawing.png")})
    assert response.status_code == 200
    assert response.text.count("<rect data-share") == 10
    assert re.search(r'data-box="\d+ \d+ \d+ \d+"', response.text)
    assert "not kept" not in response.text
    assert "Nothing here yet" in client.get("/history").text


@pytest.fixture(scope="module")
def page_of_many():
    grey = np.full((1500, 1500), 255, np.uint8)
    for x in range(20, 1480, 40):
        for y in range(20, 1480, 40):
            grey[y : y + 24, x : x + 6] = 0
    return encode(Image.fromarray(grey))


def left_out(page):
    """How many signs the page says were not read; each time it says so."""
    return [int(count) for count in re.findall(r"Left out: (\d+) signs that are neither digits nor marks", page)]


def test_what_was_left_out_of_a_crowded_page_is_said(client, page_of_many):
    fields = {"csrf_token": token(client), "source": "canvas", "image": (io.BytesIO(page_of_many), "page.png")}
    (count,) = left_out(client.post("/live", data=fields).text)
    assert count > 100
    assert left_out(upload(client, page_of_many, follow_redirects=True).text) == [count]
    page = client.get("/history/1").text
    assert left_out(page) == [count]
    assert page.count('class="other"') >= count
    pictures = [(io.BytesIO(content), "page.png") for content in (page_of_many, SEVEN_PNG)]
    assert left_out(client.post("/upload", data={"csrf_token": token(client), "image": pictures}).text) == [count]


def test_a_picture_that_was_turned_says_so(client):
    picture = photograph(draw(beside([FOUR, SEVEN, FIVE_WITH_FLOATING_BAR, FOUR], 0.8), (1100, 400), ink=60, paper=220))
    sideways = encode(picture.transpose(Image.Transpose.ROTATE_90), "PNG")
    assert "The picture was turned by 90° to be read." in upload(client, sideways, follow_redirects=True).text
    assert "turned by" not in upload(client, encode(picture, "PNG"), follow_redirects=True).text


def test_nothing_seen_yet_is_no_error_while_it_is_looked_for(client):
    fields = {"csrf_token": token(client), "source": "camera", "image": (io.BytesIO(BLANK), "camera.jpg")}
    response = client.post("/live", data=fields)
    assert (response.status_code, response.text) == (204, "")


@pytest.mark.parametrize(("picture", "status", "message"), [wrong for wrong in WRONG if wrong[0] != BLANK])
def test_a_live_picture_that_cannot_be_read_is_said(client, picture, status, message):
    fields = {"csrf_token": token(client), "source": "canvas"}
    response = client.post("/live", data=fields | {"image": (io.BytesIO(picture), "drawing.png")})
    assert response.status_code == status
    assert message in error(response)


@pytest.mark.parametrize(("picture", "digit"), [(SEVEN_PNG, 7), (FOUR_PNG, 4)])
def test_an_upload_is_read_and_shown(client, picture, digit):
    response = upload(client, picture, follow_redirects=True)
    assert response.status_code == 200
    assert response.request.path == "/history/1"
    assert f"Read as {digit}" in response.text
    assert response.text.count("<rect data-share") == 10
    assert 'src="/history/1/frames/0.png"' in response.text
    assert "Uploaded" in response.text


def test_a_drawing_says_where_it_comes_from(client):
    assert "Drawn" in upload(client, source="canvas", follow_redirects=True).text


def test_what_the_camera_saw_says_so_and_leads_back_to_it(client):
    page = upload(client, source="camera", follow_redirects=True).text
    assert "By camera" in page
    assert 'href="/camera">New photo' in page


@pytest.mark.parametrize("source", ["upload", "canvas", "camera"])
@pytest.mark.parametrize(("picture", "status", "message"), WRONG)
def test_a_wrong_picture_is_explained_on_the_page_it_came_from(client, picture, status, message, source):
    response = upload(client, picture, source=source)
    assert response.status_code == status
    assert message in error(response)
    assert [name in response.text for name in ('id="canvas"', 'class="viewfinder"')] == [
        source == "canvas",
        source == "camera",
    ]
    assert "Nothing here yet" in client.get("/history").text


def test_no_file_is_explained(client):
    for fields in ({}, {"image": "text, not a file"}, {"other": (io.BytesIO(SEVEN_PNG), "seven.png")}):
        response = client.post("/read", data={"csrf_token": token(client), "source": "upload"} | fields)
        assert response.status_code == 400
        assert error(response) == "Choose a picture first."


def test_an_unknown_source_is_refused(client):
    response = upload(client, source="elsewhere")
    assert response.status_code == 400
    assert error(response) == "This is no form of this site."


def test_without_a_csrf_token_nothing_is_read(client):
    response = client.post("/read", data={"image": (io.BytesIO(SEVEN_PNG), "seven.png"), "source": "upload"})
    assert response.status_code == 400
    assert "Reload it and try again" in error(response)
    assert "Nothing here yet" in client.get("/history").text


def test_a_token_of_another_visitor_is_refused(app):
    foreign = token(app.test_client())
    response = app.test_client().post("/read", data={"csrf_token": foreign, "source": "upload"})
    assert response.status_code == 400
    assert "Reload it and try again" in error(response)


def test_a_file_over_the_limit_is_refused(settings):
    client = create_app(settings | {"MAX_UPLOAD_MB": 0.01}).test_client()
    response = upload(client, b"x" * 20_000)
    assert response.status_code == 413
    assert error(response) == "The upload is larger than 0.01 MB."


def test_neither_name_nor_file_is_kept(client, app, settings, monkeypatch):
    def refuse(*args, **options):
        raise AssertionError("an upload was about to be written to disk")

    monkeypatch.setattr(werkzeug.formparser, "SpooledTemporaryFile", refuse)
    marker = "planted-marker"
    picture = encode(draw([[(0.5, 0.2), (0.5, 0.8)]], (1200, 1200)), "BMP") + marker.encode()
    assert upload(client, picture, f"../../{marker}.png").status_code == 303
    for path in settings["INSTANCE"].rglob("*"):
        assert marker not in path.name
        assert marker.encode() not in path.read_bytes()


def test_a_rejected_digit_is_called_one_and_still_guessed(client, app):
    app.extensions["model"].reject_below = 1.1
    page = upload(client, follow_redirects=True).text
    assert "This does not look like a digit" in page
    assert "The best guess is 7" in page


def test_a_model_that_fails_is_a_503_that_says_so(client, app, monkeypatch):
    from recognizer import ModelError

    def fail(frames):
        raise ModelError("gone")

    monkeypatch.setattr(app.extensions["model"], "probabilities", fail)
    response = upload(client)
    assert response.status_code == 503
    assert response.headers["Retry-After"]
    assert "The model is not available just now" in error(response)


def test_unknown_pages_and_methods_are_explained(client):
    assert client.get("/nowhere").status_code == 404
    assert client.get("/read").status_code == 405
    assert "This page does not exist" in client.get("/nowhere").text
    assert json.loads(client.get("/api/v1/nowhere").text)["status"] == 404
