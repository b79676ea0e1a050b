import numpy as np

from recognizer.cuts import seams
from tests.drawing import FOUR, ZERO, beside, ink_of


def cropped(ink):
    ys, xs = np.nonzero(ink)
    return ink[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]


def test_two_rings_that_touch_are_cut_where_they_do():
    ink = cropped(ink_of(beside([ZERO, ZERO], 0.44), size=(400, 200), pen=8))
    middle = ink.shape[1] / 2
    nearest = min(seams(ink, 6), key=lambda path: np.abs(path - middle).mean())
    assert np.abs(nearest - middle).mean() < 0.05 * ink.shape[1]
    assert nearest.shape == (ink.shape[0],)


def test_a_cut_follows_the_slant():
    slanted = [[(x - 0.3 * y + 0.3, y) for x, y in stroke] for stroke in beside([ZERO, ZERO], 0.44)]
    ink = cropped(ink_of(slanted, size=(400, 200), pen=8))
    assert any(path[0] - path[-1] > 0.1 * ink.shape[0] for path in seams(ink, 6))


def test_cuts_come_from_left_to_right_and_no_more_than_asked_for():
    ink = cropped(ink_of(beside([ZERO, FOUR, ZERO, FOUR], 0.3), size=(800, 200), pen=8))
    paths = seams(ink, 3)
    assert len(paths) == 3
    assert [path.mean() for path in paths] == sorted(path.mean() for path in paths)


def test_a_narrow_piece_is_not_cut():
    assert seams(np.full((50, 10), 255, np.uint8), 6) == []
