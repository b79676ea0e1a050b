import numpy as np
import pytest

from recognizer import NoInk
from recognizer.borders import find_digit
from recognizer.candidates import COSTS, Candidate, Skip
from recognizer.components import find_components
from recognizer.layout import _cost_alone, propose_digit, propose_page
from tests.drawing import FIVE_WITH_FLOATING_BAR, FOUR, SEVEN, ZERO, beside, ink_of


def first(ink):
    components = find_components(ink)
    return components.glyph(find_digit(components))


def test_the_box_encloses_the_ink():
    ink = ink_of(SEVEN)
    glyph = first(ink)
    ys, xs = np.nonzero(ink)
    assert glyph.box == (xs.min(), ys.min(), np.ptp(xs) + 1, np.ptp(ys) + 1)
    assert glyph.ink.shape == glyph.box[3:1:-1]


@pytest.mark.parametrize("strokes", [FOUR, FIVE_WITH_FLOATING_BAR])
def test_all_components_of_a_digit_are_kept(strokes):
    ink = ink_of(strokes)
    assert first(ink).ink.sum() == pytest.approx(ink.sum())


def test_specks_are_dropped():
    ink = ink_of(SEVEN)
    clean = first(ink)
    ink[300:303, 30:33] = 255
    assert first(ink).box == clean.box


def test_what_runs_into_the_border_is_dropped():
    ink = ink_of(SEVEN)
    clean = first(ink)
    ink[:, :6] = 255
    ink[390:394, :] = 255
    assert first(ink).box == clean.box


def test_the_lines_of_a_grid_are_dropped():
    ink = ink_of(SEVEN)
    clean = first(ink)
    ink[12:20, 12:] = ink[12:300, 12:20] = 255
    assert first(ink).box == clean.box


def test_a_digit_drawn_at_the_edge_is_kept():
    ink = np.zeros((400, 400), np.uint8)
    ink[40:360, 6:18] = 255
    assert first(ink).box == (6, 40, 12, 320)


def test_a_digit_cut_tight_is_kept_whole():
    whole = first(ink_of(SEVEN)).ink
    assert np.array_equal(first(whole).ink, whole)


def test_no_ink_is_said():
    with pytest.raises(NoInk):
        first(np.zeros((20, 20), np.uint8))


def number_of(strokes):
    return ink_of(beside(strokes, 0.6), size=(700, 300), pen=8)


@pytest.mark.parametrize("stretch", [2, 3])
def test_what_may_be_cut_may_stay_whole_and_no_part_of_it_is_a_stray_mark(stretch):
    wide = [[(stretch * x, y) for x, y in stroke] for stroke in ZERO]
    ink = ink_of(wide, size=(700, 300), pen=8)
    (line,) = propose_page([find_components(ink)], COSTS)
    components = max(candidate.stop for candidate in line)
    assert components > 4
    assert any(
        (candidate.start, candidate.stop) == (0, components) for candidate in line if isinstance(candidate, Candidate)
    )
    assert not any(isinstance(candidate, Skip) for candidate in line)


def test_a_table_at_the_border_is_no_writing_of_a_page():
    ink = number_of([SEVEN, FOUR, ZERO])
    clean = [candidate.glyph.box for candidate in propose_page([find_components(ink)], COSTS)[0]]
    ink[:, :25] = ink[270:, :] = 255
    assert [candidate.glyph.box for candidate in propose_page([find_components(ink)], COSTS)[0]] == clean


def test_a_digit_that_touches_the_border_belongs_to_the_page():
    ink = number_of([SEVEN, FOUR, ZERO])
    bottom = int(np.flatnonzero(ink.any(1)).max())
    (line,) = propose_page([find_components(ink[: bottom - 3])], COSTS)
    assert (
        max(candidate.glyph.box[0] + candidate.glyph.box[2] for candidate in line)
        == np.flatnonzero(ink.any(0)).max() + 1
    )
    assert any(sum(candidate.glyph.box[1::2]) == bottom - 3 for candidate in line)


def test_a_page_costs_more_than_a_digit_where_it_would_be_one():
    ink = number_of([SEVEN, FOUR, ZERO])
    joined = ink.copy()
    joined[150:152, :] = 1
    ((candidate, *_),) = propose_digit([find_components(joined), find_components(ink)], COSTS)
    assert candidate.cost > 0


def test_what_leaves_the_middle_of_the_picture_out_costs_more_than_the_digit_there():
    ink = ink_of(SEVEN)
    ink[60:340, 20:36] = 255
    components = find_components(ink)
    line, seven = (
        _cost_alone(components, np.array([number]), 300, COSTS)
        for number in sorted(range(1, 3), key=lambda number: components.boxes[number, 0])
    )
    assert line > seven + 0.5


def test_a_page_of_hundreds_of_wide_components_is_not_cut():
    ink = np.zeros((800, 800), np.uint8)
    for x in range(10, 770, 40):
        for y in range(10, 770, 40):
            ink[y : y + 24, x : x + 24] = 255
    assert all(
        candidate.stop - candidate.start == 1 and candidate.cost == 0
        for line in propose_page([find_components(ink)], COSTS)
        for candidate in line
    )


def test_one_of_several_digits_alike_may_be_the_digit():
    ink = number_of([ZERO, ZERO])
    boxes = [candidate.glyph.box for candidate in propose_digit([find_components(ink)], COSTS)[0]]
    assert len(boxes) == 2
    assert min(box[2] for box in boxes) < 0.6 * max(box[2] for box in boxes)
