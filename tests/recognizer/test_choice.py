"""Which candidates are the glyphs of a drawing, by its ink."""

import cv2
import numpy as np
import pytest

from recognizer.choice import WEIGHTS, choose
from recognizer.components import find_components
from recognizer.detection import Detection
from recognizer.glyphs import CLASSES

HEIGHT = 100


def glyph(name, box, score):
    return Detection(box, np.where(np.array(CLASSES) == name, score, 0.0))


def sheet(*lines):
    """Components of lines drawn with a pen of 8 pixels."""
    ink = np.zeros((140, 400), np.uint8)
    for line in lines:
        cv2.polylines(ink, [np.array(line, np.int32)], False, 255, 8)
    return find_components(ink)


def names(components, *candidates):
    return "".join(one.name for one in sorted(choose(candidates, components, HEIGHT), key=lambda one: one.box[0]))


RING = cv2.ellipse2Poly((60, 70), (35, 48), 0, 0, 360, 10)
BESIDE = np.add(RING, (70, 0))
BAR = [(190, 20), (190, 120)]
BRACKET = [(200, 15), (215, 70), (200, 125)]
ZERO_AT = (21, 18, 78, 104)
NEXT_AT = (91, 18, 78, 104)
BAR_AT = (185, 16, 10, 108)
BRACKET_AT = (190, 11, 30, 118)


@pytest.mark.parametrize("score", [0.2, 0.3])
def test_what_explains_ink_that_nothing_else_does_is_a_glyph(score):
    assert names(sheet(BAR), glyph("1", BAR_AT, score)) == "1"


def test_what_is_hardly_likely_is_none():
    assert names(sheet(BAR), glyph("1", BAR_AT, 0.13)) == ""


def test_touching_digits_explain_their_component_together():
    touching = sheet(RING, BESIDE)
    assert len(touching.mass) == 2
    assert names(touching, glyph("0", ZERO_AT, 0.3), glyph("6", NEXT_AT, 0.3)) == "06"
    assert names(touching, glyph("0", ZERO_AT, 0.3)) == ""


def test_of_many_that_touch_none_is_lost():
    rings = [np.add(RING, (-40 + 33 * number, 0)) for number in range(11)]
    chain = sheet(*rings)
    assert len(chain.mass) == 2
    assert len(choose([glyph("0", (33 * number, 18, 60, 104), 0.6) for number in range(11)], chain, HEIGHT)) == 11


def test_a_digit_beside_a_bracket_whose_box_holds_most_of_it_is_seen():
    candidates = glyph("1", BAR_AT, 0.3), glyph(")", BRACKET_AT, 0.6)
    assert names(sheet(BAR, BRACKET), *candidates) == "1)"
    assert names(sheet(BRACKET), *candidates) == ")"


def test_a_part_of_a_digit_is_none():
    loop = glyph("0", (30, 18, 60, 50), 0.6)
    assert names(sheet(RING), glyph("8", ZERO_AT, 0.5), loop) == "8"


def test_two_boxes_of_one_glyph_are_one_glyph():
    assert names(sheet(RING), glyph("0", ZERO_AT, 0.8), glyph("0", (25, 18, 70, 104), 0.8)) == "0"


def test_of_two_digits_in_one_place_the_likelier_stands():
    assert names(sheet(RING), glyph("0", ZERO_AT, 0.8), glyph("6", ZERO_AT, 0.5)) == "0"


def test_a_box_without_ink_is_taken_by_its_score():
    boxes = glyph("0", ZERO_AT, 0.8), glyph(".", (300, 100, 6, 6), 0.5), glyph(".", (350, 100, 6, 6), 0.2)
    assert [one.box[0] for one in choose(boxes, sheet(RING), HEIGHT)] == [300, ZERO_AT[0]]


def test_where_too_many_depend_on_each_other_the_surest_stand():
    many = [glyph("0", (21 + shift, 18, 78, 104), 0.4) for shift in range(WEIGHTS.most)]
    assert len(choose([*many, glyph("6", ZERO_AT, 0.9)], sheet(RING), HEIGHT)) == 1


def test_without_candidates_there_is_nothing():
    assert choose([], sheet(RING), HEIGHT) == []
