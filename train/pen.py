"""Pen strokes → ink: digits as written on a tablet, drawn with any pen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recognizer.strokes import rasterise

Strokes = list[np.ndarray]  # each (n, 2) float32: x to the right, y downwards

SIDE = 84  # pixels, the longest side of a drawn digit


@dataclass(frozen=True)
class Writing:
    """One digit as somebody wrote it."""

    label: int
    writer: str
    strokes: Strokes


def parse_unipen(text: str) -> list[Writing]:
    """Read UCI's pendigits-orig: UNIPEN segments, y upwards, with a comment that names digit and writer."""
    writings: list[Writing] = []
    for block in text.split(".SEGMENT")[1:]:
        head, *pens = block.split(".PEN_DOWN")
        label = int(head.split('"')[1])
        writer = head.split(".COMMENT")[1].split()[1]
        strokes = [np.array(pen.split(".PEN_UP")[0].split(), np.float32).reshape(-1, 2) * (1, -1) for pen in pens]
        writings.append(Writing(label, writer, [stroke.astype(np.float32) for stroke in strokes]))
    return writings


def draw(strokes: Strokes, width: float) -> np.ndarray:
    """Return ink (height, width) float32, 0 to 1, of strokes scaled to 84 pixels, with round ends, `width` wide."""
    points = np.concatenate(strokes)
    low, extent = points.min(0), np.ptp(points, 0)
    margin = width / 2 + 2
    scale = SIDE / max(float(extent.max()), 1e-6)
    columns, rows = np.ceil(extent * scale + 2 * margin).astype(int)
    placed = [(stroke - low) * scale + margin for stroke in strokes]
    return rasterise(placed, width, (rows, columns)).astype(np.float32) / 255


def loosen(strokes: Strokes, share: float, rng: np.random.Generator) -> Strokes:
    """Strokes that begin late, end early and do not quite meet, each by up to a `share`: an open 0, a 5's bar apart."""
    size = float(np.ptp(np.concatenate(strokes), 0).max())
    return [_loosen(stroke, share, size if len(strokes) > 1 else 0.0, rng) for stroke in strokes]


def _loosen(stroke: np.ndarray, share: float, size: float, rng: np.random.Generator) -> np.ndarray:
    late, early = (int(len(stroke) * rng.uniform(0, share)) if rng.random() < 0.5 else 0 for _ in range(2))
    off = rng.uniform(-share, share, 2) * size / 2
    return (stroke[late : len(stroke) - early] + off).astype(np.float32)
