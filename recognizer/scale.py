"""Pictures made smaller."""

from __future__ import annotations

import cv2
import numpy as np


def shrink(picture: np.ndarray, side: int) -> np.ndarray:
    """Return a picture (height, width) whose longer side is at most `side` pixels, averaged over areas."""
    return resize(picture, side / max(picture.shape), cv2.INTER_AREA) if max(picture.shape) > side else picture


def halve(picture: np.ndarray, side: int) -> np.ndarray:
    """Return a picture (height, width) halved until its longer side is at most `side` pixels, as that is fast.

    Of an odd number of rows or columns the last is cut off.
    """
    while max(picture.shape) > side:
        height, width = (max(1, side // 2) for side in picture.shape)
        picture = cv2.resize(picture[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA)
    return picture


def resize(picture: np.ndarray, scale: float, interpolation: int) -> np.ndarray:
    """Return a picture (height, width) scaled along both sides, each of which stays at least one pixel."""
    height, width = (max(1, round(side * scale)) for side in picture.shape)
    return cv2.resize(picture, (width, height), interpolation=interpolation)
