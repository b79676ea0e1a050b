import contextlib

import numpy as np
import pytest

from recognizer import NoInk
from recognizer.drawing import condense
from recognizer.photo import find_inks, lightness
from tests.drawing import FIVE_WITH_FLOATING_BAR, FOUR, ONE, SEVEN, ZERO, draw, photograph

DIGITS = [ZERO, ONE, FOUR, FIVE_WITH_FLOATING_BAR, SEVEN]


def seen(picture):
    return np.asarray(picture)


def likeliest(grey):
    return find_inks(grey)[0][0]


@pytest.mark.parametrize("strokes", DIGITS)
@pytest.mark.parametrize("pen", [2, 16, 40])
@pytest.mark.parametrize("size", [(400, 400), (90, 90)])
def test_polarity_is_found(strokes, pen, size):
    grey = seen(draw(strokes, size, pen * size[0] / 400))
    assert lightness(grey) < 0
    assert lightness(255 - grey) > 0


@pytest.mark.parametrize(
    ("side", "pen", "wanted"), [(400, 16, 200), (1600, 72, 200), (400, 40, 200), (400, 8, 400), (28, 3, 28)]
)
def test_drawings_are_no_larger_than_shows_their_strokes(side, pen, wanted):
    grey = seen(draw(FOUR, (side, side), pen))
    assert condense(grey).shape == condense(255 - grey).shape == (wanted, wanted)


@pytest.mark.parametrize("shape", [(1, 1), (1, 30_000), (3000, 2)])
def test_the_narrowest_pictures_are_condensed_and_it_ends(shape):
    grey = np.full(shape, 255, np.uint8)
    grey[: -(-shape[0] // 5), : -(-shape[1] // 5)] = 0
    assert max(condense(grey).shape) <= max(shape)


def test_photographs_stay_as_they_are():
    grey = seen(photograph(draw(FOUR)))
    assert condense(grey) is grey


def test_polarity_does_not_follow_the_mean():
    dim = seen(draw(SEVEN, ink=10, paper=90))
    assert lightness(dim) < 0
    assert lightness(255 - dim) > 0


def test_polarity_survives_a_dark_frame():
    grey = seen(draw(SEVEN)).copy()
    for edge in (grey[:20], grey[-20:], grey[:, :20], grey[:, -20:]):
        edge[:] = 0
    assert lightness(grey) < 0


@pytest.mark.parametrize("strokes", DIGITS)
def test_black_on_white_is_taken_as_it_is(strokes):
    grey = seen(draw(strokes))
    assert np.abs(likeliest(grey) - (255.0 - grey)).max() <= 2


def test_light_on_dark_is_the_same_ink():
    grey = seen(draw(SEVEN))
    assert np.array_equal(likeliest(grey), likeliest(255 - grey))


@pytest.mark.parametrize("seed", range(5))
def test_uneven_light_and_grain_are_no_ink(seed):
    drawn = draw(SEVEN)
    ink = likeliest(seen(photograph(drawn, seed)))
    wanted = seen(drawn) < 128
    assert ink[wanted].mean() > 0.85 * 255
    assert (ink[~wanted] > 127).mean() < 0.002


def test_faint_pencil_is_full_ink():
    ink = likeliest(seen(draw(SEVEN, ink=215, paper=235)))
    assert ink.max() == 255
    assert ink.min() == 0


def test_a_dark_line_at_the_border_does_not_outshine_pencil():
    grey = seen(draw(SEVEN, ink=190, paper=230)).copy()
    pencil = grey < 200
    grey[8:14] = 20
    assert likeliest(grey)[pencil].min() > 180


def test_ink_at_the_border_alone_is_found():
    grey = np.full((200, 200), 255, np.uint8)
    grey[20:180, 5:12] = 0
    assert np.array_equal(likeliest(grey) == 255, grey == 0)


@pytest.mark.parametrize("level", [0, 128, 255])
def test_one_level_everywhere_is_no_ink(level):
    with pytest.raises(NoInk, match="Nothing is drawn"):
        find_inks(np.full((50, 80), level, np.uint8))


def test_grain_alone_is_no_ink():
    with pytest.raises(NoInk):
        find_inks(seen(photograph(draw([]))))


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (2, 3)])
def test_tiny_pictures_do_not_break(shape):
    grey = np.random.default_rng(0).integers(0, 255, shape, np.uint8)
    with contextlib.suppress(NoInk):
        assert likeliest(grey).shape == shape


@pytest.mark.parametrize("paper", [0, 60, 255])
def test_the_ink_of_a_drawing_is_its_contrast(paper):
    ink = 255 if paper < 128 else 0
    grey = seen(draw(SEVEN, ink=ink, paper=paper))
    ((found,),) = find_inks(grey)
    np.testing.assert_allclose(found, np.abs(grey.astype(float) - paper) * 255 / abs(ink - paper), atol=0.5)


@pytest.mark.parametrize("size", [(1, 1), (1, 2000), (2000, 1), (3, 1500)])
def test_pictures_as_narrow_as_a_line_are_looked_at(size):
    grey = np.full(size, 255, np.uint8)
    with pytest.raises(NoInk):
        find_inks(grey)
    grey[size[0] // 2, size[1] // 2] = 0
    assert max(size) < 3 or len(find_inks(grey)) >= 1


@pytest.mark.parametrize("grain", [0, 4])
@pytest.mark.parametrize("light", [False, True])
def test_a_digit_cut_tight_is_among_what_may_be_the_ink(grain, light):
    """A fat one leaves less paper than it is itself."""
    tight = seen(draw(ZERO, pen=80)).copy()[28:372, 72:328]
    dark = np.clip(60 + 0.6 * tight + np.random.default_rng(0).normal(0, grain, tight.shape), 0, 255).astype(np.uint8)
    views = find_inks(255 - dark if light else dark)
    assert len(views) == 2
    assert min(np.abs(inks[0].astype(float) - (255 - tight)).mean() for inks in views) < 12
