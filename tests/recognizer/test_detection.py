import numpy as np
import pytest

from recognizer.detection import Detection
from recognizer.glyphs import CLASSES, DIGITS


def seen(**scores):
    """A glyph that is seen with these scores, by the names of digits, such as _3, or of other classes."""
    classes = np.zeros(len(CLASSES))
    for name, score in scores.items():
        classes[CLASSES.index(name.removeprefix("_"))] = score
    return Detection((0, 0, 10, 20), classes)


def says(**probabilities):
    found = np.zeros(len(DIGITS))
    for name, probability in probabilities.items():
        found[int(name.removeprefix("_"))] = probability
    return found


def test_what_another_model_is_sure_of_decides_between_digits_that_are_nearly_alike():
    doubtful = seen(_1=0.45, _7=0.4, other=0.3)
    assert doubtful.heed(says(_7=0.99), 0.25).name == "7"
    assert doubtful.heed(says(_7=0.99), 0.0).name == "1"
    assert doubtful.heed(says(_1=0.99), 0.25).name == "1"


def test_what_is_seen_surely_stays():
    assert seen(_1=0.9, _7=0.01).heed(says(_7=0.6, _1=0.3), 0.25).name == "1"


@pytest.mark.parametrize("weight", [0.1, 0.25, 0.9])
def test_how_sure_it_is_and_what_else_it_may_be_stay(weight):
    heeded = seen(_1=0.45, _7=0.4, other=0.44).heed(says(_7=0.9, _2=0.05), weight)
    assert heeded.score == pytest.approx(0.45)
    assert heeded.classes[CLASSES.index("other")] == 0.44
    assert heeded.shares.sum() == pytest.approx(1)
