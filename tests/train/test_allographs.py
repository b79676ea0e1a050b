import numpy as np
import pytest

from train.allographs import FORMS, vary
from train.pen import Writing, draw

ONE = Writing(1, "", [np.array([(2.0, 0.0), (1.0, 50.0), (0.0, 100.0)], np.float32)])


def size(strokes):
    return np.ptp(np.concatenate(strokes), 0)


def test_a_bare_one_gets_a_hook_at_its_foot_or_a_stroke_back_up():
    rng = np.random.default_rng(0)
    varied = [vary(ONE, 1.0, rng) for _ in range(40)]
    added = [strokes[1] for strokes in varied]
    assert all(np.allclose(stroke[0], (0, 100)) for stroke in added)
    heights = [100 - stroke[:, 1].min() for stroke in added]
    assert min(heights) < 25
    assert max(heights) > 60
    assert 20 < max(size(strokes)[0] for strokes in varied) < 60


def test_a_one_with_a_flag_stays_as_it_is():
    flagged = Writing(1, "", [np.array([(0, 30), (50, 0), (50, 100)], np.float32)])
    rng = np.random.default_rng(0)
    assert all(len(vary(flagged, 1.0, rng)) == 1 for _ in range(20))


@pytest.mark.parametrize("digit", FORMS)
def test_other_digits_are_at_times_written_in_another_form(digit):
    mine = Writing(digit, "", [np.array([(0, 0), (1, 1)], np.float32)])
    rng = np.random.default_rng(0)
    varied = [strokes for _ in range(200) if (strokes := vary(mine, 1.0, rng)) is not mine.strokes]
    assert 10 < len(varied) < 60
    assert all(0.8 < size(strokes)[1] < 1.3 for strokes in varied)
    assert len({draw(strokes, 8).tobytes() for strokes in varied}) == len(varied)


@pytest.mark.parametrize("digit", range(10))
def test_without_a_share_nothing_changes(digit):
    mine = Writing(digit, "", ONE.strokes)
    assert vary(mine, 0.0, np.random.default_rng(0)) is mine.strokes
