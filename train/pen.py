"""Pen strokes → ink: digits as written on a tablet, drawn with any pen, and the marks that some hands add to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recognizer.strokes import rasterise

Strokes = list[np.ndarray]  # each (n, 2) float32: x to the right, y downwards

SIDE = 84  # pixels, the longest side of a drawn digit
REACH = 0.35  # of its height, that the flag of a 1 reaches to the left at most, as a wider one makes a 7 of it
LEVEL, REACH_LEVEL = 0.2, 0.3  # share of the flags that are nearly level, and how far those reach at most
TICK, TAIL = 0.3, 0.35  # how often a 7 with marks begins with a tick downwards, and ends with a tail to the right


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


def mark(writing: Writing, share: float, rng: np.random.Generator) -> Strokes:
    """The strokes, in `share` of cases with a mark that belongs to the digit in some hands and is rare in others.

    A 0 gets a slash, a 1 a flag (the long upstroke of Europe) or a foot or both. A 7 gets a bar, or loses the one that
    it has, and at times a tick where it begins or a tail where it ends.
    """
    habit = {0: _slash, 1: _add_flag_and_foot, 7: _rewrite_seven}.get(writing.label)
    if habit is None or rng.random() >= share:
        return writing.strokes
    points = np.concatenate(writing.strokes)
    low, high = points.min(0), points.max(0)
    return habit(writing.strokes, low, high - low, rng)


def loosen(strokes: Strokes, share: float, rng: np.random.Generator) -> Strokes:
    """Strokes that begin late, end early and do not quite meet, each by up to a `share`: an open 0, a 5's bar apart."""
    size = float(np.ptp(np.concatenate(strokes), 0).max())
    return [_loosen(stroke, share, size if len(strokes) > 1 else 0.0, rng) for stroke in strokes]


def _loosen(stroke: np.ndarray, share: float, size: float, rng: np.random.Generator) -> np.ndarray:
    late, early = (int(len(stroke) * rng.uniform(0, share)) if rng.random() < 0.5 else 0 for _ in range(2))
    off = rng.uniform(-share, share, 2) * size / 2
    return (stroke[late : len(stroke) - early] + off).astype(np.float32)


def _slash(strokes: Strokes, low: np.ndarray, extent: np.ndarray, rng: np.random.Generator) -> Strokes:
    """From below left to above right (sometimes the other way, or upright), inside the ring or reaching out of it."""
    reach = rng.uniform(0.3, 0.9)
    lean = rng.uniform(0.0, 1.0) * rng.choice([1, 1, 1, -1])
    way = np.array([lean * extent[0], -extent[1]]) * reach
    middle = low + extent * rng.uniform(0.42, 0.58, 2)
    return [*strokes, _wobbly(middle - way, middle + way, rng)]


def _add_flag_and_foot(strokes: Strokes, low: np.ndarray, extent: np.ndarray, rng: np.random.Generator) -> Strokes:
    """Only on ones that are a bare line."""
    points = np.concatenate(strokes)
    height = float(extent[1])
    if extent[0] > 0.4 * height:
        return strokes
    top, bottom = points[points[:, 1].argmin()], points[points[:, 1].argmax()]
    kind, marks = rng.random(), []
    if kind < 0.8:
        level = rng.random() < LEVEL
        angle = np.radians(rng.uniform(60, 95) if level else rng.uniform(22, 52))
        length = height * min(rng.uniform(0.2, 0.85), (REACH_LEVEL if level else REACH) / np.sin(angle))
        marks.append(_wobbly(top + length * np.array([-np.sin(angle), np.cos(angle)]), top, rng))
    if kind > 0.55:
        left, right = (height * np.array([rng.uniform(0.12, 0.4), rng.uniform(-0.05, 0.05)]) for _ in range(2))
        marks.append(_wobbly(bottom - left, bottom + right, rng))
    return [*strokes, *marks]


def _rewrite_seven(strokes: Strokes, low: np.ndarray, extent: np.ndarray, rng: np.random.Generator) -> Strokes:
    height = float(extent[1])
    bars = [_is_bar(stroke, low[1], height) for stroke in strokes]
    body = [stroke for stroke, bar in zip(strokes, bars, strict=True) if not bar] or strokes
    marks = [_bar(body[0], low, extent, rng)] if len(strokes) == 1 else []
    if rng.random() < TICK:
        begin = body[0][0]
        marks.append(
            _wobbly(begin + height * np.array([rng.uniform(-0.05, 0.08), rng.uniform(0.08, 0.22)]), begin, rng)
        )
    if rng.random() < TAIL:
        end = max((stroke[-1] for stroke in body), key=lambda point: point[1])
        marks.append(_wobbly(end, end + height * np.array([rng.uniform(0.06, 0.17), rng.uniform(-0.1, 0.03)]), rng))
    return [*body, *marks]


def _is_bar(stroke: np.ndarray, top: float, height: float) -> bool:
    """Whether a stroke lies across the middle of the stem of a 7."""
    y = (stroke[:, 1] - top) / height
    return bool(np.ptp(y) < 0.35 and 0.25 < y.mean() < 0.8)


def _bar(body: np.ndarray, low: np.ndarray, extent: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A short level stroke across the stem, about half way down."""
    level = low[1] + extent[1] * rng.uniform(0.4, 0.65)
    stem = body[np.abs(body[:, 1] - level).argmin()]
    half = extent[0] * rng.uniform(0.18, 0.45)
    across = np.array([half, half * rng.uniform(-0.3, 0.3)])
    return _wobbly(stem - across, stem + across, rng)


def _wobbly(start: np.ndarray, end: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A stroke from start to end, bent as hands bend it."""
    along = np.linspace(0, 1, 9)[:, None]
    way = end - start
    bend = np.array([-way[1], way[0]]) * rng.normal(0, 0.05)
    points: np.ndarray = start + along * way + np.sin(np.pi * along) * bend
    return points.astype(np.float32)
