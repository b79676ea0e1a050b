"""Pen strokes rendered as photographs, by seed: what survives paper, shadow, pencil, ruling, blur and JPEG."""

import numpy as np
import pytest

from recognizer import NoInk, read
from tests.photographs import photograph

LEAST_DIGITS = 0.89  # 0.975 of 200 digits today, less two standard errors of the 16 that are read here
LEAST_LINES = 0.93  # 0.98 of 300 lines today


@pytest.fixture(scope="module")
def written(writings):
    """Digits as strokes, 42 of each label."""
    return {str(digit): [one.strokes for one in writings if one.label == digit] for digit in range(10)}


def text(picture, model, layout):
    try:
        return read(picture, model, layout).text
    except NoInk:
        return ""


def test_most_photographed_digits_are_read(model, written):
    labels = [str(number % 10) for number in range(16)]
    read_as = [text(photograph([[written[d][n // 2]]], n), model, "auto") for n, d in enumerate(labels)]
    assert np.mean([a == b for a, b in zip(labels, read_as, strict=True)]) >= LEAST_DIGITS


def test_most_lines_of_photographed_pages_are_read(model, written):
    rng, right = np.random.default_rng(0), []
    for page in range(10):
        lines = rng.integers(10, size=(3, 5)).astype(str)
        picture = photograph([[written[d][rng.integers(42)] for d in line] for line in lines], page)
        found = text(picture, model, "auto").split("\n")
        right += ["".join(line) in found for line in lines]
    assert np.mean(right) >= LEAST_LINES
