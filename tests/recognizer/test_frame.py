import cv2
import numpy as np
import pytest

from recognizer.frame import FRAMING, SIDE, Framing, frame, measure_stroke_width
from tests.drawing import ONE, SEVEN, ZERO, ink_of


def extent(picture):
    ys, xs = np.nonzero(picture)
    return np.ptp(xs) + 1, np.ptp(ys) + 1


def centre(picture):
    steps = np.arange(SIDE)
    return picture.sum(0) @ steps / picture.sum(), picture.sum(1) @ steps / picture.sum()


@pytest.mark.parametrize("strokes", [ZERO, ONE, SEVEN])
@pytest.mark.parametrize("side", [12, 60, 400, 1500])
def test_a_frame_is_as_mnist_makes_it(strokes, side):
    made = frame(ink_of(strokes, size=(side, side), pen=side / 20))
    assert made.shape == (SIDE, SIDE)
    assert made.dtype == np.float32
    assert (made.min(), made.max()) == (0, 1)
    assert max(extent(made)) == FRAMING.box
    assert centre(made) == pytest.approx((FRAMING.centre, FRAMING.centre), abs=0.51)


@pytest.mark.parametrize("box", [14, 28])
def test_other_settings_make_another_frame(box):
    framing = Framing(box=box, centre=12.0, thinnest=4.0)
    made = frame(ink_of(SEVEN, pen=4), framing)
    assert max(extent(made)) == box
    if box == 14:  # has room to move
        assert centre(made) == pytest.approx((12, 12), abs=0.51)
    assert (made > 0.5).sum() > 1.5 * (frame(ink_of(SEVEN, pen=4), Framing(box=box)) > 0.5).sum()


@pytest.mark.parametrize(
    "settings", [{"box": 0}, {"box": 29}, {"centre": 28.0}, {"thinnest": -1.0}, {"working_box": 0}]
)
def test_settings_that_cannot_be_are_refused(settings):
    with pytest.raises(ValueError, match=next(iter(settings))):
        Framing(**settings)


def test_the_aspect_is_kept():
    width, height = extent(frame(ink_of(ZERO, pen=10)))
    assert width / height == pytest.approx(0.44 / 0.66, abs=0.1)


def test_anywhere_and_any_size_gives_nearly_the_same_frame():
    large = ink_of(SEVEN, pen=20)
    small = np.zeros_like(large)
    small[10:170, 230:390] = cv2.resize(large, (160, 160), interpolation=cv2.INTER_AREA)
    assert np.abs(frame(large) - frame(small)).mean() < 0.02


@pytest.mark.parametrize("pen", [1, 2, 4])
def test_hairlines_become_as_wide_as_mnists_thinnest(pen):
    made = frame(ink_of(SEVEN, pen=pen))
    assert made.sum() / frame(ink_of(SEVEN, pen=FRAMING.thinnest * 14)).sum() == pytest.approx(1, abs=0.25)


@pytest.mark.parametrize("pen", [3, 8, 25, 60])
def test_stroke_width_is_measured(pen):
    assert measure_stroke_width(ink_of(ONE, pen=pen)) == pytest.approx(pen, rel=0.15, abs=1)


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (5, 2)])
def test_strange_shapes_are_framed(shape):
    made = frame(np.full(shape, 255, np.uint8))
    assert made.shape == (SIDE, SIDE)
    assert made.max() == 1


def test_mnist_comes_back_the_same_within_a_pixel_of_shift(mnist_test):
    shifts = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1)]
    boxed = [picture for picture in mnist_test[0] if max(extent(picture)) == FRAMING.box]
    assert len(boxed) >= 9990  # MNIST itself made a few a pixel smaller
    for picture in boxed:
        made = frame(picture)
        assert min(np.abs(np.roll(picture, shift, (0, 1)) / 255 - made).max() for shift in shifts) < 0.02
