"""Grey picture → ink: paper, light and grain removed, 0 where there is paper and 1 in the middle of a stroke."""

from __future__ import annotations

import cv2
import numpy as np

from recognizer.errors import NoInk
from recognizer.pieces import SOLID
from recognizer.rules import rules
from recognizer.scale import shrunk

OVERVIEW = 64  # pixels; side of the reduced picture that is enough to see where light, paper and ink are
PAPER = 128  # pixels; side of the reduced picture in which strokes are filled
WIDEST_STROKE = 0.35  # of the picture's longer side; anything wider is paper
FAINTEST = 10  # grey levels between paper and ink, below which nothing is written
GRAIN = 1.0  # standard deviations of the paper's grain that still count as paper
SIGNAL = 5.0  # standard deviations of the grain that ink must stand out by
RIM = 0.12  # of each side
SMOOTHED = 75  # pixels; pictures with shorter sides have strokes as thin as their grain


def extract(grey: np.ndarray) -> list[np.ndarray]:
    """Return the ink of a grey picture (height, width) uint8 as float32 of the same shape, 0 to 1. Raises NoInk.

    A picture with printed lines gives a second one, without them.
    """
    dark = grey if is_dark_on_light(grey) else 255 - grey
    contrast, middle, grain = _contrast(dark)
    if grain > 0:  # a photograph or scan; a drawing has even paper
        contrast, middle, grain = _contrast(_evenly_lit(dark))
    low, least = middle + GRAIN * grain, middle + max(FAINTEST, SIGNAL * grain)
    ink = _measured(contrast, low, least, middle)
    if ink is None:
        raise NoInk("Nothing is drawn or written here yet.")
    ruled = rules(ink > SOLID)
    bare = None if ruled is None else _measured(np.where(ruled, middle, contrast), low, least, middle)
    return [ink] if bare is None else [ink, bare]


def _measured(contrast: np.ndarray, low: float, least: float, middle: float) -> np.ndarray | None:
    """Ink from `low` to how strong most of it is, if any of it reaches `least`; that near the border counts last."""
    for part in (_inner(contrast), contrast):
        if (strongest := _strongest(part)) >= least:
            high = float(np.median(part[part > (middle + strongest) / 2]))
            return np.clip((contrast - low) / max(high - low, 1.0), 0, 1)
    return None


def is_dark_on_light(grey: np.ndarray) -> bool:
    """Whether strokes are darker than what surrounds them: they deviate from the local median, paper does not."""
    small = shrunk(grey, OVERVIEW)
    ring = max(small.shape) // 4
    framed = cv2.copyMakeBorder(small, ring, ring, ring, ring, cv2.BORDER_REFLECT)
    surroundings = cv2.medianBlur(framed, 2 * ring + 1)[ring : framed.shape[0] - ring, ring : framed.shape[1] - ring]
    deviation = small.astype(np.float32) - surroundings
    return bool((deviation**2 * np.sign(deviation)).sum() <= 0)


def _contrast(dark: np.ndarray) -> tuple[np.ndarray, float, float]:
    """How much darker than its paper each pixel is, float32; the median of that, and the deviation of the grain."""
    contrast = cv2.subtract(_paper(dark), dark).astype(np.float32)
    middle = float(np.median(contrast))
    return contrast, middle, 1.4826 * float(np.median(np.abs(contrast - middle)))


def _paper(dark: np.ndarray) -> np.ndarray:
    """The paper under dark strokes: a morphological closing wider than any stroke, which keeps the edges of shadows."""
    small = shrunk(dark, PAPER)
    side = max(3, round(WIDEST_STROKE * max(small.shape)))
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    return cv2.resize(closed, dark.shape[::-1], interpolation=cv2.INTER_LINEAR)


def _evenly_lit(dark: np.ndarray) -> np.ndarray:
    """The picture divided by a paraboloid of light fitted to the paper: a closing fails where a border darkens."""
    small = shrunk(dark, OVERVIEW).astype(np.float32)
    y, x = (side / OVERVIEW for side in np.mgrid[: small.shape[0], : small.shape[1]])
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], -1).reshape(-1, 6)
    values, paper = small.ravel(), np.full(small.size, True)
    for _ in range(4):  # each time without what the last fit shows to be ink or glare
        surface = terms @ np.linalg.lstsq(terms[paper], values[paper], rcond=None)[0]
        residual = values - surface
        paper = np.abs(residual) <= max(2 * float(np.median(np.abs(residual))), 1.0)
    light = cv2.resize(surface.reshape(small.shape).astype(np.float32), dark.shape[::-1])
    return np.clip(dark * (240 / np.maximum(light, 16)), 0, 255).astype(np.uint8)


def _inner(contrast: np.ndarray) -> np.ndarray:
    """What is not near the border, where a printed line or the table's edge may be darker than the ink."""
    y, x = (round(RIM * side) for side in contrast.shape)
    return contrast[y : contrast.shape[0] - y, x : contrast.shape[1] - x]


def _strongest(contrast: np.ndarray) -> float:
    """The greatest contrast, of more than a single pixel where the picture is large enough to have wider strokes."""
    return float((cv2.blur(contrast, (3, 3)) if min(contrast.shape) >= SMOOTHED else contrast).max())
