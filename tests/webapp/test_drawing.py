import html
import json
import re

import pytest

from tests.drawing import SEVEN
from tests.webapp.pages import draw, error, upload
from webapp.history.store import Entry, db

DRAWN = json.dumps({"strokes": SEVEN, "widths": [0.045]})


def opened(response):
    """The strokes that the drawing page starts with."""
    return json.loads(html.unescape(re.search(r"data-strokes='([^']*)'", response.text)[1]))


def test_a_drawing_is_kept_with_its_strokes_and_opened_again(client):
    page = draw(client, DRAWN, follow_redirects=True)
    assert "Read as 7" in page.text
    path = re.search(r'href="([^"]+)">Continue drawing<', page.text)[1]
    assert opened(client.get(path)) == json.loads(DRAWN)


def test_strokes_are_kept_as_finely_as_a_drawing_needs_them(client, app):
    draw(client, '{"strokes": [[[0.123456, 1], [-2, 1e6]]], "widths": [0.08], "more": "of this is not kept"}')
    with app.app_context():
        assert db.session.get(Entry, 1).strokes == {"strokes": [[[0.1235, 1], [-2, 1e6]]], "widths": [0.08]}


def test_dots_are_kept_as_strokes_of_a_point(client):
    dots = {"strokes": [[[0.5, 0.5]], [[0.2, 0.3], [0.2, 0.3]]], "widths": [0.045, 0.08]}
    draw(client, json.dumps(dots))
    assert opened(client.get("/draw/1")) == dots


def test_without_strokes_there_is_nothing_to_draw_on(client):
    page = upload(client, follow_redirects=True)
    assert "Continue drawing" not in page.text
    response = client.get("/draw/1")
    assert response.status_code == 404
    assert error(response) == "No strokes are kept of this entry."


@pytest.mark.parametrize("path", ["/draw/1", "/draw/99", f"/draw/{'9' * 30}", "/draw/-1", "/draw/x"])
def test_another_visitors_drawing_is_not_there(app, path):
    mine, theirs = app.test_client(), app.test_client()
    draw(mine, DRAWN)
    assert theirs.get(path).status_code == 404
    assert opened(mine.get("/draw/1"))


def test_the_drawing_page_is_empty_at_first(client):
    draw(client, DRAWN)
    assert "data-strokes" not in client.get("/").text


@pytest.mark.parametrize(
    ("strokes", "message"),
    [
        ("{", "This is not valid JSON."),
        (" " * 2_000_001, "at most 2000000 are read."),
        ("[]", "the member &#39;strokes&#39;"),
        ('{"strokes": [], "widths": []}', "The drawing has no strokes."),
        ('{"strokes": [[]], "widths": [1]}', "one or more points"),
        ('{"strokes": [[[1, "2"]]], "widths": [1]}', "Each point is [x, y]"),
        ('{"strokes": [[[1, 1e7]]], "widths": [1]}', "Each point is [x, y]"),
        ('{"strokes": [[[1, 2]]]}', "the width of its pen"),
        ('{"strokes": [[[1, 2]]], "widths": 1}', "the width of its pen"),
        ('{"strokes": [[[1, 2]]], "widths": [1, 1]}', "the width of its pen"),
        ('{"strokes": [[[1, 2]]], "widths": [0]}', "the width of its pen"),
        ('{"strokes": [[[1, 2]]], "widths": [NaN]}', "the width of its pen"),
        (json.dumps({"strokes": [[[1, 2]]] * 1001, "widths": [1] * 1001}), "At most 1000 strokes"),
        (json.dumps({"strokes": [[[1, 2]] * 20_001], "widths": [1]}), "20000 points in all"),
    ],
)
def test_what_are_no_strokes_is_said_and_nothing_kept(client, strokes, message):
    response = draw(client, strokes)
    assert response.status_code == 400
    assert message in error(response)
    assert 'id="canvas"' in response.text
    assert "Nothing here yet" in client.get("/history").text


def test_the_largest_drawing_is_kept(client):
    points = [[0.1234 + n % 7 / 10, 0.5678] for n in range(20_000)]
    assert draw(client, json.dumps({"strokes": [points], "widths": [0.045]})).status_code == 303
    assert len(opened(client.get("/draw/1"))["strokes"][0]) == 20_000
