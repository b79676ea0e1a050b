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
    """What speaks for and against a line of glyphs, in natural logarithms of odds."""

    pair: float = 1.0  # for two brackets around a digit (sums and numbers with marks: the same at 1 and 2)
    lone: float = 0.5  # against a bracket without its other one, as in 1) (the same at 0.5, 1 and 2)
    beside: float = (
        1.0  # against a digit right before a bracket that opens, or right after one that closes (the same at 1 and 2)
    )
    led: float = 1.0  # against a slash with no number before it (strings and numbers with marks: the same at 2)
    least: float = 0.1  # of the best score, that makes a class an option


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
    _, spelt = max((value - grammar.lone * state.depth, spelt) for state, (value, spelt) in best.items())
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
        return _State(min(state.depth + 1, DEEPEST)), -grammar.beside * (state.after == "digit")
    if name == CLOSES and state.depth and state.filled:
        return _State(state.depth - 1, True, CLOSES), grammar.pair
    if name == CLOSES:
        return replace(state, after=CLOSES), -grammar.lone
    if name in DIGITS:
        return _State(state.depth, True, "digit"), -grammar.beside * (state.after == CLOSES)
    return replace(state, after=""), -grammar.led * (name == SLASH and not state.after)
