"""What is no digit, as pen strokes: letters and signs, scribbles and shapes, more than one digit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from HersheyFonts import HersheyFonts

from train.pen import Strokes, Writing

NONE = 10  # the label
FONTS = ("futural", "rowmans", "scripts", "cursive")  # single-stroke alphabets of A. V. Hershey (1967)
SIGNS = (  # what is left of ASCII without the digits and all that some hands write like one
    "ACEFHKLMNPRTUVWXcdefhkmnpruvwx#%*+-<=>@^_~"
)
LEAST = 0.15  # of a digit's height, that what a cut leaves of it is wide
FEWEST_POINTS = 40  # of a stroke, so that curves are round


def make(count: int, digits: Sequence[Writing], rng: np.random.Generator) -> list[Writing]:
    """Return `count` negatives, a mixture of all kinds. Pairs are made of `digits`."""
    kinds: list[tuple[float, Callable[[np.random.Generator], Strokes]]] = [
        (0.50, _sign),
        (0.04, _word),
        (0.12, lambda rng: _pair(digits, rng)),
        (0.08, lambda rng: _more_than_one(digits, rng)),
        (0.12, _tangle),
        (0.08, _zigzag),
        (0.08, _spiral),
        (0.08, _polygon),
        (0.06, _answered_box),
    ]
    shares, draws = zip(*kinds, strict=True)
    chosen = rng.choice(len(draws), count, p=np.array(shares) / sum(shares))
    return [Writing(NONE, str(number), draws[kind](rng)) for number, kind in enumerate(chosen)]


@cache
def _alphabet(font: str) -> dict[str, Strokes]:
    hershey = HersheyFonts()
    hershey.load_default_font(font)
    return {sign: [np.array(list(stroke), np.float32) for stroke in hershey.strokes_for_text(sign)] for sign in SIGNS}


def _sign(rng: np.random.Generator) -> Strokes:
    return list(_alphabet(str(rng.choice(FONTS)))[str(rng.choice(list(SIGNS)))])


def _word(rng: np.random.Generator) -> Strokes:
    return _beside(_sign(rng), _sign(rng), rng.uniform(0, 0.4))


def _pair(digits: Sequence[Writing], rng: np.random.Generator) -> Strokes:
    first, second = (digits[number].strokes for number in rng.integers(len(digits), size=2))
    return _beside(first, second, rng.uniform(-0.15, 0.3))


def _more_than_one(digits: Sequence[Writing], rng: np.random.Generator) -> Strokes:
    """A digit and what a wrong cut left of its neighbour."""
    whole, other = (digits[number].strokes for number in rng.integers(len(digits), size=2))
    side = rng.choice((-1, 1))
    part = _part(_upright(other), side, rng)
    first, second = (whole, part) if side < 0 else (part, whole)
    return _beside(first, second, rng.uniform(0, 0.15))


def _part(strokes: Strokes, side: int, rng: np.random.Generator) -> Strokes:
    """What lies to the left (-1) or right (1) of a cut through upright strokes, or all if that is too little."""
    width, height = np.concatenate(strokes).max(0)
    place, lean = width * rng.uniform(0.4, 0.6), rng.uniform(-0.15, 0.15)
    beyond = [side * (stroke[:, 0] - place + lean * (stroke[:, 1] - height / 2)) > 0 for stroke in strokes]
    part = [run for stroke, kept in zip(strokes, beyond, strict=True) for run in _runs(stroke, kept)]
    return part if part and np.ptp(np.concatenate(part)[:, 0]) > LEAST else strokes


def _runs(stroke: np.ndarray, kept: np.ndarray) -> Strokes:
    """The parts of a stroke that are kept."""
    ends = np.flatnonzero(np.diff(kept)) + 1
    return [run for run, keep in zip(np.split(stroke, ends), np.split(kept, ends), strict=True) if keep[0]]


def _beside(first: Strokes, second: Strokes, gap: float) -> Strokes:
    """Two writings of about the same height, one to the right of the other. `gap` is relative to that height."""
    first, second = _upright(first), _upright(second)
    shift = max(stroke[:, 0].max() for stroke in first) + gap
    return [*first, *(stroke + np.array((shift, 0), np.float32) for stroke in second)]


def _upright(strokes: Strokes) -> Strokes:
    points = np.concatenate(strokes)
    size = max(float(np.ptp(points, 0).max()), 1e-6)
    return [(stroke - points.min(0)) / size for stroke in strokes]


def _tangle(rng: np.random.Generator) -> Strokes:
    """A pen that wanders: a smooth random walk that crosses itself many times."""
    turns = int(rng.integers(3, 12))
    t = np.linspace(0, 2 * np.pi, 20 * turns)[:, None, None]
    frequencies = rng.uniform(0.5, turns, (1, 2, 6))
    waves = rng.normal(size=(1, 2, 6)) * np.sin(t * frequencies + rng.uniform(0, 2 * np.pi, (1, 2, 6)))
    return [(waves.sum(2) * rng.uniform(0.3, 1, 2)).astype(np.float32)]


def _zigzag(rng: np.random.Generator) -> Strokes:
    corners = int(rng.integers(5, 16))
    along = np.arange(corners) + rng.uniform(-0.3, 0.3, corners)
    across = np.where(np.arange(corners) % 2, 1.0, 0.0) + rng.uniform(-0.25, 0.25, corners)
    points = np.stack([along * rng.uniform(0.1, 0.6), across], 1)
    return [(points if rng.random() < 0.7 else points[:, ::-1]).astype(np.float32)]


def _spiral(rng: np.random.Generator) -> Strokes:
    turns = rng.uniform(2.2, 7)
    t = np.linspace(0, 1, int(FEWEST_POINTS * turns))
    angle = 2 * np.pi * turns * t * rng.choice([-1, 1]) + rng.uniform(0, 2 * np.pi)
    points = np.stack([np.cos(angle), np.sin(angle)], 1) * (t ** rng.uniform(0.7, 1.3))[:, None]
    return [points.astype(np.float32)]


def _polygon(rng: np.random.Generator) -> Strokes:
    """Triangle, box or star, in half of the cases crossed out. A ring of more corners would be a 0."""
    corners = int(rng.integers(3, 8))
    angles = 2 * np.pi * (np.arange(corners) + rng.uniform(-0.15, 0.15, corners)) / corners + rng.uniform(0, np.pi)
    ring = np.stack([np.cos(angles), np.sin(angles)], 1) * rng.uniform(0.5, 1, 2)
    step = 2 if corners > 4 else 1
    order = np.arange(corners + 1) * step % corners
    crossed = [ring[[0, corners // 2]], ring[[1, (1 + corners // 2) % corners]]] if rng.random() < 0.5 else []
    return [stroke.astype(np.float32) for stroke in (ring[order], *crossed)]


def _answered_box(rng: np.random.Generator) -> Strokes:
    """A box of a form, crossed or ticked."""
    size = np.array([rng.uniform(0.6, 1.6), 1.0])
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]) * size + rng.normal(0, 0.02, (5, 2))
    if rng.random() < 0.6:
        ends = np.array([[(0.0, 0.0), (1.0, 1.0)], [(0.0, 1.0), (1.0, 0.0)]])
    else:
        ends = np.array([[(0.1, 0.5), (0.4, 0.95), (1.05, 0.0)]])
    answer = (ends - 0.5) * rng.uniform(0.5, 1.1) + 0.5 + rng.normal(0, 0.04, ends.shape)
    return [stroke.astype(np.float32) for stroke in (corners, *(answer * size))]
