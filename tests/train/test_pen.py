import numpy as np
import pytest

from tests import drawing
from train.pen import SIDE, Writing, draw, loosen, parse_unipen

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


ONE = writing(1, drawing.ONE)


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
