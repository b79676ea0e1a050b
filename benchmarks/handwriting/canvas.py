"""Strokes as the picture that a browser's canvas exports.

It is drawn with Pillow, four times as large and then reduced, and not by recognizer.strokes, with which the product
trains: what is measured should not come out of the same hand as what was learnt, and figures stay comparable when that
hand changes.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageDraw

SIDE = 400  # pixels
PEN, STRING_PEN = 16, 12  # pixels
OVERSAMPLING = 4
WIDEST = 2400  # pixels, of the ink of a number

Strokes = list[list[list[float]]]


def draw(strokes: Strokes, size: tuple[int, int], pen: float, transparent: bool = False) -> bytes:
    """An RGBA PNG, `size` (width, height), of black strokes with round ends on white paper or on nothing."""
    mask = Image.new("L", (size[0] * OVERSAMPLING, size[1] * OVERSAMPLING))
    brush, radius = ImageDraw.Draw(mask), pen * OVERSAMPLING / 2
    for stroke in strokes:
        points = [(x * OVERSAMPLING, y * OVERSAMPLING) for x, y in stroke]
        if len(points) > 1:
            brush.line(points, fill=255, width=round(2 * radius), joint="curve")
        for x, y in points:
            brush.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    ink = mask.reduce(OVERSAMPLING)
    grey = Image.new("L", size) if transparent else ink.point(lambda value: 255 - value)
    alpha = ink if transparent else Image.new("L", size, 255)
    return png(Image.merge("RGBA", (grey, grey, grey, alpha)), compress_level=3)


def on_square(strokes: Strokes, seed: int, pen: float = PEN, transparent: bool = False) -> bytes:
    """One digit whose longest side is 35 to 90 % of the canvas, anywhere wholly inside it."""
    rng = np.random.default_rng([seed, 1])
    low, extent = _bounds(strokes)
    side = rng.uniform(0.35, 0.90) * SIDE - pen
    scale = max(side, 1) / max(extent.max(), 1e-6)
    room = SIDE - pen - extent * scale
    shift = pen / 2 + rng.uniform(size=2) * room - low * scale
    return draw(_place(strokes, scale, shift), (SIDE, SIDE), pen, transparent)


def on_strip(strokes: Strokes, seed: int, pen: float = STRING_PEN) -> bytes:
    """A number, 30 to 70 % of the canvas high, on a canvas as wide as it takes."""
    rng = np.random.default_rng([seed, 2])
    low, extent = _bounds(strokes)
    scale = min(rng.uniform(0.30, 0.70) * SIDE / max(extent[1], 1e-6), WIDEST / max(extent[0], 1e-6))
    margins = rng.uniform(20, 120, 2)
    width = max(SIDE, round(extent[0] * scale + margins.sum()))
    above = rng.uniform(0.1, 0.9) * (SIDE - extent[1] * scale)
    return draw(_place(strokes, scale, np.array([margins[0], above]) - low * scale), (width, SIDE), pen)


def png(picture: Image.Image, **options: int) -> bytes:
    """A picture as the bytes of a PNG file."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", **options)
    return buffer.getvalue()


def _bounds(strokes: Strokes) -> tuple[np.ndarray, np.ndarray]:
    """The least x and y, and how far the ink extends from there."""
    points = np.array([point for stroke in strokes for point in stroke], float)
    return points.min(0), np.ptp(points, 0)


def _place(strokes: Strokes, scale: float, shift: np.ndarray) -> Strokes:
    return [(np.array(stroke) * scale + shift).tolist() for stroke in strokes]
