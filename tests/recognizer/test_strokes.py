import itertools

import numpy as np
import pytest

from recognizer.strokes import rasterise

SHAPE = (240, 260)
ANGLES = np.linspace(0.05, 3.1, 14)  # radians


def line(angle, length, middle=(130.3, 119.8), points=2):
    along = np.linspace(-length / 2, length / 2, points)[:, None]
    return np.array(middle) + along * (np.cos(angle), np.sin(angle))


def amount(*strokes, width):
    """How many pixels are inked."""
    return rasterise(strokes, width, SHAPE).sum() / 255


@pytest.mark.parametrize("width", [1, 1.8, 2.5, 4, 6.3, 18, 33.3])
def test_a_line_is_as_wide_as_its_pen(width):
    widths = [(amount(line(a, 160), width=width) - amount(line(a, 60), width=width)) / 100 for a in ANGLES]
    assert np.mean(widths) == pytest.approx(width, abs=0.1)
    assert widths == pytest.approx([width] * len(ANGLES), abs=0.4)


@pytest.mark.parametrize("width", [4, 9.5, 18, 60])
def test_ends_are_round_and_dots_are_as_wide_as_the_pen(width):
    dot = amount(line(0, 0, points=1), width=width)
    assert 2 * np.sqrt(dot / np.pi) == pytest.approx(width, abs=0.6)
    ends = [amount(line(a, 60), width=width) - 60 * width for a in ANGLES]
    assert np.mean(ends) == pytest.approx(dot, rel=0.15)


def test_one_point_and_several_equal_ones_are_the_same_dot_around_it():
    dots = [rasterise([[(130.3, 119.8)] * count], 9, SHAPE) for count in (1, 2, 5)]
    assert dots[0].max() == 255
    assert (dots[1] == dots[0]).all()
    assert (dots[2] == dots[0]).all()
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]] + 0.5
    middle = [(dots[0] * places).sum() / dots[0].sum() for places in (columns, rows)]
    assert middle == pytest.approx([130.3, 119.8], abs=0.3)


def test_more_points_on_a_line_make_it_no_wider():
    assert amount(line(0.4, 160, points=100), width=7) == pytest.approx(amount(line(0.4, 160), width=7), rel=0.02)


def test_a_wider_pen_takes_no_ink_away():
    strokes = [line(0.4, 160), line(2, 90)]
    inks = [rasterise(strokes, width, SHAPE).astype(int) for width in np.arange(0.5, 12, 0.1)]
    assert all((wider - thinner).min() >= -1 for thinner, wider in itertools.pairwise(inks))


def test_ink_beyond_the_sheet_is_left_out():
    assert rasterise([[(-1e4, 5), (1e4, 5)]], 2, (10, 20)).any(0).all()
    assert not rasterise([[(-50, -50)]], 9, (10, 20)).any()


@pytest.mark.parametrize("strokes", [[], [[]]])
def test_no_points_are_no_ink(strokes):
    assert not rasterise(strokes, 9, (10, 20)).any()
