"""Marks that belong to a digit in some hands and are rare in others: strokes → strokes, y downwards."""

from __future__ import annotations

import numpy as np

from train.pen import Strokes

BARE = 0.35  # of its height: a 1 that is wider has a flag, a hook or a foot already
REACH = 0.35  # of its height, that the flag of a 1 reaches to the left at most, as a wider one makes a 7 of it
SHORT = 0.3  # the same of a flag that is nearly level
STEEP = 0.7  # how often a 1 with flag and foot has the longer one
TICK, TAIL = 0.3, 0.35  # how often a 7 with marks begins with a tick downwards, and ends with a tail to the right


def slash(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """A 0 that is crossed, mostly from below left to above right, inside its ring or reaching out of it."""
    low, extent = _bounds(strokes)
    reach = rng.uniform(0.3, 0.9)
    lean = rng.uniform(0.0, 1.0) * rng.choice([1, 1, 1, -1])
    way = np.array([lean * extent[0], -extent[1]]) * reach
    middle = low + extent * rng.uniform(0.42, 0.58, 2)
    return [*strokes, _wobbly(middle - way, middle + way, rng)]


def flag(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """A bare 1 with the upstroke of Europe, up to nearly as long as its stem."""
    return _lead(strokes, rng.uniform(22, 52), rng.uniform(0.2, 0.85), rng)


def level_flag(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """A bare 1 with a short flag, nearly level, as in print."""
    return _lead(strokes, rng.uniform(55, 90), rng.uniform(0.12, SHORT), rng)


def foot(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """A bare 1 on a short line."""
    if not _is_bare(strokes):
        return strokes
    bottom, height = _end(strokes, last=True)
    left, right = (height * np.array([rng.uniform(0.12, 0.4), rng.uniform(-0.05, 0.05)]) for _ in range(2))
    return [*strokes, _wobbly(bottom - left, bottom + right, rng)]


def flag_and_foot(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """A bare 1 with both."""
    footed = foot(strokes, rng)
    leading = flag if rng.random() < STEEP else level_flag
    return [*footed, *leading(strokes, rng)[len(strokes) :]]


def hook(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """A bare 1 that ends in a hook, up and aside."""
    aside, up = rng.uniform(0.08, 0.4) * rng.choice([1, 1, 1, -1]), rng.uniform(0.05, 0.4)
    return _go_on(strokes, [(aside * 0.35, rng.uniform(0.0, 0.04)), (aside, -up)])


def go_back(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """A bare 1 beside which the pen goes back up."""
    up, aside = rng.uniform(0.25, 1.0), rng.uniform(0.03, 0.28) * rng.choice([1, 1, -1])
    return _go_on(strokes, [(aside * 0.6, -up * 0.45), (aside, -up)])


def cross(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """A 7 with a bar, or without the one that it had, and at times a tick where it begins or a tail where it ends."""
    low, extent = _bounds(strokes)
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


def curve(corners: np.ndarray) -> np.ndarray:
    """A smooth line (n, 2) float32 through corners (m, 2) (Catmull & Rom 1974)."""
    p = corners[[0, *range(len(corners)), -1]].astype(np.float32)
    t = np.linspace(0, 1, 8, dtype=np.float32)[:, None]
    parts = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False)
    ]
    return np.concatenate(parts).astype(np.float32)


def _bounds(strokes: Strokes) -> tuple[np.ndarray, np.ndarray]:
    """The upper left corner, and width and height."""
    points = np.concatenate(strokes)
    return points.min(0), np.ptp(points, 0)


def _is_bare(strokes: Strokes) -> bool:
    width, height = _bounds(strokes)[1]
    return bool(width < BARE * height)


def _end(strokes: Strokes, last: bool) -> tuple[np.ndarray, float]:
    """The lowest or the highest point, and the height."""
    points = np.concatenate(strokes)
    y = points[:, 1]
    return points[y.argmax() if last else y.argmin()], float(np.ptp(y))


def _lead(strokes: Strokes, degrees: float, length: float, rng: np.random.Generator) -> Strokes:
    """A bare 1 with a flag so many degrees from its stem and so long, in heights."""
    if not _is_bare(strokes):
        return strokes
    top, height = _end(strokes, last=False)
    angle = np.radians(degrees)
    away = height * min(length, REACH / np.sin(angle)) * np.array([-np.sin(angle), np.cos(angle)])
    return [*strokes, _wobbly(top + away, top, rng)]


def _go_on(strokes: Strokes, way: list[tuple[float, float]]) -> Strokes:
    """A bare 1, and a line from its foot along a way, in heights."""
    if not _is_bare(strokes):
        return strokes
    bottom, height = _end(strokes, last=True)
    return [*strokes, curve(bottom + height * np.array([(0.0, 0.0), *way]))]


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
