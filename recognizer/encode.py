"""Pixels → bytes of a picture file."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np


def encode(pixels: np.ndarray, suffix: str = ".png", parameters: Sequence[int] = ()) -> bytes:
    """Return pixels, (height, width) or (height, width, 3 or 4 in OpenCV's order) uint8, as the bytes of a file.

    `parameters` are OpenCV's. Raises ValueError where the suffix is of no format that can be written, or the pixels
    do not fit it, such as too many in a row.
    """
    try:
        is_done, data = cv2.imencode(suffix, pixels, parameters)
    except cv2.error as error:
        raise ValueError(f"{suffix}: no picture file of this kind can be written.") from error
    if not is_done:
        raise ValueError(f"{suffix}: the picture cannot be written as a file of this kind.")
    return data.tobytes()
