"""Ink of one glyph → frame: 28×28 the way MNIST's digits were made (LeCun et al. 1998, yann.lecun.com/exdb/mnist)."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from recognizer.components import SOLID
from recognizer.scale import halve, resize, shrink

SIDE = 28  # pixels of a frame


@dataclass(frozen=True)
class Framing:
    """How a glyph is put into its frame. A model reads well only what is framed as its training digits were."""

    box: int = 20  # pixels, the longest side of the ink inside the frame
    centre: float = 14.0  # the pixel, counted from 0, on which the mean centre of mass of MNIST's digits lies
    thinnest: float = 2.0  # frame pixels; nearly all strokes of MNIST are wider, so thinner ones are thickened to this
    working_box: int = 200  # pixels; a larger glyph is halved until it fits, before its strokes are measured

    def __post_init__(self) -> None:
        """Refuse what no glyph can be framed by. Raises ValueError."""
        limits = {"box": (1, SIDE), "centre": (0, SIDE - 1), "thinnest": (0, SIDE), "working_box": (SIDE, 1 << 15)}
        for name, (least, most) in limits.items():
            if not least <= (value := getattr(self, name)) <= most:
                raise ValueError(f"{name} is {value}, not from {least} to {most}")


FRAMING = Framing()


def frame(ink: np.ndarray, framing: Framing = FRAMING) -> np.ndarray:
    """Return (28, 28) float32, 0 to 1, of a glyph's ink (height, width) uint8 that is not all zero.

    The aspect is kept, the longest side fills the box and the ink's centre of mass is in the middle.
    """
    glyph, box = halve(_crop(ink), framing.working_box), framing.box
    if max(glyph.shape) > box:
        glyph = shrink(_thicken(glyph, framing), box)
    elif max(glyph.shape) < box:
        glyph = resize(glyph, box / max(glyph.shape), cv2.INTER_LINEAR)
    return _centre(glyph / np.float32(max(glyph.max(), 1)), framing.centre)


def measure_stroke_width(ink: np.ndarray) -> float:
    """Mean width in pixels of the strokes of `ink`: across one, the distance to its edge averages w / 4 + 1 / 2."""
    mask = (ink > SOLID).view(np.uint8)
    distance = cv2.distanceTransform(cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT), cv2.DIST_L2, 3)
    inside = cv2.countNonZero(distance)
    return 4 * float(distance.sum()) / inside - 2 if inside else 0.0


def _crop(ink: np.ndarray) -> np.ndarray:
    x, y, width, height = cv2.boundingRect(ink)
    return ink[y : y + height, x : x + width] if width and height else ink


def _thicken(ink: np.ndarray, framing: Framing) -> np.ndarray:
    missing = framing.thinnest * max(ink.shape) / framing.box - measure_stroke_width(ink)
    if missing < 1:
        return ink
    grown = round(missing / 2)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * grown + 1, 2 * grown + 1))
    return cv2.dilate(cv2.copyMakeBorder(ink, grown, grown, grown, grown, cv2.BORDER_CONSTANT), kernel)


def _centre(glyph: np.ndarray, centre: float) -> np.ndarray:
    """Place a glyph, which must fit, so that its centre of mass is at `centre` along both sides, or next to it."""
    height, width = glyph.shape
    mass = glyph.sum()
    x = round(centre - float((glyph.sum(0) @ np.arange(width)) / mass))
    y = round(centre - float((glyph.sum(1) @ np.arange(height)) / mass))
    x, y = min(max(x, 0), SIDE - width), min(max(y, 0), SIDE - height)
    placed = np.zeros((SIDE, SIDE), np.float32)
    placed[y : y + height, x : x + width] = glyph
    return placed
