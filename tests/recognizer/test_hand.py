import dataclasses

import cv2
import numpy as np
import pytest

from recognizer import read
from recognizer.bundle import Votes
from recognizer.hand import DIRECTIONS, TRAITS, Hand, _count_edges, adapt, describe, pack, unpack
from tests.drawing import FOUR, ONE, SCRIBBLE, SEVEN, SEVEN_PNG, draw, encode, table

VOTES = Votes(weight=8.0, sharpness=8.0, unknown=-1.0)


def looks(*rows):
    return np.array([np.divide(row, np.linalg.norm(row)) for row in rows], np.float32)


def shares(*likely, share=0.6):
    """A row for each digit that is likely, and another that is less so."""
    rows = np.full((len(likely), 10), 1e-4)
    for row, (first, second) in zip(rows, likely, strict=True):
        row[first], row[second] = share, 1 - share
    return rows / rows.sum(1, keepdims=True)


def hand(*examples):
    digits, rows = zip(*examples, strict=True)
    return Hand(np.array(digits), pack(looks(*rows)), [f"example {n}" for n in range(len(digits))], VOTES)


def test_packed_looks_point_where_the_looks_do():
    rows = np.maximum(np.random.default_rng(0).normal(size=(50, 160)), 0).astype(np.float32)
    packed = pack(rows)
    assert (packed.dtype, packed.shape) == (np.uint8, (50, 80))
    found = unpack(packed)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, rtol=1e-5)
    assert ((found * rows).sum(1) / np.linalg.norm(rows, axis=1)).min() > 0.99


def bar(angle):
    """A frame of a bar through its middle, turned by so many degrees."""
    across, along = 10 * np.cos(np.radians(angle)), 10 * np.sin(np.radians(angle))
    ends = [(round(14 + sign * across), round(14 + sign * along)) for sign in (-1, 1)]
    return cv2.line(np.zeros((28, 28), np.float32), *ends, 1.0, 2, cv2.LINE_AA)


def test_digits_look_alike_by_where_their_edges_run_and_which_way():
    looks = describe(np.stack([bar(angle) for angle in (0, 10, 45, 90)]))
    assert looks.shape == (4, TRAITS)
    assert looks.min() >= 0
    np.testing.assert_allclose(np.linalg.norm(looks, axis=1), 1, rtol=1e-5)
    _, near, far, across = looks @ looks[0]
    assert 1 > near > far > across
    shifted = describe(np.roll(bar(0), 12, axis=0)[None])
    assert looks[0] @ shifted[0] < 0.5


def test_an_edge_between_two_directions_counts_for_both():
    counts = _count_edges(cv2.GaussianBlur(bar(90), (0, 0), 2)).reshape(-1, DIRECTIONS).sum(0)
    assert counts.argmax() in (0, DIRECTIONS // 2)
    assert counts.sum() == pytest.approx(_count_edges(cv2.GaussianBlur(bar(75), (0, 0), 2)).sum(), rel=0.1)
    between = _count_edges(cv2.GaussianBlur(bar(90 - 180 / DIRECTIONS), (0, 0), 2)).reshape(-1, DIRECTIONS).sum(0)
    one, other = sorted(between)[-2:]
    assert one < 1.6 * other


def test_no_look_at_all_is_packed_too():
    assert not unpack(pack(np.zeros((1, 4), np.float32))).any()


def test_what_looks_like_an_example_becomes_likelier_what_that_is():
    found = hand((1, [1, 0, 1, 0])).adapt(shares((7, 1)), looks([1, 0, 0.9, 0]))
    assert found.argmax() == 1
    assert found.sum() == pytest.approx(1)


def test_what_looks_like_no_example_stays():
    before = shares((7, 1))
    np.testing.assert_allclose(hand((1, [1, 0, 1, 0])).adapt(before, looks([0, 1, 0, 1])), before, atol=1e-3)


def test_a_digit_without_an_example_is_taken_to_look_a_little_like_one():
    known = hand((1, [1, 0, 1, 0]))
    known.votes = dataclasses.replace(VOTES, unknown=0.7)
    before = shares((7, 1), share=0.55)
    alike, unlike = (known.adapt(before, looks(row))[0, 1] for row in ([1, 0, 1, 0], [0, 1, 0, 1]))
    assert unlike < before[0, 1] < alike
    assert known.adapt(before, looks([0, 1, 0, 1]))[0, 7] > before[0, 7]


def test_examples_of_several_digits_outweigh_each_other():
    both = hand((1, [1, 0, 1, 0]), (7, [1, 0, 1, 0]))
    before = shares((7, 1))
    np.testing.assert_allclose(both.adapt(before, looks([1, 0, 1, 0])), before, atol=1e-3)


def test_many_examples_of_a_digit_say_no_more_than_the_nearest():
    one, many = hand((1, [1, 0, 1, 0])), hand(*[(1, [1, 0, 1, 0])] * 40)
    asked = shares((7, 1)), looks([1, 0.5, 1, 0])
    np.testing.assert_allclose(one.adapt(*asked), many.adapt(*asked))


def test_the_nearest_example_of_a_digit_is_named():
    known = hand((1, [1, 0, 0, 0]), (1, [1, 1, 0, 0]), (7, [1, 1, 1, 0]))
    assert known.find_nearest(looks([1, 1, 1, 0])[0], 1) == "example 1"


@pytest.fixture
def seven(model):
    return read(SEVEN_PNG, model)


def said(reading, digit, number=0):
    """A hand with one example: a digit of a reading, of which is said what it is."""
    frame = reading.frames[number : number + 1]
    return Hand(np.array([digit]), pack(describe(frame)), ["it"], Votes(30.0, 8.0, -1.0))


def test_a_reading_says_what_has_changed(model, seven):
    found = adapt(seven, said(seven, 1))
    assert (found.text, found.digits[0].digit) == ("1", 1)
    assert dataclasses.astuple(found.adapted[0]) == (0, 7, "it")
    assert found.digits[0].confidence > 0.99
    assert "adapted" not in found.as_dict()


def test_nothing_has_changed_where_the_hand_agrees(model, seven):
    found = adapt(seven, said(seven, 7))
    assert (found.text, found.adapted) == ("7", [])
    assert found.digits[0].confidence >= seven.digits[0].confidence


def test_in_a_table_the_digit_changes_where_it_stands(model):
    page = read(encode(table([[SEVEN, FOUR], [ONE, None], [FOUR, SEVEN]])), model)
    assert page.table == [["7", "4"], ["1", ""], ["4", "7"]]
    found = adapt(page, said(page, 9, number=1))
    assert found.table == [["7", "9"], ["1", ""], ["9", "7"]]
    assert found.lines == ["7 9", "1", "9 7"]
    assert [change.number for change in found.adapted] == [1, 3]


def test_what_is_no_digit_stays_rejected(model):
    scribble = read(encode(draw(SCRIBBLE)), model, "digit")
    assert scribble.text == "?"
    found = adapt(scribble, said(scribble, 3))
    assert (found.text, found.adapted) == ("?", [])
    assert found.digits[0].confidence < model.reject_below
