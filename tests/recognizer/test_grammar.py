import numpy as np
import pytest

from recognizer.detection import Detection
from recognizer.glyphs import CLASSES
from recognizer.grammar import construe


def glyph(scores):
    classes = np.zeros(len(CLASSES))
    for name, score in scores.items():
        classes[CLASSES.index(name)] = score
    return Detection((0, 0, 20, 40), classes)


ZERO = glyph({"0": 0.8})
OPENS = glyph({"(": 0.7, "1": 0.3})
CLOSES = glyph({")": 0.7, "1": 0.3})
MAY_OPEN = glyph({"1": 0.5, "(": 0.4})
MAY_CLOSE = glyph({"1": 0.5, ")": 0.4})
STROKE = glyph({"1": 0.5, "/": 0.4})
SLASH = glyph({"/": 0.6, "1": 0.3})
PLUS = glyph({"+": 0.8})


def spell(*line):
    return "".join(glyph.name for glyph in construe(line))


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ([OPENS, ZERO, MAY_CLOSE], "(0)"),
        ([MAY_OPEN, ZERO, PLUS, ZERO, CLOSES], "(0+0)"),
        ([MAY_OPEN, ZERO, MAY_CLOSE], "(0)"),
        ([MAY_OPEN, ZERO, ZERO], "100"),
        ([ZERO, MAY_CLOSE], "01"),
        ([MAY_OPEN, MAY_CLOSE], "11"),
        ([OPENS, PLUS, MAY_CLOSE], "(+1"),
        ([STROKE, CLOSES], "1)"),
        ([SLASH, ZERO], "10"),
        ([ZERO, SLASH, ZERO], "0/0"),
        ([ZERO, PLUS, SLASH], "0+1"),
        ([OPENS, ZERO, CLOSES, SLASH, ZERO], "(0)/0"),
        ([OPENS, MAY_OPEN, ZERO, MAY_CLOSE, CLOSES], "((0))"),
    ],
)
def test_brackets_come_in_pairs_around_a_digit(line, text):
    assert spell(*line) == text


def test_a_lone_bracket_stays_one_where_nothing_else_is_as_likely():
    assert spell(glyph({")": 0.9, "1": 0.1})) == ")"
    assert spell(ZERO, glyph({")": 0.9})) == "0)"
    assert spell(ZERO, glyph({")": 0.5, "1": 0.4})) == "01"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ([ZERO, STROKE, OPENS, ZERO, CLOSES], "0/(0)"),
        ([OPENS, ZERO, CLOSES, STROKE, ZERO], "(0)/0"),
        ([ZERO, STROKE, ZERO], "010"),
        ([OPENS, ZERO, CLOSES, ZERO], "(0)0"),
    ],
)
def test_a_digit_hardly_stands_right_beside_a_pair_of_brackets(line, text):
    assert spell(*line) == text


def test_glyphs_about_which_there_is_no_doubt_stay_the_same():
    line = [MAY_OPEN, ZERO, glyph({"1": 0.6, "other": 0.5}), CLOSES]
    assert all(before is after for before, after in zip(line[1:], construe(line)[1:], strict=True))


def test_what_a_glyph_cannot_be_has_no_score():
    opening = construe([MAY_OPEN, ZERO, CLOSES])[0]
    assert (opening.name, opening.score, opening.box) == ("(", 0.4, MAY_OPEN.box)
    assert opening.classes[1] == 0


def test_many_brackets_take_no_time_that_grows_with_their_number_of_ways():
    assert spell(*[OPENS, ZERO, CLOSES] * 300) == "(0)" * 300
