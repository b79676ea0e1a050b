"""Ink of one glyph → frame: 28×28 the way MNIST's digits were made (LeCun et al. 1998, yann.lecun.com/exdb/mnist)."""

from __future__ import annotations

import cv2
import numpy as np

from recognizer.pieces import SOLID
from recognizer.scale import halved, resized, shrunk

SIDE = 28  # pixels of a frame
BOX = 20  # pixels; the longest side of the ink inside the frame
CENTRE = 14.0  # the pixel, counted from 0, on which the mean centre of mass of MNIST's digits lies
WORKING_BOX = 200  # pixels; a larger glyph is reduced before its strokes are measured
FAINTEST, STRONG = 0.1, 0.5  # levels above which a pixel of a frame is inked at all, and is strong ink
THINNEST = 2.0  # frame pixels; nearly all strokes of MNIST are wider, so thinner ones are thickened to this


def frame(ink: np.ndarray) -> np.ndarray:
    """Return (28, 28) float32, 0 to 1, of a glyph's ink (height, width) uint8 that is not all zero.

    The aspect is kept, the longest side is 20 pixels and the ink's centre of mass is in the middle.
    """
    glyph = halved(_cropped(ink), WORKING_BOX)
    if max(glyph.shape) > BOX:
        glyph = shrunk(_thickened(glyph), BOX)
    elif max(glyph.shape) < BOX:
        glyph = resized(glyph, BOX / max(glyph.shape), cv2.INTER_LINEAR)
    return _centred(glyph / np.float32(max(glyph.max(), 1)))


def faintness(framed: np.ndarray) -> float:
    """What share of the inked pixels of a frame (28, 28), 0 to 1, as frame() makes it, is far from strong ink."""
    near = cv2.dilate((framed > STRONG).view(np.uint8), np.ones((3, 3), np.uint8))
    inked = (framed > FAINTEST).view(np.uint8)
    return 1 - cv2.countNonZero(cv2.bitwise_and(inked, near)) / cv2.countNonZero(inked)


def stroke_width(ink: np.ndarray) -> float:
    """Mean width in pixels of the strokes of `ink`: across one, the distance to its edge averages w / 4 + 1 / 2."""
    mask = (ink > SOLID).view(np.uint8)
    distance = cv2.distanceTransform(cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT), cv2.DIST_L2, 3)
    inside = cv2.countNonZero(distance)
    return 4 * float(distance.sum()) / inside - 2 if inside else 0.0


def _cropped(ink: np.ndarray) -> np.ndarray:
    x, y, width, height = cv2.boundingRect(ink)
    return ink[y : y + height, x : x + width] if width and height else ink


def _thickened(ink: np.ndarray) -> np.ndarray:
    missing = THINNEST * max(ink.shape) / BOX - stroke_width(ink)
    if missing < 1:
        return ink
    grown = round(missing / 2)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * grown + 1, 2 * grown + 1))
    return cv2.dilate(cv2.copyMakeBorder(ink, grown, grown, grown, grown, cv2.BORDER_CONSTANT), kernel)


def _centred(glyph: np.ndarray) -> np.ndarray:
    """Place a glyph of at most 20×20 so that its centre of mass is at the frame's, as far as it fits."""
    height, width = glyph.shape
    mass = glyph.sum()
    x = round(CENTRE - float((glyph.sum(0) @ np.arange(width)) / mass))
    y = round(CENTRE - float((glyph.sum(1) @ np.arange(height)) / mass))
    x, y = min(max(x, 0), SIDE - width), min(max(y, 0), SIDE - height)
    placed = np.zeros((SIDE, SIDE), np.float32)
    placed[y : y + height, x : x + width] = glyph
    return placed
