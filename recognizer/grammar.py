"""What the glyphs of a line are, by what stands beside them: brackets in pairs, and slashes behind numbers."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from recognizer.detection import Detection
from recognizer.glyphs import CLASSES, DIGITS, OTHER

OPENS, CLOSES, SLASH = "()/"
DEEPEST = 3  # brackets within each other


@dataclass(frozen=True)
class Grammar:
    """What speaks for and against a line of glyphs, in natural logarithms of odds.

    Odd are a bracket without its other one, a digit right before one that opens or after one that closes, and a slash
    with no number before it; two brackets around a digit are the opposite.
    """

    odd: float = 0.8  # against each of these (strings, sums, numbers with marks: the same at 1)
    least: float = 0.1  # of the best score, that makes a class an option; bounds the cost (the same at 0.001)


GRAMMAR = Grammar()


@dataclass(frozen=True)
class _State:
    """What of the glyphs before counts for those that follow."""

    depth: int = 0  # brackets that are open
    filled: bool = False  # whether the innermost holds a digit
    after: str = ""  # "digit", CLOSES or ""


def construe(line: Sequence[Detection], grammar: Grammar = GRAMMAR) -> list[Detection]:
    """Return the glyphs of a line, from left to right, each as what it is in the likeliest of all ways to read them.

    That is found by dynamic programming (Viterbi 1967, doi 10.1109/TIT.1967.1054010) over the page network's scores.
    """
    options = [_options(glyph, grammar) for glyph in line]
    if not any(sign in names for names in options for sign in (OPENS, CLOSES, SLASH)):
        return list(line)
    best: dict[_State, tuple[float, list[str]]] = {_State(): (0.0, [])}
    for names in options:
        following: dict[_State, tuple[float, list[str]]] = {}
        for (state, (value, spelt)), (name, score) in itertools.product(best.items(), names.items()):
            after, gain = _follow(state, name, grammar)
            total = value + score + gain
            if after not in following or total > following[after][0]:
                following[after] = (total, [*spelt, name])
        best = following
    _, spelt = max((value - grammar.odd * state.depth, spelt) for state, (value, spelt) in best.items())
    return [glyph.become(name) for glyph, name in zip(line, spelt, strict=True)]


def _options(glyph: Detection, grammar: Grammar) -> dict[str, float]:
    """What a glyph may be, and the logarithm of its score beside the best."""
    shares = glyph.classes / glyph.score
    return {
        CLASSES[number]: math.log(shares[number])
        for number in np.flatnonzero(shares >= grammar.least)
        if CLASSES[number] != OTHER
    }


def _follow(state: _State, name: str, grammar: Grammar) -> tuple[_State, float]:
    """The state after a glyph, and what speaks for it."""
    if name == OPENS:
        return _State(min(state.depth + 1, DEEPEST)), -grammar.odd * (state.after == "digit")
    if name == CLOSES and state.depth and state.filled:
        return _State(state.depth - 1, True, CLOSES), grammar.odd
    if name == CLOSES:
        return replace(state, after=CLOSES), -grammar.odd
    if name in DIGITS:
        return _State(state.depth, True, "digit"), -grammar.odd * (state.after == CLOSES)
    return replace(state, after=""), -grammar.odd * (name == SLASH and not state.after)
