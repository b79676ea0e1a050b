"""Digits → frames as other hands, pens and cameras would have made them, framed anew as at serving."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from recognizer.bundle import DIGIT_COUNT
from recognizer.encode import encode
from recognizer.frame import FRAMING, SIDE, frame
from train import pen
from train.allographs import vary
from train.blend import blend
from train.recipe import Augmentation

ZOOM = 2  # the working picture has this many pixels for one of the frame, so that strokes can change by half of one
WORK = 44 * ZOOM  # pixels, wide enough for a frame turned and stretched
ELASTIC_SMOOTHNESS = 5.0  # pixels of 28, the standard deviation that the displacements are smoothed with
PAPER = 0.03  # fainter ink counts as none, as blur has no end but ink at serving has
RINGING = 0.12  # the same for the rings that JPEG draws around strokes
AS_IT_IS = Augmentation(clean=1.0, thinnest=1.9, widest=5.4)  # pictures unchanged, strokes with any usual pen
FLAWED = 0.3  # share of the pictures that show a flaw of its kind, where the recipe wants any
TORN = 0.12  # of a side, how much of a digit may be off the edge of its picture
COARSE = (11, 28)  # pixels, the longest side of a digit in a small picture; with fewer, people cannot read it either
CUT = (0.2, 0.5)  # how dark a pixel is that counts as ink where there is only black and white
STEPS = np.arange(WORK, dtype=np.float32) - WORK / 2
GRID = np.stack(np.meshgrid(STEPS, STEPS))  # (2, WORK, WORK), x and y from the middle of the working picture


def augment(frames: np.ndarray, how: Augmentation, rng: np.random.Generator) -> np.ndarray:
    """Return a changed copy of frames (n, 28, 28) float32, 0 to 1. The same generator state gives the same copy."""
    return np.stack([picture if rng.random() < how.clean else _change(picture, how, rng) for picture in frames])


def draw(writings: Sequence[pen.Writing], how: Augmentation, rng: np.random.Generator) -> np.ndarray:
    """Return frames (n, 28, 28) float32, 0 to 1, of strokes, each with a pen and marks and in a posture of its own."""
    return np.stack([_draw(_blend(writings, number, how, rng), how, rng) for number in range(len(writings))])


def _change(picture: np.ndarray, how: Augmentation, rng: np.random.Generator) -> np.ndarray:
    places = np.tensordot(_affine(how, rng) / ZOOM, GRID, 1) + np.float32(SIDE / 2)
    if how.elastic:
        places += _displacement(how.elastic, rng)
    x, y = places
    ink = cv2.remap(picture, x, y, cv2.INTER_CUBIC)
    ink = _thicken(np.clip(ink, 0, 1), rng.uniform(-how.thickness, how.thickness) * ZOOM)
    ink = _add_flaws(ink, ZOOM, how, rng)
    return _frame(ink) if ink.max() > 0.5 else picture


def _blend(writings: Sequence[pen.Writing], number: int, how: Augmentation, rng: np.random.Generator) -> pen.Writing:
    """A writing, blended with another where the recipe wants that."""
    writing = writings[number]
    if not how.blend or writing.label >= DIGIT_COUNT:
        return writing
    return replace(writing, strokes=blend(writings, number, how.blend, rng))


def _draw(writing: pen.Writing, how: Augmentation, rng: np.random.Generator) -> np.ndarray:
    zoom = pen.SIDE / FRAMING.box
    matrix = _affine(how, rng)
    strokes = vary(writing, how.marks, rng)
    if how.loose:
        strokes = pen.loosen(strokes, how.loose, rng)
    strokes = [stroke @ matrix.T for stroke in strokes]
    if how.elastic:
        strokes = _bend(strokes, how.elastic / FRAMING.box, rng)
    ink = pen.draw(strokes, zoom * np.exp(rng.uniform(*np.log((how.thinnest, how.widest)))))
    return _frame(_add_flaws(ink, zoom, how, rng))


def _frame(ink: np.ndarray) -> np.ndarray:
    """The frame of ink from 0 to 1."""
    return frame(np.round(255 * ink).astype(np.uint8))


def _affine(how: Augmentation, rng: np.random.Generator) -> np.ndarray:
    """A matrix (2, 2) float32 that turns, slants and stretches."""
    turn = np.radians(rng.uniform(-how.rotation, how.rotation))
    slant = rng.uniform(-how.shear, how.shear)
    stretch = np.exp(rng.uniform(-how.stretch, how.stretch) / 2)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix: np.ndarray = rotation @ np.array([[1, slant], [0, 1]]) @ np.diag([stretch, 1 / stretch])
    return matrix.astype(np.float32)


def _displacement(size: float, rng: np.random.Generator) -> np.ndarray:
    """A smooth random field (2, WORK, WORK), `size` strong on the average (Simard, Steinkraus & Platt, ICDAR 2003)."""
    coarse = WORK // 4
    smooth = cv2.GaussianBlur(
        rng.standard_normal((coarse, coarse, 2), np.float32), (0, 0), ELASTIC_SMOOTHNESS * ZOOM / 4
    )
    smooth *= size / np.sqrt((smooth**2).mean((0, 1)) + 1e-12)
    return cv2.resize(smooth, (WORK, WORK), interpolation=cv2.INTER_LINEAR).transpose(2, 0, 1)


def _bend(strokes: pen.Strokes, share: float, rng: np.random.Generator) -> pen.Strokes:
    """Strokes displaced by a sum of slow waves, by about `share` of the digit's size."""
    points = np.concatenate(strokes)
    low, size = points.min(0), max(float(np.ptp(points, 0).max()), 1e-6)
    waves = rng.normal(0, np.pi, (4, 2))
    phases = rng.uniform(0, 2 * np.pi, 4)
    pushes = rng.normal(0, share * size / np.sqrt(2), (4, 2))
    return [
        (stroke + np.sin((stroke - low) / size @ waves.T + phases) @ pushes).astype(np.float32) for stroke in strokes
    ]


