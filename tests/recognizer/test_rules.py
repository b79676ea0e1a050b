import numpy as np
import pytest

from recognizer.rules import without_rules
from tests.drawing import SEVEN, draw


def mask_of(strokes=SEVEN):
    return np.asarray(draw(strokes)) < 128


def removed(mask):
    return ~without_rules(mask * np.uint8(255), paper=True)


@pytest.mark.parametrize("lean", [0, 6])
@pytest.mark.parametrize("turned", [False, True])
def test_a_line_across_is_found_and_the_digit_is_not(lean, turned):
    mask, line = mask_of(), np.zeros((400, 400), bool)
    for x in range(400):
        line[350 + round(lean * x / 400) :, x][:5] = True
    mask, line = (mask.T, line.T) if turned else (mask, line)
    found = removed(mask | line)
    assert found[line].mean() > 0.98
    assert found[mask & ~line].mean() < 0.05


def test_a_box_around_a_digit_is_found():
    mask, box = mask_of(), np.zeros((400, 400), bool)
    box[:12] = box[-12:] = box[:, :12] = box[:, -12:] = True
    assert removed(mask | box)[box].mean() > 0.95


def test_the_lines_of_paper_are_found_and_strokes_go_on_across_them():
    mask, lines = mask_of(), np.zeros((400, 400), bool)
    for y in range(30, 400, 40):
        lines[y : y + 2, 20:380] = True
    found = removed(mask | lines)
    assert found[lines & ~mask].mean() > 0.8
    assert found[mask].mean() < 0.08


def test_close_squares_are_found_and_thin_strokes_are_kept():
    mask, lines = np.asarray(draw(SEVEN, pen=8)) < 128, np.zeros((400, 400), bool)
    lines[8::16] = lines[:, 8::16] = True
    found = removed(mask | lines)
    assert found[lines & ~mask].mean() > 0.8
    assert found[mask].mean() < 0.1


def test_a_drawing_has_no_lines():
    assert without_rules(mask_of() * np.uint8(255), paper=True) is None


def test_a_stroke_that_runs_out_of_the_picture_is_no_line():
    ink = np.zeros((90, 90), np.uint8)
    ink[30:, 40:46] = 255
    assert without_rules(ink, paper=True) is None


def test_strokes_of_a_drawing_are_no_ruling():
    ink = mask_of([[(x / 10, 0.1), (x / 10, 0.9)] for x in range(2, 9)]) * np.uint8(255)
    assert without_rules(ink, paper=False) is None
