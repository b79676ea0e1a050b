import numpy as np
import pytest

from recognizer import NoInk
from recognizer.layout import inside
from recognizer.pieces import connected
from tests.drawing import FIVE_WITH_FLOATING_BAR, FOUR, SEVEN, draw


def ink_of(strokes, **options):
    return (255 - np.asarray(draw(strokes, **options), np.float32)) / 255


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
    ink[300:303, 30:33] = 1
    assert first(ink).box == clean.box


def test_what_runs_into_the_border_is_dropped():
    ink = ink_of(SEVEN)
    clean = first(ink)
    ink[:, :6] = 1
    ink[390:394, :] = 1
    assert first(ink).box == clean.box


def test_the_lines_of_a_grid_are_dropped():
    ink = ink_of(SEVEN)
    clean = first(ink)
    ink[12:20, 12:] = ink[12:300, 12:20] = 1
    assert first(ink).box == clean.box


def test_a_digit_drawn_at_the_edge_is_kept():
    ink = np.zeros((400, 400), np.float32)
    ink[40:360, 6:18] = 1
    assert first(ink).box == (6, 40, 12, 320)


def test_a_digit_cut_tight_is_kept_whole():
    whole = first(ink_of(SEVEN)).ink
    assert np.array_equal(first(whole).ink, whole)


def test_no_ink_is_said():
    with pytest.raises(NoInk):
        first(np.zeros((20, 20), np.float32))
