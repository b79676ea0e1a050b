import numpy as np
import pytest

from recognizer.rules import rules
from tests.drawing import SEVEN, draw


def mask_of(strokes=SEVEN):
    return np.asarray(draw(strokes)) < 128


@pytest.mark.parametrize("lean", [0, 6])
@pytest.mark.parametrize("turned", [False, True])
def test_a_line_across_is_found_and_the_digit_is_not(lean, turned):
    mask = mask_of().T if turned else mask_of()
    line = np.zeros_like(mask)
    for x in range(400):
        line[350 + round(lean * x / 400) :, x][:5] = True
    line = line.T if turned else line
    mask = mask.T if turned else mask
    found = rules(mask | line)
    assert found[line].mean() > 0.98
    assert found[mask & ~line].mean() < 0.05


def test_a_box_around_a_digit_is_found():
    mask = mask_of()
    box = np.zeros_like(mask)
    box[:12] = box[-12:] = box[:, :12] = box[:, -12:] = True
    assert rules(mask | box)[box].mean() > 0.95


def test_a_drawing_has_no_lines():
    assert rules(mask_of()) is None


def test_a_stroke_that_runs_out_of_the_picture_is_no_line():
    mask = np.zeros((90, 90), bool)
    mask[30:, 40:46] = True
    assert rules(mask) is None
