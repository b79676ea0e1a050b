import json

import pytest

from tests.drawing import FOUR, SEVEN, ZERO
from tests.webapp.test_api import problem
from webapp.reading.strokes import MAX_BYTES

STROKES = "/api/v1/strokes"


def ask(client, strokes, **members):
    return client.post(STROKES, json={"strokes": strokes} | members)


@pytest.mark.parametrize(("strokes", "text"), [(SEVEN, "7"), (FOUR, "4"), (ZERO, "0")])
@pytest.mark.parametrize("unit", [0.001, 1, 400, 30_000])
def test_strokes_are_read_in_any_unit(client, strokes, text, unit):
    scaled = [[[x * unit, y * unit] for x, y in stroke] for stroke in strokes]
    body = ask(client, scaled).json
    assert list(body) == ["text", "lines", "model", "digits"]
    assert body["text"] == text
    assert ask(client, scaled, width=0.05 * unit).json["text"] == text


def test_the_box_is_in_the_unit_of_the_points(client):
    shifted = [[[x * 1000 - 5000, y * 1000] for x, y in stroke] for stroke in SEVEN]
    (digit,) = ask(client, shifted, width=20).json["digits"]
    assert digit["box"] == pytest.approx([250 - 5000, 200, 500, 650], abs=30)


def test_a_wider_pen_makes_a_wider_box(client):
    thin, wide = (ask(client, SEVEN, width=width).json["digits"][0]["box"][2] for width in (0.02, 0.2))
    assert wide > thin + 0.1


def test_no_strokes_are_no_ink(client):
    response = ask(client, [])
    assert response.status_code == 422
    assert problem(response) == "Nothing is drawn or written here yet."


@pytest.mark.parametrize("strokes", [[[[5, 5]]], [[[0, 3], [9, 3]]], [[[3, 0], [3, 9]]]])
def test_dots_and_dashes_break_nothing(client, strokes):
    assert ask(client, strokes).status_code in (200, 422)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "This is no JSON."),
        ("[" * 100_000, "This is no JSON."),
        ("[1]", "the member 'strokes'"),
        ('{"strokes": 1}', "the member 'strokes'"),
        ('{"strokes": [[]]}', "one or more points"),
        ('{"strokes": [[[1, 2, 3]]]}', "Each point is [x, y]"),
        ('{"strokes": [[[1, "2"]]]}', "Each point is [x, y]"),
        ('{"strokes": [[[1, true]]]}', "Each point is [x, y]"),
        ('{"strokes": [[[1, NaN]]]}', "Each point is [x, y]"),
        ('{"strokes": [[[1, 1e7]]]}', "Each point is [x, y]"),
        ('{"strokes": [[[1, 2]]], "width": 0}', "a number above 0"),
        ('{"strokes": [[[1, 2]]], "width": "3"}', "a number above 0"),
        (json.dumps({"strokes": [[[1, 2]]] * 1001}), "At most 1000 strokes"),
        (json.dumps({"strokes": [[[1, 2]] * 20_001]}), "20000 points in all"),
    ],
)
def test_what_are_no_strokes_is_a_problem(client, body, message):
    response = client.post(STROKES, data=body, content_type="application/json")
    assert response.status_code == 400
    assert message in problem(response)


@pytest.mark.parametrize(("more", "status"), [(0, 400), (1, 413)])
def test_no_more_json_is_parsed_than_a_drawing_takes(client, more, status):
    body = "[[]" + ",[]" * ((MAX_BYTES - 4) // 3) + "]"
    response = client.post(STROKES, data=body + " " * (MAX_BYTES - len(body) + more), content_type="application/json")
    assert response.status_code == status
    if more:
        assert problem(response) == "The strokes are 2000001 bytes of JSON; at most 2000000 are read."
