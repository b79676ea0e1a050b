"""Numbers with marks, as somebody might draw them: the digits are one writer's, the marks are drawn by rules.

The rules are others than those of `train.pages.writing`, so that what is measured is not what was trained.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

COUNT = 200
FORMS = {
    "marks": (
        "9.9",
        "99.9",
        "999.99",
        "-9",
        "-99",
        "-99.9",
        "9/9",
        "99/99",
        "99/99/9999",
        "99:99",
        "9,999",
        "99-999",
        "9+99",
    ),
    "sums": ("9+9=99", "99-9=9", "(9+9)/9", "(99-9)/9=9", "99=9", "9+(9-9)", "(99)", "9/(9+9)=9"),
}

Stroke = list[list[float]]


def compose(items: Sequence[dict], forms: Sequence[str]) -> list[dict]:
    """Return labelled strokes of numbers of some FORMS, each 9 of which stands for any digit, always the same ones.

    They are made from labelled strokes of digits with their writers.
    """
    writers: dict[tuple[str, str], dict[str, list[list[Stroke]]]] = defaultdict(lambda: defaultdict(list))
    for item in items:
        writers[item["donor"], item["writer"]][item["label"]].append(item["strokes"])
    complete = [digits for _, digits in sorted(writers.items()) if len(digits) == 10]
    return [_write(complete, forms, random.Random(number)) for number in range(COUNT)]


def _write(writers: Sequence[dict[str, list[list[Stroke]]]], forms: Sequence[str], rng: random.Random) -> dict:
    """One number: a writer's digits, 1 high, and marks beside them."""
    digits, gap = rng.choice(writers), rng.uniform(0.05, 0.3)
    label = "".join(str(rng.randrange(10)) if character == "9" else character for character in rng.choice(forms))
    strokes, x = [], 0.0
    for character in label:
        placed = _unit(rng.choice(digits[character])) if character.isdigit() else _mark(character, rng)
        place = np.array([x, rng.uniform(-0.03, 0.03)])
        placed = [stroke + place for stroke in placed]
        strokes += [stroke.tolist() for stroke in placed]
        x = max(float(stroke[:, 0].max()) for stroke in placed) + gap + 0.05 * (not character.isdigit())
    return {"label": label, "strokes": strokes}


def _unit(strokes: Sequence[Stroke]) -> list[np.ndarray]:
    """A digit's strokes with the top left corner at 0, 0 and a height of 1."""
    lines = [np.array(stroke, float).reshape(-1, 2) for stroke in strokes]
    points = np.concatenate(lines)
    width, height = np.ptp(points, 0)
    return [(line - points.min(0)) / max(height, 0.6 * width, 1e-6) for line in lines]


def _mark(mark: str, rng: random.Random) -> list[np.ndarray]:
    """A mark beside digits that are 1 high: a tap, a dash or two, a slash, a cross, two taps, a bow."""
    between = rng.uniform
    match mark:
        case ".":
            return [np.array([[0, between(0.9, 1.0)], [0.02, between(0.95, 1.02)]][: rng.randint(1, 2)])]
        case ",":
            return [np.array([[0.08, between(0.88, 0.98)], [0.08, 1.05], [0, between(1.15, 1.3)]])]
        case "-":
            y, length = between(0.4, 0.65), between(0.25, 0.6)
            return [np.array([[0, y], [length / 2, y + between(-0.02, 0.02)], [length, y + between(-0.05, 0.05)]])]
        case "/":
            length = between(0.25, 0.6)
            return [np.array([[length, between(-0.15, 0.05)], [length / 2, 0.5], [0, between(1, 1.15)]])]
        case ":":
            return [np.array([[0, between(0.25, 0.4)]]), np.array([[0.02, between(0.75, 0.95)]])]
        case "=":
            y, apart, length = between(0.3, 0.5), between(0.18, 0.32), between(0.3, 0.6)
            lines = [[0, y], [length, y + between(-0.05, 0.05)]], [[0.02, y + apart], [length - 0.02, y + apart]]
            return [np.array(line) for line in lines]
        case "(" | ")":
            depth, turns = between(0.15, 0.3), np.linspace(0, np.pi, 9)
            bow = np.sin(turns) if mark == ")" else 1 - np.sin(turns)
            return [np.stack([depth * bow, np.linspace(between(-0.2, 0), between(1, 1.2), 9)], 1)]
        case _:
            half = between(0.2, 0.3)
            return [np.array([[0, 0.55], [2 * half, 0.55]]), np.array([[half, 0.55 - half], [half, 0.55 + half]])]
