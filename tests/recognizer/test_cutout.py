import numpy as np
import pytest

from recognizer.cutout import cut_out

GREY = np.full((100, 120), 200, np.uint8)
GREY[30:70, 50:56] = 60


@pytest.mark.parametrize("grey", [GREY, 255 - GREY])
def test_ink_is_cut_out_whatever_its_polarity(grey):
    glyph = cut_out(grey, (45.0, 28.0, 16.0, 44.0))
    x, y, width, height = glyph.box
    assert glyph.ink.shape == (height, width)
    whole = np.zeros(grey.shape, np.uint8)
    whole[y : y + height, x : x + width] = glyph.ink
    assert np.array_equal(whole == 255, GREY == 60)
    assert whole[GREY == 200].max() == 0


@pytest.mark.parametrize("box", [(-5.0, -5.0, 3.0, 3.0), (118.0, 98.0, 30.0, 30.0), (10.2, 10.2, 0.1, 0.1)])
def test_boxes_at_the_border_and_empty_ones_have_some_ink(box):
    glyph = cut_out(GREY, box)
    assert glyph.ink.any()
    assert glyph.ink.size >= 1
