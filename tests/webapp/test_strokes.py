import json

import cv2
import numpy as np
import pytest

from tests.drawing import FOUR, SEVEN, ZERO
from tests.webapp.test_api import problem
from webapp.reading.strokes import MAX_BYTES, draw

STROKES = "/api/v1/strokes"


def ask(client, strokes, **members):
    return client.post(STROKES, json={"strokes": strokes} | members)


@pytest.mark.parametrize(("strokes", "text"), [(SEVEN, "7"), (FOUR, "4"), (ZERO, "0")])
@pytest.mark.parametrize("unit", [0.001, 1, 400, 30_000])
def test_strokes_are_read_in_any_unit(client, strokes, text, unit):
    scaled = [[[x * unit, y * unit] for x, y in stroke] for stroke in strokes]
    body = ask(client, scaled).json
    assert list(body) == ["text", "lines", "model", "digits", "marks"]
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
    assert problem(response) == "No digits found in this picture. Is the writing large and dark enough?"


@pytest.mark.parametrize("strokes", [[[[0, 3], [9, 3]]], [[[3, 0], [3, 9]]]])
def test_dashes_are_read(client, strokes):
    assert ask(client, strokes).status_code == 200


@pytest.mark.parametrize("members", [{}, {"width": 0.001}, {"width": 2}, {"width": 900}])
@pytest.mark.parametrize("dot", [[[5, 5]], [[5, 5], [5, 5], [5, 5]]])
def test_a_dot_is_ink(client, dot, members):
    response = ask(client, [dot], **members)
    assert response.status_code == 200
    (digit,) = response.json["digits"]
    half = members.get("width", 0) / 2
    assert digit["box"] == pytest.approx([5 - half, 5 - half, 2 * half, 2 * half], rel=0.02, abs=0.02)


def test_a_stroke_of_one_point_is_drawn_where_it_is():
    stem, dot = [[50, 30], [50, 100]], [[50, 0]]
    made = draw(json.dumps({"strokes": [stem, dot], "width": 10}).encode())
    ink = 255 - cv2.imdecode(np.frombuffer(made.png, np.uint8), cv2.IMREAD_GRAYSCALE)
    boxes = cv2.connectedComponentsWithStats((ink > 127).astype(np.uint8))[2][1:, :4]
    assert [made.own_box(box.tolist()) for box in boxes] == [
        pytest.approx([45, -5, 10, 10], abs=0.4),
        pytest.approx([45, 25, 10, 80], abs=0.4),
    ]


def test_a_pen_broader_than_the_writing_is_high_leaves_a_blot(client):
    """Not a line, whose width is no part of the strokes' proportions any more."""
    (digit,) = ask(client, [[[0, 0], [0, 1]]], width=50).json["digits"]
    assert digit["box"] == pytest.approx([-25, -25, 50, 51], abs=1)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "This is not valid JSON."),
        ("[" * 100_000, "This is not valid JSON."),
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
