"""The hands that pages are written by: digits, letters, signs and words of pendigits, UNIPEN and MNIST."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import cast

import numpy as np

from recognizer.bundle import Data
from recognizer.glyphs import DIGITS
from train import data, unipen
from train.pen import Strokes, Writing

CATEGORIES = "1a 1b 1c 1d 7"  # digits, letters, signs and words
FLAT = 0.5  # of its width: what is lower is no upright digit, and is scaled by its width
WORD = 0.7  # of a word's height, which has ascenders and descenders, is that of a digit
SCANS = 1500  # of MNIST's training digits, of each class
VALIDATED = 10  # each tenth writer of pendigits is held out
INK = 0.25  # of MNIST's grey: what is fainter is the rim of the ink

Bank = dict[str, list[Strokes]]  # by character, in heights of a digit, the top left corner at 0, 0


@dataclass
class Hand:
    """One writer: `digits` are as high as 1, `signs`, letters among them, as high as they are beside those digits."""

    digits: Bank = field(default_factory=dict)
    signs: Bank = field(default_factory=dict)


@dataclass
class Hands:
    """Many writers, what all of them wrote together, words without digits, and scanned digits (n, h, w), 0 to 1."""

    writers: list[Hand]
    signs: Bank
    words: list[Strokes]
    scans: dict[str, list[np.ndarray]]

    def all(self, digit: str) -> list[Strokes]:
        """Every way in which a digit was written."""
        return [strokes for hand in self.writers for strokes in hand.digits.get(digit, [])]


@dataclass
class Split:
    """The hands to train on, those to validate with, and what both are made of, by data set."""

    training: Hands
    validation: Hands
    data: dict[str, Data]


def load(held_out: Collection[str]) -> Split:
    """Keep the hands of the donors `held_out` and of each tenth writer of pendigits for validation.

    Words, scans and signs that those lack are those of the others. Raises TrainError.
    """
    path = data.find_folder() / data.UNIPEN
    items = unipen.load(path, CATEGORIES).items
    away = [item for item in items if item.donor in held_out]
    kept = [item for item in items if item.donor not in held_out]
    pendigits = data.pendigits()
    writers = _by_writer(cast(data.Pens, pendigits.train).writings)
    mine = [hand for number, hand in enumerate(writers) if number % VALIDATED]
    theirs = [hand for number, hand in enumerate(writers) if not number % VALIDATED]
    mnist = data.mnist()
    words = [_scale(item.strokes, WORD) for item in items if _is_word(item.label)]
    training = _together(_hands(kept) + mine, words, _scans(cast(data.Frames, mnist.train)))
    validation = _together(_hands(away) + theirs, words, training.scans)
    validation.signs = training.signs | validation.signs
    sets = {
        "unipen": Data(hashlib.sha256(path.read_bytes()).hexdigest(), len(kept), len(away), 0),
        pendigits.name: Data(pendigits.sha256, _count(mine), _count(theirs), 0),
        mnist.name: Data(mnist.sha256, SCANS * len(DIGITS), 0, 0),
    }
    return Split(training, validation, sets)


def _count(hands: Iterable[Hand]) -> int:
    return sum(len(written) for hand in hands for written in hand.digits.values())


def _is_word(label: str) -> bool:
    return len(label) > 1 and label.isalpha()


def _by_writer(writings: Iterable[Writing]) -> list[Hand]:
    writers: dict[str, Hand] = defaultdict(Hand)
    for writing in writings:
        _add(writers[writing.writer].digits, str(writing.label), _upright(writing.strokes))
    return list(writers.values())


def _hands(items: Iterable[unipen.Item]) -> list[Hand]:
    """A hand for each writer; its signs are measured against its digits, or against its capitals where it has none."""
    writers: dict[tuple[str, int], list[unipen.Item]] = defaultdict(list)
    for item in items:
        if len(item.label) == 1:
            writers[item.donor, item.writer].append(item)
    return [_hand(written) for written in writers.values()]


def _hand(items: list[unipen.Item]) -> Hand:
    heights = [_height(item.strokes) for item in items if item.label.isdigit() or item.label.isupper()]
    unit = float(np.median(heights or [1.3 * _height(item.strokes) for item in items]))
    hand = Hand()
    for item in items:
        if item.label in DIGITS:
            _add(hand.digits, item.label, _upright(item.strokes))
        else:
            _add(hand.signs, item.label, [(stroke / unit).astype(np.float32) for stroke in item.strokes])
    return hand


def _add(bank: Bank, character: str, strokes: Strokes) -> None:
    bank.setdefault(character, []).append(strokes)


def _together(hands: list[Hand], words: list[Strokes], scans: dict[str, list[np.ndarray]]) -> Hands:
    """Numbers are written by those who wrote nearly all digits; others would write each with the same few."""
    signs: Bank = defaultdict(list)
    for hand in hands:
        for character, written in hand.signs.items():
            signs[character] += written
    whole = [hand for hand in hands if len(hand.digits) >= len(DIGITS) - 1]
    return Hands(whole, dict(signs), words, scans)


def _height(strokes: Strokes) -> float:
    return max(float(np.ptp(np.concatenate(strokes)[:, 1])), 1e-3)


def _upright(strokes: Strokes) -> Strokes:
    """A digit 1 high."""
    points = np.concatenate(strokes)
    width, height = np.ptp(points, 0)
    size = max(float(height if height > FLAT * width else width), 1e-3)
    return [((stroke - points.min(0)) / size).astype(np.float32) for stroke in strokes]


def _scale(strokes: Strokes, height: float) -> Strokes:
    return [(stroke * (1 / (height * _height(strokes)))).astype(np.float32) for stroke in strokes]


def _scans(digits: data.Frames) -> dict[str, list[np.ndarray]]:
    return {
        digit: [_cut(digits.frames[number]) for number in np.flatnonzero(digits.labels == int(digit))[:SCANS]]
        for digit in DIGITS
    }


def _cut(frame: np.ndarray) -> np.ndarray:
    """The ink of a frame, without the paper about it."""
    rows, columns = np.nonzero(frame > INK)
    return frame[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
