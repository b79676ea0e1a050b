"""Numbers, signs and words as one hand writes them, on a sheet."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from recognizer.glyphs import DIGITS, MARKS, OTHER
from train.allographs import vary
from train.pages.hands import Bank, Hand, Hands
from train.pages.sheet import Sheet
from train.pen import Strokes, Writing, loosen

VARIED = 0.35  # share of the digits that may be written in another form
SCANNED = 0.12  # share of the numbers made of MNIST's digits, which are pictures
BLURRED = 60  # pixels: a scan of 20 is enlarged to no more
DESCENDING = "gjpqy"  # letters that reach below the baseline, by this part of their height:
DESCENT = 0.4
RAISED = "'\"`^*~"
LOW = ",;_"
CENTRED = "[]{}|<>"  # signs whose middle is that of the digits
REACH = 1.0  # heights of a digit that a stroke which joins two of them is long, at most


@dataclass
class Style:
    """How somebody writes: lengths in heights of a digit; `hand` is None where scanned digits are pasted."""

    hand: Hand | None
    slant: float
    aspect: float
    gap: float  # between glyphs; below 0 they overlap
    joined: float  # how likely the pen stays on the paper from one digit to the next
    pen: float  # its width
    wobble: float  # how the baseline climbs with each glyph
    level: int  # of the ink, 0 to 255
    brush: bool
    angular: bool  # drawn with a mouse, in straight lines


def style(hands: Hands, rng: np.random.Generator, pens: tuple[float, float] = (0.04, 0.18)) -> Style:
    """Return a style by chance, with a pen from `pens[0]` to `pens[1]` wide."""
    scanned = rng.random() < SCANNED
    gaps = [rng.uniform(-0.1, 0.04), rng.uniform(0.04, 0.3), rng.uniform(0.3, 0.9)]
    return Style(
        hand=None if scanned else hands.writers[rng.integers(len(hands.writers))],
        slant=rng.normal(0, 0.16),
        aspect=rng.uniform(0.75, 1.25),
        gap=float(gaps[rng.choice(3, p=[0.12, 0.75, 0.13])]),
        joined=float(rng.choice([0.0, rng.uniform(0.1, 0.9)], p=[0.85, 0.15])),
        pen=float(np.exp(rng.uniform(*np.log(pens)))),
        wobble=rng.normal(0, 0.015),
        level=int(rng.integers(130, 256)),
        brush=rng.random() < 0.1,
        angular=rng.random() < 0.08,
    )


class Writer:
    """Writes text of one style; a digit and a mark as themselves, what else there is as "other"."""

    def __init__(self, sheet: Sheet, hands: Hands, how: Style) -> None:
        self.sheet, self.hands, self.how, self.rng = sheet, hands, how, sheet.rng
        self.pen_at: np.ndarray | None = None  # where the last digit of a number ended

    def write(self, text: str, x: float, y: float, height: float, limit: float = np.inf) -> float:
        """Write text with its top left corner at x, y and digits `height` pixels high; return where it ends.

        A blank is a space. What would begin beyond `limit` is not written.
        """
        self.pen_at = None
        for before, character in pairwise(f" {text}"):
            if x > limit:
                break
            y += self.how.wobble * height
            if character == " ":
                x += height * self.rng.uniform(0.5, 1.2)
                self.pen_at = None
                continue
            if before == character == "0" and self.rng.random() < self.how.joined:
                x -= height * self.rng.uniform(0, 0.35)  # zeros in a row are chained
            x = self._glyph(character, x, y, height)
        return x

    def word(self, x: float, y: float, height: float) -> float:
        """Write a word that somebody wrote as a whole; what hangs together in it is one glyph. Return its end."""
        words = self.hands.words
        strokes = [stroke * height + (x, y) for stroke in words[self.rng.integers(len(words))]]
        for group in _groups(strokes, gap=0.05 * height):
            self._draw(group, OTHER, self.how.pen * height)
        return float(max(stroke[:, 0].max() for stroke in strokes))

    def cross_out(self, points: np.ndarray, height: float) -> None:
        """Scribble over what points bound."""
        low, high = points.min(0), points.max(0)
        zigzag = self.rng.uniform(low, high, (int(self.rng.integers(6, 16)), 2)).astype(np.float32)
        self.sheet.stroke(zigzag, self.how.pen * height, self.how.level)

    def _glyph(self, character: str, x: float, y: float, height: float) -> float:
        rng, how = self.rng, self.how
        if character in DIGITS:
            own = height * float(np.clip(rng.normal(1, 0.07), 0.8, 1.2))
            y += height - own + height * rng.normal(0, 0.03)
            if how.hand is None and own < BLURRED:
                return self._scan(character, x, y, own) + how.gap * height
            strokes = self._lay(self._digit(character), x, y, own)
            self._join(strokes, own)
            return self._draw(strokes, character, how.pen * height) + how.gap * height
        self.pen_at = None
        strokes = _mark(character, self.hands.signs, rng) if character in MARKS else self._letter(character)
        small = character in ".,:"
        pen = how.pen * height * (rng.uniform(1, 1.7) if small else 1)
        name = character if character in MARKS else OTHER
        gap = max(how.gap, 0.05) if small else how.gap
        return self._draw(self._lay(strokes, x, y, height), name, pen) + gap * height

    def _digit(self, digit: str) -> Strokes:
        own = self.how.hand.digits.get(digit) if self.how.hand else None
        known = own or self.hands.all(digit)
        strokes = vary(Writing(int(digit), "", known[self.rng.integers(len(known))]), VARIED, self.rng)
        if self.rng.random() < 0.1:
            strokes = [stroke for stroke in loosen(strokes, 0.1, self.rng) if len(stroke)] or strokes
        return [_straighten(stroke) for stroke in strokes] if self.how.angular else strokes

    def _letter(self, character: str) -> Strokes:
        """A letter or sign, on the baseline."""
        own = self.how.hand.signs.get(character) if self.how.hand else None
        known = own or self.hands.signs.get(character) or self.hands.signs["x"]
        strokes = known[self.rng.integers(len(known))]
        size = float(np.ptp(np.concatenate(strokes), 0).max())
        scale = 1.5 / size if size > 1.5 else 1.0
        strokes = [stroke * scale for stroke in strokes]
        height = float(np.ptp(np.concatenate(strokes)[:, 1]))
        lift = np.array((0, 1 - height + _drop(character, height)), np.float32)
        return [stroke + lift for stroke in strokes]

    def _join(self, strokes: Strokes, height: float) -> None:
        """Draw a line from the last digit to the next one, of some height, as if the pen had not been lifted."""
        start, end = self.pen_at, strokes[0][0]
        self.pen_at = strokes[-1][-1]
        if start is not None and np.hypot(*(end - start)) < REACH * height and self.rng.random() < self.how.joined:
            bend = (start + end) / 2 + self.rng.normal(0, 0.1 * height, 2)
            along = np.linspace(0, 1, 8)[:, None]
            curve = (1 - along) ** 2 * start + 2 * along * (1 - along) * bend + along**2 * end
            self.sheet.stroke(curve, self.how.pen * height, self.how.level)

    def _lay(self, strokes: Strokes, x: float, y: float, height: float) -> Strokes:
        """Strokes, 1 high, as they lie on the sheet with their left end at x."""
        turn = np.array([[self.how.aspect, -self.how.slant], [0, 1]], np.float32)
        leaning = [(stroke - (0, 0.5)) @ turn.T + (0, 0.5) for stroke in strokes]
        left = min(stroke[:, 0].min() for stroke in leaning)
        return [(stroke - (left, 0)) * height + (x, y) for stroke in leaning]

    def _draw(self, strokes: Strokes, name: str, pen: float) -> float:
        draw = self.sheet.taper if self.how.brush and pen > 2 else self.sheet.stroke
        for stroke in strokes:
            draw(stroke, pen, self.how.level)
        points = np.concatenate(strokes)
        self.sheet.add(name, points, pen)
        return float(points[:, 0].max()) + pen / 2

    def _scan(self, digit: str, x: float, y: float, height: float) -> float:
        scans = self.hands.scans[digit]
        ink = scans[self.rng.integers(len(scans))]
        high = max(4, int(height))
        wide = int(np.clip(ink.shape[1] * high / ink.shape[0] * self.how.aspect, 2, 1.6 * high))
        large = cv2.resize(ink, (wide, high), interpolation=cv2.INTER_CUBIC)
        if not self.sheet.blank:
            self.sheet.paste((np.clip(large * 1.3, 0, 1) * self.how.level).astype(np.uint8), x, y, self.sheet.ink)
        self.sheet.add(digit, np.array([(int(x), int(y)), (int(x) + wide, int(y) + high)], np.float32))
        return x + wide


def _drop(character: str, height: float) -> float:
    """How far a letter or sign of some height reaches below the baseline."""
    if character in DESCENDING:
        return DESCENT * height
    if character in RAISED:
        return height - 1
    if character in LOW:
        return height / 2
    return (height - 1) / 2 if character in CENTRED else 0.0


def _mark(mark: str, signs: Bank, rng: np.random.Generator) -> Strokes:
    """A mark beside digits that are 1 high and stand on y = 1: as somebody wrote it, or drawn by a rule."""
    if mark in "/+=%()" and (mark in "%()" or rng.random() < 0.5):
        return _written(mark, signs, rng)
    match mark:
        case ".":
            return [_points((0, rng.uniform(0.88, 1.02)), (rng.uniform(0, 0.04), 1.0))]
        case ",":
            foot = rng.uniform(-0.06, 0.06), rng.uniform(1.08, 1.35)
            return [_points((0.1, rng.uniform(0.82, 0.95)), (0.1 * rng.uniform(0.6, 1.1), 1.02), foot)]
        case "-":
            y, length = rng.choice([rng.uniform(0.35, 0.68), rng.uniform(0.3, 1.0)]), rng.uniform(0.12, 0.8)
            climb = rng.normal(0, 0.12) * length
            return [_points((0, y), (length / 2, y + climb / 2 + rng.normal(0, 0.02)), (length, y - climb))]
        case "/":
            length, over, bend = rng.uniform(0.2, 0.75), rng.uniform(-0.05, 0.3), rng.normal(0, 0.04)
            return [_points((0, 1 + over), (length / 2 + bend, 0.5), (length, -over))]
        case ":":
            high, low = rng.uniform(0.2, 0.45), rng.uniform(0.75, 0.95)
            return [_points((0.03, high), (0.05, high + 0.03)), _points((0.03, low), (0.04, low + 0.03))]
        case "+":
            length, y = rng.uniform(0.35, 0.65), rng.uniform(0.45, 0.65)
            return [
                _points((0, y), (length, y + rng.normal(0, 0.03))),
                _points((length / 2, y - length / 2), (length / 2 + rng.normal(0, 0.03), y + length / 2)),
            ]
        case _:  # =
            length, y, apart = rng.uniform(0.3, 0.65), rng.uniform(0.38, 0.6), rng.uniform(0.12, 0.28)
            return [_points((0, y), (length, y + rng.normal(0, 0.03))), _points((0, y + apart), (length, y + apart))]


def _written(mark: str, signs: Bank, rng: np.random.Generator) -> Strokes:
    """A mark that somebody wrote, about as high as it is beside digits."""
    known = signs[mark]
    strokes = known[rng.integers(len(known))]
    low, high = {"+": (0.4, 0.75), "=": (0.15, 0.4), "%": (0.8, 1.15), "/": (0.95, 1.5)}.get(mark, (1.0, 1.6))
    points = np.concatenate(strokes)
    width, height = np.maximum(np.ptp(points, 0), 0.05)
    scale = min(rng.uniform(low, high) / height, 1.2 / width)
    middle = 0.55 if mark in "+=" else 0.5
    return [(stroke - (0, height / 2)) * scale + (0, middle) for stroke in strokes]


def _points(*points: tuple[float, float]) -> np.ndarray:
    return np.array(points, np.float32)


def _straighten(stroke: np.ndarray) -> np.ndarray:
    """Few straight lines for a stroke (Douglas & Peucker 1973)."""
    line = cv2.approxPolyDP(stroke.astype(np.float32)[:, None], 0.05, False)
    return line[:, 0]


def _groups(strokes: Strokes, gap: float) -> list[Strokes]:
    """Strokes whose ranges in x overlap, or nearly do, together."""
    groups: list[Strokes] = []
    end = -np.inf
    for stroke in sorted(strokes, key=lambda stroke: stroke[:, 0].min()):
        if groups and stroke[:, 0].min() < end + gap:
            groups[-1].append(stroke)
        else:
            groups.append([stroke])
        end = max(end, float(stroke[:, 0].max()))
    return groups
