"""Forms of a digit that other hands write: strokes of one form → strokes of the other, y downwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from train import habits
from train.habits import curve
from train.pen import Strokes, Writing

JITTER = 0.035  # standard deviation of a corner
POSTURE = 0.15  # standard deviation of slant, and of the logarithm of width to height

Rule = Callable[[Strokes, np.random.Generator], Strokes]


@dataclass(frozen=True)
class Form:
    """A rule that gives a digit one of its forms, and to which share of those that are changed at all."""

    name: str
    share: float
    write: Rule


def vary(writing: Writing, share: float, rng: np.random.Generator) -> Strokes:
    """Return a digit's strokes, of which up to a `share` is given another form, as FORMS has them."""
    if rng.random() >= share:
        return writing.strokes
    left = rng.random()
    for form in FORMS.get(writing.label, ()):
        if (left := left - form.share) < 0:
            return form.write(writing.strokes, rng)
    return writing.strokes


def anew(*lines: str) -> Rule:
    """A rule that writes a digit anew, along smooth lines through corners, about where this hand puts them.

    A line is as the points of SVG: x and y of corners, in hundredths of the digit's height; a corner given twice is
    sharp.
    """
    strokes = [np.array([corner.split(",") for corner in line.split()], np.float32) / 100 for line in lines]

    def write(_: Strokes, rng: np.random.Generator) -> Strokes:
        aspect, slant = np.exp(rng.normal(0, POSTURE)), rng.normal(0, POSTURE)
        posture = np.array([[aspect, 0.0], [slant, 1.0]])
        return [curve((corners + rng.normal(0, JITTER, corners.shape)) @ posture) for corners in strokes]

    return write


FORMS: dict[int, tuple[Form, ...]] = {
    0: (
        Form("crossed", 0.6, habits.slash),
        Form("a curl at the top", 0.06, anew("32,4 8,20 2,60 30,100 60,60 50,15 25,2 40,20")),
    ),
    1: (
        Form("a flag", 0.2, habits.flag),
        Form("a short level flag", 0.2, habits.level_flag),
        Form("a foot", 0.06, habits.foot),
        Form("flag and foot", 0.1, habits.flag_and_foot),
        Form("a hook at the foot", 0.18, habits.hook),
        Form("back up beside itself", 0.12, habits.go_back),
        Form("round at the top", 0.04, anew("0,40 10,15 26,1 35,8 30,40 20,100")),
        Form(
            "a loop at the top, and a foot", 0.06, anew("8,30 10,10 26,0 32,14 14,28 26,40 28,97", "0,100 30,98 60,100")
        ),
    ),
    2: (
        Form("a large loop at the foot", 0.04, anew("5,20 35,0 65,20 45,60 10,95 -5,80 15,70 75,100")),
        Form("a narrow loop at the foot", 0.04, anew("0,25 30,0 55,25 35,70 5,100 0,75 30,80 60,100")),
        Form("like a z", 0.03, anew("0,10 30,0 55,10 30,50 0,97 0,97 30,95 65,98")),
    ),
    3: (
        Form("flat at the top", 0.06, anew("0,0 30,0 65,0 25,38 60,50 60,85 30,100 0,88")),
        Form("a loop in the middle", 0.04, anew("5,12 30,0 50,20 30,45 16,50 25,40 60,70 30,100 0,90")),
    ),
    4: (
        Form("open", 0.03, anew("15,0 5,35 0,60 0,60 30,62 65,58", "50,25 48,60 45,100")),
        Form("pointed at the top", 0.03, anew("45,0 20,35 0,65 0,65 30,66 70,65", "45,0 46,50 45,100")),
        Form("from the bar over the top", 0.03, anew("80,60 40,63 5,58 5,58 28,20 50,0 55,30 55,100")),
        Form("like a y", 0.03, anew("10,0 2,30 10,50 35,43 60,0 60,0 50,50 42,100")),
    ),
    5: (
        Form("in one stroke, from the end of the bar", 0.04, anew("70,0 40,2 15,5 10,42 40,38 65,65 40,97 0,90")),
        Form("a leaning neck", 0.05, anew("75,0 45,3 28,8 28,8 5,42 5,42 40,37 66,60 45,95 0,97")),
        Form("like an s", 0.03, anew("60,5 30,0 5,20 30,43 60,70 30,100 0,90")),
    ),
    6: (
        Form(
            "like a u, its second arm a thin leaning loop", 0.06, anew("15,0 2,50 17,97 40,85 70,42 58,45 60,75 95,97")
        ),
        Form("like a narrow u", 0.05, anew("30,0 5,50 15,100 40,90 60,55 50,55 50,80 75,100")),
        Form("a loop left open", 0.03, anew("35,0 8,50 20,98 50,80 40,58 22,70")),
        Form("like a b", 0.03, anew("10,0 5,50 8,92 35,100 60,80 40,58 8,75")),
    ),
    7: (Form("with a bar or without, a tick, a tail", 0.65, habits.cross),),
    8: (
        Form("two rings", 0.04, anew("30,0 8,22 30,45 52,22 30,0", "30,45 0,72 30,100 60,72 30,45")),
        Form("thin and leaning", 0.04, anew("45,10 36,0 25,20 30,45 34,75 15,100 8,75 28,45 48,10")),
        Form("an s that a straight line closes", 0.03, anew("55,12 30,0 8,20 30,45 55,75 28,100 3,75 30,45 60,6")),
        Form("a beak at the top", 0.04, anew("75,0 42,13 30,33 35,55 30,85 15,100 6,80 25,50 78,3")),
    ),
    9: (
        Form("a tail that curls up", 0.04, anew("55,15 30,0 5,25 30,45 55,15 55,70 30,100 2,88")),
        Form("a loop left open", 0.04, anew("45,2 10,10 5,35 35,40 55,10 50,55 40,100")),
        Form("pointed", 0.04, anew("50,3 20,20 5,42 25,43 50,5 50,5 40,50 30,100")),
        Form("a small ring on a straight stem", 0.03, anew("50,12 28,0 5,20 25,40 48,25 50,10 50,50 50,100")),
    ),
}
