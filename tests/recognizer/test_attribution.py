import numpy as np
import pytest

from recognizer import read
from recognizer.attribution import Attribution, attribute
from tests.drawing import FOUR, SEVEN, draw, encode


def frame(strokes, model):
    return read(encode(draw(strokes)), model, "digit").frames[0]


@pytest.mark.parametrize(("strokes", "digit"), [(FOUR, 4), (SEVEN, 7)])
def test_ink_speaks_for_the_digit_that_it_shows_rather_than_for_others(model, strokes, digit):
    seen = frame(strokes, model)
    assert attribute(seen, digit, model).evidence.sum() > 0
    assert attribute(seen, digit, model).evidence.sum() > attribute(seen, 8, model).evidence.sum()


def test_wiping_the_ink_that_speaks_most_hurts_more_than_wiping_that_which_speaks_least(model):
    seen = frame(FOUR, model)
    order = np.argsort(attribute(seen, 4, model).evidence.ravel())
    inked = order[seen.ravel()[order] > 0]
    most, least = np.tile(seen.ravel(), (2, 1))
    most[inked[-len(inked) // 3 :]] = least[inked[: len(inked) // 3]] = 0
    hurt, spared = model.probabilities(np.stack([most, least]).reshape(2, 28, 28))[:, 4]
    assert hurt < spared


def test_only_ink_has_evidence_and_colour(model):
    seen = frame(SEVEN, model)
    attribution = attribute(seen, 7, model)
    assert not attribution.evidence[seen == 0].any()
    assert (attribution.picture[seen == 0] == 255).all()
    red, _, blue = attribution.picture[np.unravel_index(attribution.evidence.argmax(), seen.shape)]
    assert blue > red


def test_the_words_say_where_the_ink_is(model):
    top = attribute(frame(SEVEN, model), 7, model)
    assert top.words.startswith("The ink at the top")
    assert "speaks most for 7." in top.words


def test_what_would_be_read_without_it_is_told(model):
    four = attribute(frame(FOUR, model), 4, model)
    assert (f"Without it, this would be read as {four.instead}." in four.words) == (four.instead != 4)


def test_ink_that_decides_nothing_is_told_as_such(model):
    seen = frame(SEVEN, model)
    against = Attribution(seen, 0, -seen, 7)
    assert against.words.startswith("No part of the ink decides for 0 alone. The ink ")
    assert against.words.endswith(" speaks against it.")
