"""Forms of a digit that other hands write: strokes of one form → strokes of the other, 1 high, y downwards."""

from __future__ import annotations

import numpy as np

from train.pen import Strokes, Writing, mark

SLIM = 0.3  # of its height: a 1 that is wider has a flag, a hook or a foot already


def vary(digit: int, strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """Return a digit as it is, or in another form: flags, feet, hooks, bars and slashes, a 6 like a u."""
    if digit == 1 and rng.random() < 0.3 and _is_slim(strokes):
        return _return(strokes, rng) if rng.random() < 0.35 else _hook(strokes, rng)
    if digit == 6 and rng.random() < 0.05:
        return _leaning_six(rng)
    return mark(Writing(digit, "", strokes), 0.35, rng)


def _is_slim(strokes: Strokes) -> bool:
    width, height = np.ptp(np.concatenate(strokes), 0)
    return bool(width < SLIM * height)


def _hook(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """The stroke of a 1 ends in a hook, up and aside."""
    foot = _lowest(strokes)
    aside, up = rng.uniform(0.08, 0.4) * rng.choice([1, 1, 1, -1]), rng.uniform(0.05, 0.4)
    return [*strokes, _curve([foot, _beside(foot, aside * 0.35, rng.uniform(0.0, 0.04)), _beside(foot, aside, -up)])]


def _return(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """The pen goes back up beside the stroke of a 1."""
    foot = _lowest(strokes)
    up, aside = rng.uniform(0.25, 1.0), rng.uniform(0.03, 0.28) * rng.choice([1, 1, -1])
    return [*strokes, _curve([foot, _beside(foot, aside * 0.6, -up * 0.45), _beside(foot, aside, -up)])]


def _leaning_six(rng: np.random.Generator) -> Strokes:
    """Like a u whose second arm is a thin leaning loop, which ends in a tail to the lower right."""
    height, width = rng.uniform(0.25, 0.6), rng.uniform(0.04, 0.2)  # of where the loop begins, and of the loop
    right = rng.uniform(0.5, 0.9)
    corners = [
        (rng.uniform(0.0, 0.35), 0.0),
        (0.02, 0.5),
        (rng.uniform(0.1, 0.25), 0.97),
        (0.55 * right, 0.85),
        (right, height),
        (right - width, height + 0.03),
        (right - width * 0.8, 0.75),
        (right + rng.uniform(0.1, 0.4), rng.uniform(0.9, 1.05)),
    ]
    return [_curve([np.array(corner) + rng.normal(0, 0.02, 2) for corner in corners])]


def _lowest(strokes: Strokes) -> np.ndarray:
    points = np.concatenate(strokes)
    return points[points[:, 1].argmax()]


def _beside(point: np.ndarray, x: float, y: float) -> np.ndarray:
    return point + np.array([x, y])


def _curve(corners: list[np.ndarray]) -> np.ndarray:
    """A smooth line through corners (Catmull & Rom 1974)."""
    p = np.array([corners[0], *corners, corners[-1]], np.float32)
    t = np.linspace(0, 1, 8, dtype=np.float32)[:, None]
    parts = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False)
    ]
    return np.concatenate(parts).astype(np.float32)
