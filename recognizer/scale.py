"""Pictures made smaller."""

from __future__ import annotations

import cv2
import numpy as np


def shrunk(picture: np.ndarray, side: int) -> np.ndarray:
    """Return a picture (height, width) whose longer side is at most `side` pixels, averaged over areas."""
    return resized(picture, side / max(picture.shape), cv2.INTER_AREA) if max(picture.shape) > side else picture


def resized(picture: np.ndarray, scale: float, interpolation: int) -> np.ndarray:
    """Return a picture (height, width) scaled along both sides, each of which stays at least one pixel."""
    height, width = (max(1, round(side * scale)) for side in picture.shape)
    return cv2.resize(picture, (width, height), interpolation=interpolation)
