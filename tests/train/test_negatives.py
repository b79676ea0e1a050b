import numpy as np
import pytest

from train.data import load
from train.negatives import NONE, SIGNS, _answered_box, _part, make
from train.pen import Writing, draw

ONE = Writing(1, "7", [np.array([[0, 0], [0, 100]], np.float32)])


@pytest.fixture(scope="module")
def some():
    return make(300, [ONE], np.random.default_rng(0))


def test_negatives_are_labelled_as_no_digit_and_can_be_drawn(some):
    assert {writing.label for writing in some} == {NONE}
    assert all(draw(writing.strokes, 6).max() == 1 for writing in some)


def test_no_two_are_of_one_writer_so_that_they_can_be_split(some):
    assert len({writing.writer for writing in some}) == len(some)


def test_the_same_seed_gives_the_same_negatives(some):
    again = make(300, [ONE], np.random.default_rng(0))
    for first, second in zip(some, again, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(first.strokes, second.strokes, strict=True))


def test_no_sign_is_one_that_people_write_like_a_digit():
    assert not set(SIGNS) & set("0123456789OQDolIiJj|!/SsZzbgqyYGBa")


def test_the_loader_makes_them_with_pairs_of_real_digits(small_pendigits):
    data = load("negatives")
    assert set(data.train.labels) == {NONE}
    assert data.sha256 is None
    assert data.test is None


@pytest.mark.parametrize("side", [-1, 1])
def test_a_cut_leaves_the_dots_of_its_side(side):
    dot = np.array([[0.5 + 0.45 * side, 0.5]], np.float32)
    line = np.stack([np.linspace(0, 1, 50), np.full(50, 0.9)], 1).astype(np.float32)
    assert any(len(stroke) == 1 for stroke in _part([line, dot], side, np.random.default_rng(0)))


def test_a_cut_leaves_a_part_on_either_side():
    line = [np.stack([np.linspace(0, 1, 50), np.linspace(0, 1, 50)], 1).astype(np.float32)]
    for side in (-1, 1):
        (part,) = _part(line, side, np.random.default_rng(0))
        assert 0.25 < np.ptp(part[:, 0]) < 0.75
        assert part[:, 0].min() == 0 if side < 0 else part[:, 0].max() == 1


def test_the_answer_to_a_box_is_a_cross_or_a_tick_within_it_or_a_little_beyond():
    rng = np.random.default_rng(0)
    boxes = [_answered_box(rng) for _ in range(40)]
    assert {len(box) for box in boxes} == {2, 3}
    for corners, *answer in boxes:
        low, high = corners.min(0), corners.max(0)
        points = np.concatenate(answer)
        assert (points > low - 0.25).all()
        assert (points < high + 0.4).all()
