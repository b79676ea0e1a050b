"""Frames → frames as other hands and pens would have made them, framed anew as at serving."""

from __future__ import annotations

import cv2
import numpy as np

from recognizer.frame import SIDE, frame
from train.recipe import Augmentation

ZOOM = 2  # the working picture has this many pixels for one of the frame, so that strokes can change by half of one
WORK = 44 * ZOOM  # pixels; wide enough for a frame turned and stretched
ELASTIC_SMOOTHNESS = 5.0  # pixels of 28, the standard deviation that the displacements are smoothed with


def augment(frames: np.ndarray, how: Augmentation, rng: np.random.Generator) -> np.ndarray:
    """Return a changed copy of frames (n, 28, 28) float32, 0 to 1; the same generator state gives the same copy."""
    return np.stack([picture if rng.random() < how.clean else _changed(picture, how, rng) for picture in frames])


def _changed(picture: np.ndarray, how: Augmentation, rng: np.random.Generator) -> np.ndarray:
    x, y = _affine(how, rng)
    if how.elastic:
        x, y = x + _displacement(how.elastic, rng), y + _displacement(how.elastic, rng)
    ink = cv2.remap(picture, x, y, cv2.INTER_CUBIC)
    ink = _thicker(np.clip(ink, 0, 1), rng.uniform(-how.thickness, how.thickness) * ZOOM)
    if how.blur:
        ink = cv2.GaussianBlur(ink, (0, 0), max(rng.uniform(0, how.blur) * ZOOM, 0.01))
    return frame(ink) if ink.max() > 0.5 else picture


def _affine(how: Augmentation, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Where in the frame each working pixel comes from: turned, slanted and stretched about the middle."""
    turn = np.radians(rng.uniform(-how.rotation, how.rotation))
    slant = rng.uniform(-how.shear, how.shear)
    stretch = np.exp(rng.uniform(-how.stretch, how.stretch) / 2)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix = rotation @ np.array([[1, slant], [0, 1]]) @ np.diag([stretch, 1 / stretch]) / ZOOM
    steps = np.arange(WORK, dtype=np.float32) - WORK / 2
    grid = np.stack(np.meshgrid(steps, steps))
    x, y = np.tensordot(matrix.astype(np.float32), grid, 1) + SIDE / 2
    return x, y


def _displacement(size: float, rng: np.random.Generator) -> np.ndarray:
    """A smooth random field (WORK, WORK) with standard deviation `size` (Simard, Steinkraus & Platt, ICDAR 2003)."""
    coarse = WORK // 4
    noise = rng.standard_normal((coarse, coarse), np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), ELASTIC_SMOOTHNESS * ZOOM / 4)
    return cv2.resize(smooth * (size / max(float(smooth.std()), 1e-6)), (WORK, WORK), interpolation=cv2.INTER_LINEAR)


def _thicker(ink: np.ndarray, pixels: float) -> np.ndarray:
    """Strokes wider (if negative, narrower) by `pixels`: a mixture of the two nearest whole dilations (erosions)."""
    change = cv2.dilate if pixels > 0 else cv2.erode
    whole, part = divmod(abs(pixels) / 2, 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    ink = change(ink, kernel, iterations=int(whole)) if whole else ink
    return (1 - part) * ink + part * change(ink, kernel)
