"""Draws the pictures of how-it-reads.md with the code that serves: `scripts/steps`."""

from __future__ import annotations

import gzip
from pathlib import Path

import cv2
import numpy as np

from recognizer import Model, Picture, explain, read_picture
from recognizer.detection import Detection
from recognizer.detector import load_detector
from recognizer.encode import encode
from recognizer.model import MODELS
from recognizer.page import find_glyphs
from recognizer.strokes import rasterise
from train.data import parse_unipen

HERE = Path(__file__).resolve().parent
SAMPLE = HERE.parent / "tests" / "data" / "pendigits-orig.tra.gz"
WIDTH, HEIGHT = 640, 250  # pixels of the sheet


def main() -> None:
    """Write the pictures beside the text that shows them."""
    model = Model(MODELS / "flagship")
    hand = _hand()
    digit = 255 - rasterise([stroke * 2.4 + 80 for stroke in hand["5"]], 16, (400, 400))
    _write("digit", explain.draw(read_picture(Picture.of(digit), model, "digit")))
    sheet = _sheet(hand)
    _write("page-glyphs", _boxes(sheet, find_glyphs(sheet, load_detector())))
    _write("page", explain.draw(read_picture(Picture.of(sheet), model, "page")))


def _hand() -> dict[str, list[np.ndarray]]:
    """The strokes of each digit by one writer of pendigits, 100 units high, from the top left."""
    writings = parse_unipen(gzip.decompress(SAMPLE.read_bytes()).decode())
    hand = {}
    for writing in reversed(writings):
        points = np.concatenate(writing.strokes)
        low, height = points.min(0), max(float(np.ptp(points[:, 1])), 1.0)
        hand[str(writing.label)] = [(stroke - low) * (100 / height) for stroke in writing.strokes]
    return hand


def _write(name: str, pixels: np.ndarray) -> None:
    (HERE / f"steps-{name}.png").write_bytes(encode(pixels))


def _sheet(hand: dict[str, list[np.ndarray]]) -> np.ndarray:
    """Two rows of cells with numbers in them, on grainy paper."""
    rng = np.random.default_rng(0)
    grey = np.clip(rng.normal(225, 2, (HEIGHT, WIDTH)) - np.linspace(0, 40, WIDTH), 0, 255).astype(np.uint8)
    for x in (20, 220, 420, 620):
        cv2.line(grey, (x, 20), (x, 230), 90, 2)
    for y in (20, 125, 230):
        cv2.line(grey, (20, y), (620, y), 90, 2)
    for row, numbers in enumerate([("27", "4.5", ""), ("130", "", "86")]):
        for column, number in enumerate(numbers):
            x = 50.0 + 200 * column
            for character in number:
                is_point = character == "."
                strokes = [np.array([[3.0, 52.0]])] if is_point else [stroke * 0.55 for stroke in hand[character]]
                placed = [np.add(stroke, (x, 32 + 105 * row)) for stroke in strokes]
                grey = np.minimum(grey, 255 - rasterise(placed, 8 if is_point else 5, grey.shape) // 4 * 3)
                x += 12 + max(float(stroke[:, 0].max()) for stroke in strokes)
    return grey


def _boxes(sheet: np.ndarray, found: list[Detection]) -> np.ndarray:
    """The glyphs with their boxes and classes, digits in one colour and marks in another."""
    picture = cv2.cvtColor(sheet, cv2.COLOR_GRAY2BGR)
    for glyph in found:
        x, y, width, height = map(round, glyph.box)
        colour = explain.DIGIT if glyph.is_digit else explain.MARK
        cv2.rectangle(picture, (x, y), (x + width, y + height), colour, 2)
        cv2.putText(picture, glyph.name, (x, y - 4), cv2.FONT_HERSHEY_SIMPLEX, 0.5, colour, 1, cv2.LINE_AA)
    return picture


if __name__ == "__main__":
    main()
