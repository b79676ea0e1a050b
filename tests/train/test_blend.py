import numpy as np
import pytest

from train.blend import blend
from train.pen import Writing


def writing(label, *strokes):
    return Writing(label, "", [np.array(stroke, np.float32) for stroke in strokes])


UPRIGHT = writing(1, [(0, 0), (0, 50), (0, 100)])
LEANING = writing(1, [(20, 0), (10, 50), (0, 100)])


def lean(strokes):
    (one,) = strokes
    return (one[0] - one[-1])[0] / np.ptp(one[:, 1])


def test_a_digit_moves_nearer_to_another_or_farther_from_it():
    rng = np.random.default_rng(0)
    leans = [lean(blend([UPRIGHT, LEANING], 0, 0.5, rng)) for _ in range(60)]
    assert min(leans) == pytest.approx(-0.1, abs=0.02)
    assert max(leans) == pytest.approx(0.1, abs=0.02)


@pytest.mark.parametrize(
    "other",
    [
        writing(7, [(20, 0), (10, 50), (0, 100)]),
        writing(1, [(20, 0), (10, 50)], [(10, 50), (0, 100)]),
        writing(1, [(0, 100), (10, 50), (20, 0)]),
    ],
    ids=["another digit", "in two strokes", "the other way round"],
)
def test_a_digit_stays_where_the_other_is_not_alike(other):
    assert blend([UPRIGHT, other], 0, 0.5, np.random.default_rng(0)) is UPRIGHT.strokes


def test_alone_it_stays():
    assert blend([UPRIGHT], 0, 0.5, np.random.default_rng(0)) is UPRIGHT.strokes


def test_some_of_peoples_digits_are_alike(writings):
    rng = np.random.default_rng(0)
    blended = [blend(writings, number, 0.5, rng) for number in range(len(writings))]
    changed = np.mean([strokes is not one.strokes for strokes, one in zip(blended, writings, strict=True)])
    assert 0.1 < changed < 0.6
