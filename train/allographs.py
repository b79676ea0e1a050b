"""Forms of a digit that other hands write: strokes of one form → strokes of the other, 1 high, y downwards."""

from __future__ import annotations

import numpy as np

from train.pen import Strokes, Writing, mark

SLIM = 0.3  # of its height: a 1 that is wider has a flag, a hook or a foot already
RETURNED = 0.35  # of the 1s whose stroke goes on at the foot: those that go back up beside it, instead of into a hook
REWRITTEN = 0.15  # of the other digits that may change: those written anew, along the corners of another form
JITTER = 0.035  # standard deviation of a corner
POSTURE = 0.15  # standard deviation of slant, and of the logarithm of width to height

Corner = tuple[float, float]

# Strokes as corners that a smooth line goes through; `_rewrite` moves all of them a little.
FORMS: dict[int, list[list[list[Corner]]]] = {
    2: [  # a loop at the foot, which the tail crosses
        [[(0.05, 0.2), (0.35, 0.0), (0.65, 0.2), (0.45, 0.6), (0.1, 0.95), (-0.05, 0.8), (0.15, 0.7), (0.75, 1.0)]],
        [[(0.0, 0.25), (0.3, 0.0), (0.55, 0.25), (0.35, 0.7), (0.05, 1.0), (0.0, 0.75), (0.3, 0.8), (0.6, 1.0)]],
    ],
    3: [  # flat at the top
        [[(0.0, 0.0), (0.3, 0.0), (0.65, 0.0), (0.25, 0.38), (0.6, 0.5), (0.6, 0.85), (0.3, 1.0), (0.0, 0.88)]],
    ],
    5: [  # in one stroke, from the end of the bar
        [[(0.7, 0.0), (0.4, 0.02), (0.15, 0.05), (0.1, 0.42), (0.4, 0.38), (0.65, 0.65), (0.4, 0.97), (0.0, 0.9)]],
    ],
    8: [  # two rings, one on the other
        [
            [(0.3, 0.0), (0.08, 0.22), (0.3, 0.45), (0.52, 0.22), (0.3, 0.0)],
            [(0.3, 0.45), (0.0, 0.72), (0.3, 1.0), (0.6, 0.72), (0.3, 0.45)],
        ],
    ],
    9: [  # with a tail that curls up to the left, and with a loop that is not closed
        [[(0.55, 0.15), (0.3, 0.0), (0.05, 0.25), (0.3, 0.45), (0.55, 0.15), (0.55, 0.7), (0.3, 1.0), (0.02, 0.88)]],
        [[(0.45, 0.02), (0.1, 0.1), (0.05, 0.35), (0.35, 0.4), (0.55, 0.1), (0.5, 0.55), (0.4, 1.0)]],
    ],
    6: [  # like a u whose second arm is a thin leaning loop, which ends in a tail to the lower right
        [[(0.15, 0.0), (0.02, 0.5), (0.17, 0.97), (0.4, 0.85), (0.7, 0.42), (0.58, 0.45), (0.6, 0.75), (0.95, 0.97)]],
        [[(0.3, 0.0), (0.05, 0.5), (0.15, 1.0), (0.4, 0.9), (0.6, 0.55), (0.5, 0.55), (0.5, 0.8), (0.75, 1.0)]],
    ],
}


def vary(writing: Writing, share: float, rng: np.random.Generator) -> Strokes:
    """Return a digit's strokes, in about a `share` of cases in another form: flags, hooks, bars, loops, slashes."""
    if writing.label == 1 and rng.random() < share and _is_slim(writing.strokes):
        return _return(writing.strokes, rng) if rng.random() < RETURNED else _hook(writing.strokes, rng)
    if writing.label in FORMS and rng.random() < share * REWRITTEN:
        return _rewrite(writing.label, rng)
    return mark(writing, share, rng)


def _is_slim(strokes: Strokes) -> bool:
    width, height = np.ptp(np.concatenate(strokes), 0)
    return bool(width < SLIM * height)


def _hook(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """The stroke of a 1 ends in a hook, up and aside."""
    aside, up = rng.uniform(0.08, 0.4) * rng.choice([1, 1, 1, -1]), rng.uniform(0.05, 0.4)
    return _go_on(strokes, [(aside * 0.35, rng.uniform(0.0, 0.04)), (aside, -up)])


def _return(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """The pen goes back up beside the stroke of a 1."""
    up, aside = rng.uniform(0.25, 1.0), rng.uniform(0.03, 0.28) * rng.choice([1, 1, -1])
    return _go_on(strokes, [(aside * 0.6, -up * 0.45), (aside, -up)])


def _go_on(strokes: Strokes, way: list[Corner]) -> Strokes:
    """Strokes, and one from their lowest point along a way, in heights of the digit."""
    points = np.concatenate(strokes)
    foot, height = points[points[:, 1].argmax()], np.ptp(points[:, 1])
    return [*strokes, _curve([foot, *(foot + height * np.array(step) for step in way)])]


def _rewrite(digit: int, rng: np.random.Generator) -> Strokes:
    """A digit in one of its other forms, with corners where this hand puts them."""
    forms = FORMS[digit]
    aspect, slant = np.exp(rng.normal(0, POSTURE)), rng.normal(0, POSTURE)
    move = np.array([[aspect, 0.0], [slant, 1.0]])
    return [
        _curve([(np.array(corner) + rng.normal(0, JITTER, 2)) @ move for corner in stroke])
        for stroke in forms[rng.integers(len(forms))]
    ]


def _curve(corners: list[np.ndarray]) -> np.ndarray:
    """A smooth line through corners (Catmull & Rom 1974)."""
    p = np.array([corners[0], *corners, corners[-1]], np.float32)
    t = np.linspace(0, 1, 8, dtype=np.float32)[:, None]
    parts = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False)
    ]
    return np.concatenate(parts).astype(np.float32)
