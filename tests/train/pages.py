"""Hands that tests make pages of, without any data set."""

import numpy as np

from recognizer.glyphs import DIGITS
from train.pages.hands import Hand, Hands
from train.pages.numbers import LETTERS, UNITS


def hands() -> Hands:
    """Two writers of invented forms."""
    rng = np.random.default_rng(0)
    writers = [Hand({digit: [_form(rng)] for digit in DIGITS}) for _ in range(2)]
    signs = {sign: [_form(rng)] for sign in {*LETTERS, *"".join(UNITS), *"/+=%()"}}
    scans = {digit: [rng.random((20, 12)).astype(np.float32)] for digit in DIGITS}
    return Hands(writers, signs, [_form(rng)], scans)


def _form(rng):
    """A zigzag from top to bottom, 1 high."""
    across = rng.uniform(0, 0.7, 7)
    return [np.stack([across - across.min(), np.linspace(0, 1, 7)], 1).astype(np.float32)]
