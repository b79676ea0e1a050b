"""The way from a picture to its digits, drawn: upright and grey, what the page network saw, ink, boxes, frames."""

from __future__ import annotations

import cv2
import numpy as np

from recognizer.detector import load_detector
from recognizer.frame import SIDE
from recognizer.page import find_heat
from recognizer.reading import Reading
from recognizer.scale import resize

LARGEST, SMALLEST = 420, 320  # pixels of a picture's longer side, as drawn, the second roughly
ZOOM = 3  # of a frame
GAP = 16  # pixels
LETTER = 0.5  # of OpenCV's own size
PAPER, QUIET, DIGIT, MARK = (255, 255, 255), (110, 110, 110), (200, 80, 43), (43, 80, 200)  # blue, green, red


def draw(reading: Reading) -> np.ndarray:
    """Return a picture (height, width, 3) uint8, in OpenCV's order of colours, of the steps that led to a reading.

    Raises ModelError.
    """
    grey, ink = reading.picture, 255 - reading.ink
    scale = _scale(grey.shape)
    boxed = _box(cv2.cvtColor(_resize(grey, scale), cv2.COLOR_GRAY2BGR), reading)
    steps = {"upright and grey": _resize(grey, scale)}
    if reading.by_page_network:
        height = float(np.median([glyph.box[3] for glyph in reading.glyphs]))
        heat = find_heat(grey, load_detector(), height)
        steps["middles of glyphs"] = _redden(_resize(grey, scale), _resize(heat, scale))
    steps |= {"ink": _resize(ink, scale), "digits and marks": boxed}
    across = max(boxed.shape[1] * len(steps) + GAP * (len(steps) - 1), SIDE * ZOOM)
    return _add_border(
        np.vstack([_row([_add_title(step, name) for name, step in steps.items()], across), _frames(reading, across)])
    )


def draw_heat(grey: np.ndarray, height: float) -> np.ndarray:
    """Return a grey picture (height, width) in colours, (height, width, 3) uint8 in OpenCV's order.

    It is the redder the surer the page network is that the middle of a glyph is there, in writing of a `height` in
    pixels. Raises ModelError.
    """
    return _redden(grey, find_heat(grey, load_detector(), height))


def _redden(grey: np.ndarray, heat: np.ndarray) -> np.ndarray:
    heat = heat[..., None]
    return np.asarray(np.round(grey[..., None] * (1 - heat) + np.array(MARK, np.float32) * heat).astype(np.uint8))


def _box(picture: np.ndarray, reading: Reading) -> np.ndarray:
    """Boxes around digits, and in another colour around marks, on a picture of any scale."""
    scale = picture.shape[1] / reading.size[0]
    for colour, glyphs in (DIGIT, reading.digits), (MARK, reading.marks):
        for glyph in glyphs:
            x, y, width, height = (round(scale * side) for side in glyph.box)
            cv2.rectangle(picture, (x, y), (x + width, y + height), colour, 2)
    return picture


def _scale(shape: tuple[int, ...]) -> float:
    """Below 1, or a whole number, so that pixels stay squares."""
    side = max(shape)
    return LARGEST / side if side > LARGEST else max(1, round(SMALLEST / side))


def _resize(picture: np.ndarray, scale: float) -> np.ndarray:
    return resize(picture, scale, cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST)


def _frames(reading: Reading, across: int) -> np.ndarray:
    """The frames with their answers, in as many rows as it takes."""
    cells = []
    for frame, digit in zip(reading.frames, reading.digits, strict=True):
        seen = np.round(255 * frame).astype(np.uint8).repeat(ZOOM, 0).repeat(ZOOM, 1)
        cells.append(_add_title(seen, f"{digit.character}  {digit.confidence:.0%}"))
    each = max(1, (across + GAP) // (cells[0].shape[1] + GAP))
    return np.vstack([_row(cells[start : start + each], across) for start in range(0, len(cells), each)])


def _add_title(picture: np.ndarray, title: str) -> np.ndarray:
    """A picture with a line above it."""
    colour = cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR) if picture.ndim == 2 else picture
    boxed = cv2.copyMakeBorder(colour, 22, GAP, 0, 0, cv2.BORDER_CONSTANT, value=PAPER)
    return cv2.putText(boxed, title, (0, 15), cv2.FONT_HERSHEY_SIMPLEX, LETTER, QUIET, 1, cv2.LINE_AA)


def _row(pictures: list[np.ndarray], across: int) -> np.ndarray:
    """Pictures of one height, side by side."""
    spaced = [cv2.copyMakeBorder(p, 0, 0, 0, GAP, cv2.BORDER_CONSTANT, value=PAPER) for p in pictures]
    row = np.hstack(spaced)[:, :across]
    return cv2.copyMakeBorder(row, 0, 0, 0, across - row.shape[1], cv2.BORDER_CONSTANT, value=PAPER)


def _add_border(picture: np.ndarray) -> np.ndarray:
    return cv2.copyMakeBorder(picture, GAP, GAP, GAP, GAP, cv2.BORDER_CONSTANT, value=PAPER)
