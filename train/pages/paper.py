"""What is printed on paper before anyone writes there: text, rulings, grounds of cheques, textures."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import cv2
import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from train.pages import numbers
from train.pages.sheet import SIDE, Sheet

FONTS: tuple[str, ...] = (
    "DejaVuSans",
    "DejaVuSans-Bold",
    "DejaVuSansMono",
    "DejaVuSerif",
    "DejaVuSerif-Bold",
    "DejaVuSerif-Italic",
)
FONTS += ("STIXGeneral", "STIXGeneralBol", "STIXGeneralItalic", "cmb10", "cmr10", "cmss10", "cmtt10")
PHRASES = """
Name;Date;Total;No.;Amount;Roll;Marks;Score;Class;Student Number;Signature;Year;Month;Day;Sum;Price;Qty;Page;Grade
English;Maths;Physics;Section;Address;DOLLARS;$;Rs.;USD;PAY TO THE ORDER OF;EUR;kg;cm;%;#;Points;Round;Player;Time
Result;Answer;Question;A;B;C;D;E;F;Form;ID;Code;Zip;Phone;Tel;Cell;D;M;Y;DD;MM;YYYY;Bank;Branch;Cheque;Valid for;the
of;and;to;in;is;that;it was on;are with;as his;they be at this;from;have;or by one;had;but what;all were when
"""
WORDS = PHRASES.strip().replace("\n", ";").split(";")


def text(sheet: Sheet, x: float, y: float, height: float, words: str = "") -> float:
    """Print words, or some by chance, with their top left corner at x, y; return how wide they are."""
    rng = sheet.rng
    mask = _vary(_set(words or _some(rng), str(rng.choice(FONTS)), max(5, int(height))), rng)
    sheet.paste((mask * (sheet.grey / 255)).astype(np.uint8), x, y, sheet.print)
    return float(mask.shape[1])


def paragraphs(sheet: Sheet) -> None:
    """A printed page, or a form."""
    rng = sheet.rng
    height, y = float(np.exp(rng.uniform(np.log(7), np.log(40)))), rng.uniform(-10, 40)
    while y < SIDE:
        x = rng.uniform(-20, 60)
        while x < SIDE:
            x += text(sheet, x, y, height) + height * rng.uniform(0.3, 3)
            if rng.random() < 0.25:
                break
        y += height * rng.uniform(1.2, 2.2)


def captions(sheet: Sheet, count: int) -> None:
    """Words, numbers and dates in print, here and there."""
    for _ in range(count):
        text(sheet, sheet.rng.uniform(-20, 260), sheet.rng.uniform(0, SIDE), sheet.rng.uniform(7, 32))


def strokes(sheet: Sheet, count: int) -> None:
    """Straight lines, here and there, level or upright, as edges and folds are."""
    rng = sheet.rng
    for _ in range(count):
        start, long = rng.uniform(0, SIDE, 2), rng.uniform(-SIDE, SIDE)
        way = (long, rng.normal(0, 4)) if rng.random() < 0.5 else (rng.normal(0, 4), long)
        sheet.line(start, start + way, int(rng.choice([1, 1, 2, 3, 5, 8])), _style(rng))


def rule(sheet: Sheet, step: float) -> float:
    """Ruled, squared, dotted or logarithmic paper with lines `step` pixels apart; return where its first line is."""
    rng = sheet.rng
    offset, width, style = rng.uniform(0, step), int(rng.choice([1, 1, 1, 2, 3])), _style(rng)
    kind = rng.random()
    if kind < 0.1:
        _dots(sheet, step, offset)
        return float(offset)
    rows = np.arange(offset, SIDE, step)
    if kind < 0.18:
        rows = np.concatenate([top + 4 * step * np.log10(np.arange(1, 11)) for top in np.arange(0, SIDE, 4 * step)])
    for y in rows:
        sheet.line((0, y), (SIDE, y), width, style)
    if kind < 0.5:
        for x in np.arange(rng.uniform(0, step), SIDE, step):
            sheet.line((x, 0), (x, SIDE), width, style)
    elif kind < 0.75:
        margin = rng.uniform(5, 140)
        sheet.line((margin, 0), (margin + rng.uniform(-4, 4), SIDE), int(rng.choice([1, 2, 3])))
    return float(offset)


def ground(sheet: Sheet, coarsest: float = 60) -> None:
    """A halftone, a weave or guilloche all over the paper, seen from afar or magnified."""
    rng = sheet.rng
    step = float(np.exp(rng.uniform(np.log(2.5), np.log(coarsest))))
    rows, columns = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    turn = rng.choice([0, np.pi / 4, rng.uniform(0, np.pi)])
    along = columns * np.cos(turn) + rows * np.sin(turn)
    across = columns * np.sin(turn) - rows * np.cos(turn)
    kind = rng.random()
    if kind < 0.35:
        across = across + rng.uniform(0.2, 1.5) * step * np.sin(along / (step * rng.uniform(0.8, 5)))
    waves = np.sin(across * 2 * np.pi / step)
    if kind > 0.45:
        waves = waves * np.sin(along * 2 * np.pi / (step * rng.uniform(0.8, 1.25)))
    hard = rng.random() < 0.6
    threshold = rng.uniform(-0.3, 0.85)
    pattern = 1 / (1 + np.exp(-(waves - threshold) * (12 if hard else 3)))
    level = rng.uniform(15, 130) if rng.random() < 0.75 else rng.uniform(100, 230)
    np.maximum(sheet.print, (pattern * level).astype(np.uint8), out=sheet.print)


def _dots(sheet: Sheet, step: float, offset: float) -> None:
    width = float(sheet.rng.uniform(0.05, 0.2)) * step
    for y in np.arange(offset, SIDE, step):
        for x in np.arange(offset, SIDE, step):
            sheet.line((x, y), (x, y), max(1, int(width)))


def _style(rng: np.random.Generator) -> str:
    return str(rng.choice(["", "dots", "dashes"], p=[0.8, 0.1, 0.1]))


def _some(rng: np.random.Generator) -> str:
    kind = rng.random()
    if kind < 0.5:
        return " ".join(rng.choice(WORDS, rng.integers(1, 5)))
    if kind < 0.75:
        return numbers.digits(rng, 1, 8)
    return numbers.some(rng)


@lru_cache(maxsize=256)
def _font(name: str, height: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(Path(matplotlib.get_data_path(), "fonts", "ttf", f"{name}.ttf"), height)


def _set(words: str, font: str, height: int) -> np.ndarray:
    """Words in print as a mask (h, w) uint8 without a margin."""
    face = _font(font, height)
    left, top, right, bottom = face.getbbox(words)
    image = Image.new("L", (max(int(right - left), 1), max(int(bottom - top), 1)), 0)
    ImageDraw.Draw(image).text((-left, -top), words, 255, font=face)
    return np.asarray(image)


def _vary(mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Print as other fonts have it: wider or narrower, leaning, heavier or lighter."""
    high, wide = mask.shape
    stretch, lean = rng.uniform(0.7, 1.35), rng.choice([0.0, rng.uniform(-0.05, 0.3)])
    size = max(1, int(stretch * wide + abs(lean) * high)), high
    view = np.array([[stretch, -lean, max(lean, 0) * high], [0, 1, 0]])
    printed = cv2.warpAffine(mask, view, size, flags=cv2.INTER_LINEAR)
    if high > 24 and rng.random() < 0.4:
        change = cv2.dilate if rng.random() < 0.6 else cv2.erode
        printed = change(printed, np.ones((2, 2), np.uint8))
    return np.asarray(printed)


def texture(rng: np.random.Generator, grain: int) -> np.ndarray:
    """Clouds (SIDE, SIDE) float32 about 0 to 1, of `grain` spots to a side."""
    return cv2.resize(rng.random((grain, grain)).astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
