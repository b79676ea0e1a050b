"""Signed numbers as colours that all kinds of eyes tell apart: blue above 0, orange below."""

from __future__ import annotations

import numpy as np

ABOVE, BELOW = np.array([0, 68, 204]), np.array([214, 84, 0])  # red, green, blue
WHITE, GREY = np.array([255, 255, 255]), np.array([150, 150, 150])
SHADES = 24  # of each colour; as many as are told apart, and few enough for small files


def diverging(values: np.ndarray, full: float, zero: np.ndarray) -> np.ndarray:
    """Return colours, (…, 3) uint8 from 0 to 255, of values (…): `zero` at 0, in full colour from ±`full` on."""
    strength = np.sqrt(np.clip(np.abs(values) / full, 0, 1))[..., None]  # the root, so that little is seen, too
    strength = np.round(strength * SHADES) / SHADES
    hue = np.where(values[..., None] > 0, ABOVE, BELOW)
    return np.round(zero + (hue - zero) * strength).astype(np.uint8)
