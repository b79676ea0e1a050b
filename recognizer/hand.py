"""A writer's own digits, of which it is known what they are → what they say of the next ones.

Each example is kept as it looks: which way its edges run, and where, in four bits each. A digit that looks like an
example becomes likelier to be what that one is (Tip-Adapter: Zhang et al. 2022, arXiv:2207.09519; deep k-nearest
neighbours: Papernot and McDaniel 2018, arXiv:1803.04765). Not by the network's own features, as that has learnt not to
see whose hand it is. `scripts/bench hand` compares this way with others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import cv2
import numpy as np

from recognizer.bundle import Votes
from recognizer.frame import SIDE
from recognizer.glyphs import DIGITS
from recognizer.reading import PLACES, REJECTED, Adapted, Digit, Reading

MARGIN = 2  # pixels at the edges of a frame that are left out
CELLS = 4  # along each side of a frame
DIRECTIONS = 12  # that edges run in
BLUR = 0.7  # pixels, the standard deviation by which edges are softened before
LOOK = "edges 4x4x12"  # names what looks are made of; another name where that changes, so that they are made anew
LEVELS = 15  # of a trait that is kept, above 0
LEAST = 1e-6  # the smallest share of a digit that is told from none
TRAITS = CELLS * CELLS * DIRECTIONS
_cells = np.arange(SIDE - 2 * MARGIN) * CELLS // (SIDE - 2 * MARGIN)  # in which each row or column of pixels lies
_first_traits = DIRECTIONS * (CELLS * _cells[:, None] + _cells)  # of the cell of each pixel


def describe(frames: np.ndarray) -> np.ndarray:
    """Return how digits in frames (n, 28, 28) look, (n, TRAITS) of 0 and more, each row of length 1.

    Traits are roots of how much edge runs in each direction in each cell (histograms of oriented gradients: Dalal and
    Triggs, CVPR 2005; their roots: Arandjelović and Zisserman, CVPR 2012).
    """
    return _normalise(np.sqrt([_count_edges(frame.astype(np.float32)) for frame in frames], dtype=np.float32))


def _count_edges(frame: np.ndarray) -> np.ndarray:
    """How much edge runs in each direction in each cell; what runs between two directions counts for both."""
    soft = cv2.GaussianBlur(frame, (0, 0), BLUR)
    strength, angle = cv2.cartToPolar(cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1))
    inside = slice(MARGIN, -MARGIN)
    strength, turn = strength[inside, inside], angle[inside, inside] * np.float32(DIRECTIONS / (2 * np.pi))
    direction = turn.astype(np.intp)
    beyond = strength * (turn - direction)
    places = np.stack([_first_traits + direction % DIRECTIONS, _first_traits + (direction + 1) % DIRECTIONS])
    return np.bincount(places.ravel(), np.stack([strength - beyond, beyond]).ravel(), TRAITS)


def pack(looks: np.ndarray) -> np.ndarray:
    """Return looks (n, even) of 0 and more as bytes (n, even / 2) uint8, each row in steps of its largest."""
    largest = np.maximum(looks.max(1, keepdims=True), LEAST)
    levels = np.round(looks / largest * LEVELS).astype(np.uint8)
    return np.asarray(levels[:, ::2] << 4 | levels[:, 1::2])


def unpack(packed: np.ndarray) -> np.ndarray:
    """Return the directions (n, traits) float32 of packed looks, each of length 1."""
    levels = np.stack([packed >> 4, packed & 15], 2).reshape(len(packed), -1)
    return _normalise(levels.astype(np.float32))


def _normalise(rows: np.ndarray) -> np.ndarray:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), LEAST))


class Hand:
    """The examples of one writer: which `digits` (n,) they are, 0 to 9, their packed looks (n, bytes), and names."""

    def __init__(self, digits: np.ndarray, packed: np.ndarray, names: Sequence[Any], votes: Votes) -> None:
        order = np.argsort(digits, kind="stable")
        self.digits, self.names, self.votes = digits[order], [names[number] for number in order], votes
        self._directions = unpack(packed)[order]
        self._known, self._starts = np.unique(self.digits, return_index=True)

    def adapt(self, shares: np.ndarray, looks: np.ndarray) -> np.ndarray:
        """Return shares (n, 10) of digits that look like this, changed by the examples that look like them."""
        nearest = np.full(shares.shape, self.votes.unknown)
        nearest[:, self._known] = np.maximum.reduceat(self._compare(looks), self._starts, axis=1)
        return vote(shares, nearest, self.votes)

    def find_nearest(self, look: np.ndarray, digit: int) -> Any:
        """Return the name of the example of a digit that looks most like this (traits,)."""
        return self.names[int(np.where(self.digits == digit, self._compare(look[None])[0], -1).argmax())]

    def _compare(self, looks: np.ndarray) -> np.ndarray:
        """The cosines (n, examples) of looks (n, traits) with the examples."""
        return np.asarray(looks @ self._directions.T)


def vote(shares: np.ndarray, likeness: np.ndarray, votes: Votes) -> np.ndarray:
    """Return shares (…, 10) changed by how much digits look like examples of each digit, as cosines (…, 10)."""
    return add(shares, votes.weight * np.exp(-votes.sharpness * (1 - likeness)))


def add(shares: np.ndarray, more: np.ndarray) -> np.ndarray:
    """Return shares (…, 10) with so much more (…, 10) added to their logs."""
    changed = np.maximum(shares, LEAST) * np.exp(more)
    return np.asarray(changed / changed.sum(-1, keepdims=True))


def adapt(reading: Reading, hand: Hand) -> Reading:
    """Return a reading as it is for a writer. What was taken for no digit stays so."""
    before = np.array([digit.probabilities for digit in reading.digits])
    looks = describe(reading.frames)
    after = hand.adapt(before, looks)
    digits = [_weigh(digit, shares) for digit, shares in zip(reading.digits, after, strict=True)]
    adapted = [
        Adapted(number, old.digit, hand.find_nearest(looks[number], new.digit))
        for number, (old, new) in enumerate(zip(reading.digits, digits, strict=True))
        if new.digit != old.digit and not new.rejected
    ]
    characters = [digit.character for digit in digits]
    return replace(
        reading,
        digits=digits,
        lines=_spell(reading.lines, iter(characters)),
        table=reading.table and _spell_rows(reading.table, iter(characters)),
        adapted=adapted,
    )


def _weigh(digit: Digit, shares: np.ndarray) -> Digit:
    """The digit by other shares (10,); how likely it is one at all stays."""
    is_digit = min(digit.confidence / max(digit.probabilities), 1.0)
    return replace(
        digit,
        digit=int(shares.argmax()),
        confidence=round(is_digit * float(shares.max()), PLACES),
        probabilities=shares.round(PLACES).tolist(),
    )


def _spell_rows(rows: Iterable[list[str]], characters: Iterator[str]) -> list[list[str]]:
    return [_spell(row, characters) for row in rows]


def _spell(texts: Iterable[str], characters: Iterator[str]) -> list[str]:
    """The texts with other digits in the places of theirs."""
    return ["".join(next(characters) if old in DIGITS + REJECTED else old for old in text) for text in texts]
