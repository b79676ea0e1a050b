"""Digits that the tests draw themselves, as pictures and as files."""

from __future__ import annotations

import io
import math
from typing import Any

import numpy as np
from PIL import Image

from recognizer.strokes import rasterise

Strokes = list[list[tuple[float, float]]]

ZERO = [[(0.5 + 0.22 * math.sin(t / 10), 0.5 - 0.33 * math.cos(t / 10)) for t in range(64)]]
ONE = [[(0.5, 0.15), (0.5, 0.85)]]
FOUR = [[(0.35, 0.15), (0.3, 0.55), (0.7, 0.55)], [(0.62, 0.3), (0.6, 0.88)]]
FIVE_WITH_FLOATING_BAR = [
    [(0.36, 0.2), (0.34, 0.48), (0.5, 0.44), (0.62, 0.54), (0.62, 0.7), (0.5, 0.82), (0.32, 0.78)],
    [(0.44, 0.16), (0.7, 0.15)],
]
SCRIBBLE = [[(0.3 + (n % 2 + n % 5 / 7) / 4, 0.05 + (n / 12 + n % 3 / 4) / 4.5) for n in range(40)]]  # no digit
SEVEN = [[(0.25, 0.2), (0.75, 0.2), (0.45, 0.85)]]


def draw(
    strokes: Strokes, size: tuple[int, int] = (400, 400), pen: float = 16, ink: int = 0, paper: int = 255
) -> Image.Image:
    """Strokes, from 0 to 1, as a grey picture."""
    inked = rasterise([np.array(stroke) * size for stroke in strokes], pen, size[::-1]) / 255
    return Image.fromarray(np.round(paper + (ink - paper) * inked).astype(np.uint8))


def ink_of(strokes: Strokes, **options: Any) -> np.ndarray:
    """The ink, uint8, of a drawing with the `options` of draw()."""
    return 255 - np.asarray(draw(strokes, **options))


def beside(digits: list[Strokes], pitch: float) -> Strokes:
    """Digits in a row, one every `pitch` of their height, shrunk to the width of the picture but not to its height."""
    width = 1 + pitch * (len(digits) - 1)
    return [[((x + pitch * n) / width, y) for x, y in stroke] for n, digit in enumerate(digits) for stroke in digit]


def table(rows: list[list[Strokes]]) -> Image.Image:
    """A page with a digit in each cell; one without strokes stays empty."""
    page = Image.new("L", (600 * len(rows[0]), 450 * len(rows)), 255)
    for line, row in enumerate(rows):
        for column, strokes in enumerate(row):
            if strokes:
                page.paste(draw(strokes, (300, 300), pen=14), (100 + 600 * column, 50 + 420 * line))
    return page


def encode(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    """A picture as the bytes of a file."""
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def photograph(picture: Image.Image, seed: int = 0) -> Image.Image:
    """A grey picture as if photographed: light falling off to a corner, grain, blur."""
    rng = np.random.default_rng(seed)
    grey = np.asarray(picture, np.float64)
    y, x = np.mgrid[0 : grey.shape[0], 0 : grey.shape[1]] / max(grey.shape)
    seen = (70 + grey * 0.55) * (1 - 0.35 * x - 0.15 * y) + rng.normal(0, 3, grey.shape)
    return Image.fromarray(np.clip(seen, 0, 255).astype(np.uint8))


SEVEN_PNG = encode(draw(SEVEN))
FOUR_PNG = encode(draw(FOUR))
BLANK_PNG = encode(Image.new("L", (400, 400), 255))