def _thicken(ink: np.ndarray, pixels: float) -> np.ndarray:
    """Strokes wider (if negative, narrower) by `pixels`: a mixture of the two nearest whole dilations (erosions)."""
    change = cv2.dilate if pixels > 0 else cv2.erode
    whole, part = divmod(abs(pixels) / 2, 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    ink = change(ink, kernel, iterations=int(whole)) if whole else ink
    return (1 - part) * ink + part * change(ink, kernel)


def _add_flaws(ink: np.ndarray, zoom: float, how: Augmentation, rng: np.random.Generator) -> np.ndarray:
    """Ink with what pens, neighbours and cameras do to it. So many pixels as `zoom` make one of the frame."""
    if how.torn and rng.random() < how.torn:
        ink = _tear(ink, rng)
    if how.gaps and rng.random() < FLAWED:
        ink = _skip(ink, how.gaps * zoom, rng)
    if how.leftovers and rng.random() < how.leftovers:
        ink = _add_leftover(ink, zoom, rng)
    if how.blur:
        ink = cv2.GaussianBlur(ink, (0, 0), max(rng.uniform(0, how.blur) * zoom, 0.01))
    if how.noise and rng.random() < FLAWED:
        grain = rng.normal(0, rng.uniform(0, how.noise), ink.shape).astype(np.float32)
        ink = np.clip(ink + grain * (ink > 0.05), 0, 1)
    if how.jpeg and rng.random() < FLAWED:
        ink = _compress(ink, rng)
    if how.coarse and rng.random() < how.coarse:
        ink = _coarsen(ink, rng)
    return np.where(ink < PAPER, 0, ink)


def _tear(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Ink without what lies off an edge, but never the upper one, as without its bar a 7 would be a 1."""
    x, y, width, height = cv2.boundingRect((ink > 0.5).astype(np.uint8))
    turns = int(rng.integers(1, 4))
    box = np.rot90(ink[y : y + height, x : x + width], turns)
    return np.rot90(box[round(rng.uniform(0, TORN) * len(box)) :], -turns)


def _skip(ink: np.ndarray, width: float, rng: np.random.Generator) -> np.ndarray:
    """Ink with a few spots where the pen skipped, at most `width` pixels wide."""
    ys, xs = np.nonzero(ink > 0.5)
    ink = ink.copy()
    for _ in range(rng.integers(1, 4)):
        spot = rng.integers(len(xs))
        radius = max(1, round(rng.uniform(0.2, 0.5) * width))
        cv2.circle(ink, (int(xs[spot]), int(ys[spot])), radius, 0.0, -1, cv2.LINE_AA)
    return ink


def _add_leftover(ink: np.ndarray, zoom: float, rng: np.random.Generator) -> np.ndarray:
    """Ink with a bit of a ruled line or of a neighbour beside it."""
    margin = round(3 * zoom)
    ink = cv2.copyMakeBorder(ink, margin, margin, margin, margin, cv2.BORDER_CONSTANT)
    height, width = ink.shape
    along, off = rng.uniform(0.1, 0.9), round(rng.uniform(0, 2) * zoom)
    length = rng.uniform(0.1, 0.5)
    x0, x1 = round((along - length / 2) * width), round((along + length / 2) * width)
    ends = [(x0, off), (x1, off + round(rng.uniform(-1, 1) * zoom))]
    side = rng.integers(4)
    if side % 2:
        ends = [(round(y), round(x * height / width)) for x, y in ends]
    if side >= 2:
        ends = [(width - 1 - x, height - 1 - y) for x, y in ends]
    start, end = ends
    cv2.line(ink, start, end, 1.0, max(1, round(rng.uniform(0.5, 2) * zoom)), cv2.LINE_AA)
    return ink


def _compress(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    quality = int(rng.integers(15, 70))
    coded = np.frombuffer(
        encode(np.round(255 - 255 * ink).astype(np.uint8), ".jpg", (cv2.IMWRITE_JPEG_QUALITY, quality)), np.uint8
    )
    decoded = 1 - np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE)) / np.float32(255)
    return np.where(decoded < RINGING, 0, decoded)


def _coarsen(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Ink in as few pixels as old scans and icons have, half of the time in black and white alone."""
    x, y, width, height = cv2.boundingRect((ink > PAPER).astype(np.uint8))
    scale = np.exp(rng.uniform(*np.log(COARSE))) / max(width, height)
    small = (max(1, round(width * scale)), max(1, round(height * scale)))
    coarse = cv2.resize(ink[y : y + height, x : x + width], small, interpolation=cv2.INTER_AREA)
    if rng.random() < 0.5:
        coarse = (coarse > rng.uniform(*CUT) * coarse.max()).astype(np.float32)
    return coarse
