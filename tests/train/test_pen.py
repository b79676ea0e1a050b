import numpy as np
import pytest

from tests import drawing
from train.pen import SIDE, Writing, draw, loosen, mark, parse_unipen

UNIPEN = """\
.LEXICON "0" "7"
.HIERARCHY      DIGIT

.SEGMENT DIGIT    0-1 ? "7"
.COMMENT 7 12  224
.PEN_DOWN
 100  400
 200  400
.PEN_UP
.DT 100
.PEN_DOWN
 150  300
 160  290
.PEN_UP
.DT 120
"""


def writing(label, strokes):
    return Writing(label, "me", [np.array(stroke, np.float32) for stroke in strokes])


ZERO, ONE, TWO, SEVEN = (
    writing(label, strokes)
    for label, strokes in ((0, drawing.ZERO), (1, drawing.ONE), (2, drawing.SEVEN), (7, drawing.SEVEN))
)


def test_unipen_is_parsed_with_y_downwards():
    (found,) = parse_unipen(UNIPEN)
    assert (found.label, found.writer) == (7, "12")
    assert [stroke.tolist() for stroke in found.strokes] == [[[100, -400], [200, -400]], [[150, -300], [160, -290]]]


def test_a_dot_of_unipen_is_a_stroke_of_one_point():
    (found,) = parse_unipen(UNIPEN.replace(" 160  290\n", ""))
    assert [len(stroke) for stroke in found.strokes] == [2, 1]


@pytest.mark.parametrize("width", [4, 8, 20])
def test_strokes_are_drawn_as_wide_as_asked(width):
    ink = draw(ONE.strokes, width)
    assert ink.min() == 0
    assert ink.max() == 1
    assert ink[ink.shape[0] // 2].sum() == pytest.approx(width, abs=0.5)
    assert ink.any(1).sum() == pytest.approx(SIDE + width, abs=1.5)


@pytest.mark.parametrize("points", [1, 4])
def test_a_dot_is_drawn_as_wide_as_the_pen(points):
    ink = draw([np.full((points, 2), 3, np.float32)], 12)
    assert ink.max() == 1
    assert 2 * np.sqrt(ink.sum() / np.pi) == pytest.approx(12, abs=0.6)


def test_marks_are_added_to_0_1_and_7_alone():
    rng = np.random.default_rng(0)
    for bare in (ZERO, ONE, SEVEN):
        assert any(len(mark(bare, 1.0, rng)) > 1 for _ in range(10))
        assert all(mark(bare, 0.0, rng) is bare.strokes for _ in range(10))
    assert mark(TWO, 1.0, rng) is TWO.strokes


def test_a_seven_with_marks_has_a_bar_where_it_had_none_and_none_where_it_had_one():
    bar = np.array([(0.3, 0.5), (0.7, 0.5)], np.float32)
    start, corner, end = np.array(drawing.SEVEN[0], np.float32)
    plain = [np.vstack([np.linspace(start, corner, 20), np.linspace(corner, end, 20)])]  # as dense as a tablet has it
    bare, crossed = writing(7, plain), writing(7, [*plain, bar])
    rng = np.random.default_rng(0)
    for _ in range(20):
        assert sum(is_level_across_the_middle(stroke) for stroke in mark(bare, 1.0, rng)) == 1
        assert not any(is_level_across_the_middle(stroke) for stroke in mark(crossed, 1.0, rng))


def is_level_across_the_middle(stroke):
    return np.ptp(stroke[:, 1]) < np.ptp(stroke[:, 0]) and 0.25 < stroke[:, 1].mean() < 0.75


def test_a_seven_drawn_in_two_strokes_keeps_both():
    top, stem = np.split(np.array(drawing.SEVEN[0], np.float32), [2])
    apart = writing(7, [top, np.vstack([top[-1], stem])])
    assert all(len(mark(apart, 1.0, np.random.default_rng(seed))) >= 2 for seed in range(20))


def test_some_sevens_begin_with_a_tick_and_some_end_with_a_tail():
    rng = np.random.default_rng(0)
    added = [stroke for _ in range(50) for stroke in mark(SEVEN, 1.0, rng)[1:]]
    points = np.array(drawing.SEVEN[0], np.float32)
    ticks = [stroke for stroke in added if np.allclose(stroke[-1], points[0])]
    tails = [stroke for stroke in added if np.allclose(stroke[0], points[-1])]
    assert all(stroke[0, 1] > stroke[-1, 1] for stroke in ticks)
    assert all(stroke[-1, 0] > stroke[0, 0] for stroke in tails)
    assert 5 < len(ticks) < 25
    assert 5 < len(tails) < 30


def test_loose_strokes_begin_late_end_early_and_do_not_quite_meet():
    rng = np.random.default_rng(0)
    whole = [np.stack([np.linspace(0, 1, 100), np.full(100, y)], 1).astype(np.float32) for y in (0.0, 1.0)]
    lengths, gaps = [], []
    for _ in range(50):
        first, second = loosen(whole, 0.2, rng)
        lengths.append(len(first) / 100)
        gaps.append(second[0, 1] - first[0, 1])
    assert min(lengths) == pytest.approx(0.65, abs=0.06)
    assert max(lengths) == 1
    assert np.std(gaps) == pytest.approx(0.082, abs=0.02)


def test_a_single_stroke_stays_where_it_is():
    (stroke,) = loosen(ONE.strokes, 0.2, np.random.default_rng(0))
    assert set(map(tuple, stroke.tolist())) <= set(map(tuple, ONE.strokes[0].tolist()))
