import numpy as np
import pytest

from recognizer import NoInk
from recognizer.lattice import Option, Skip
from recognizer.layout import _unlikely, digit, inside, page
from recognizer.pieces import connected
from tests.drawing import FIVE_WITH_FLOATING_BAR, FOUR, SEVEN, ZERO, beside, ink_of


def first(ink):
    pieces = connected(ink)
    return pieces.glyph(inside(pieces))


def test_the_box_encloses_the_ink():
    ink = ink_of(SEVEN)
    glyph = first(ink)
    ys, xs = np.nonzero(ink)
    assert glyph.box == (xs.min(), ys.min(), np.ptp(xs) + 1, np.ptp(ys) + 1)
    assert glyph.ink.shape == glyph.box[3:1:-1]


@pytest.mark.parametrize("strokes", [FOUR, FIVE_WITH_FLOATING_BAR])
def test_all_pieces_of_a_digit_are_kept(strokes):
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
    (line,) = page([connected(ink)])
    atoms = max(option.stop for option in line)
    assert atoms > 4
    assert any((option.start, option.stop) == (0, atoms) for option in line if isinstance(option, Option))
    assert not any(isinstance(option, Skip) for option in line)


def test_a_table_at_the_border_is_no_writing_of_a_page():
    ink = number_of([SEVEN, FOUR, ZERO])
    clean = [option.glyph.box for option in page([connected(ink)])[0]]
    ink[:, :25] = ink[270:, :] = 255
    assert [option.glyph.box for option in page([connected(ink)])[0]] == clean


def test_a_digit_that_touches_the_border_belongs_to_the_page():
    ink = number_of([SEVEN, FOUR, ZERO])
    bottom = int(np.flatnonzero(ink.any(1)).max())
    (line,) = page([connected(ink[: bottom - 3])])
    assert max(option.glyph.box[0] + option.glyph.box[2] for option in line) == np.flatnonzero(ink.any(0)).max() + 1
    assert any(sum(option.glyph.box[1::2]) == bottom - 3 for option in line)


def test_a_page_costs_more_than_a_digit_where_it_would_be_one():
    ink = number_of([SEVEN, FOUR, ZERO])
    joined = ink.copy()
    joined[150:152, :] = 1
    ((option, *_),) = digit([connected(joined), connected(ink)])
    assert option.cost > 0


def test_what_leaves_the_middle_of_the_picture_out_costs_more_than_the_digit_there():
    ink = ink_of(SEVEN)
    ink[60:340, 20:36] = 255
    pieces = connected(ink)
    line, seven = sorted(range(1, 3), key=lambda number: pieces.boxes[number, 0])
    assert _unlikely(pieces, np.array([line]), 300) > _unlikely(pieces, np.array([seven]), 300) + 0.5


def test_a_page_of_hundreds_of_wide_pieces_is_not_cut():
    ink = np.zeros((800, 800), np.uint8)
    for x in range(10, 770, 40):
        for y in range(10, 770, 40):
            ink[y : y + 24, x : x + 24] = 255
    assert all(
        option.stop - option.start == 1 and option.cost == 0 for line in page([connected(ink)]) for option in line
    )


def test_one_of_several_digits_alike_may_be_the_digit():
    ink = number_of([ZERO, ZERO])
    boxes = [option.glyph.box for option in digit([connected(ink)])[0]]
    assert len(boxes) == 2
    assert min(box[2] for box in boxes) < 0.6 * max(box[2] for box in boxes)
