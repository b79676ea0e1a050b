"""Photograph or scan → ink: light, shadows, grain and printed lines removed, 0 on paper and 255 in a stroke.

Behind a fence: this module, `rules`, `borders` and `cuts` find ink by hand-tuned thresholds, which a learned reader of
pages is to replace. They are left as they are until then, and nothing new is built on them.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from recognizer.drawing import LEVELS, PLAIN, find_contrast, measure_ink
from recognizer.errors import NoInk
from recognizer.rules import without_rules
from recognizer.scale import shrink

OVERVIEW = 64  # pixels; side of the reduced picture that is enough to see where light, paper and ink are
PAPER = 128  # pixels; side of the reduced picture in which strokes are filled
WIDEST_STROKE = 0.35  # of the picture's longer side; anything wider is paper
FINE_PAPER = 400  # pixels; the same where strokes are as on a page
WIDE_STROKE = 0.12  # and so are they
LIGHT = 240  # grey level that unevenly lit paper is brought to
GRAIN = 1.0  # standard deviations of the paper's grain that still count as paper
SIGNAL = 5.0  # standard deviations of the grain that ink must stand out by
TIGHT = 400  # pixels; a larger picture of a single digit has paper around it
TWO_LEVELS = 0.85  # of a picture's variance, that is between its two levels
CLEAR = 0.7  # the least lightness, or darkness, at which it is plain whether ink is light or dark


def find_inks(grey: np.ndarray) -> list[list[np.ndarray]]:
    """Return the inks of a grey picture (height, width) uint8 in the same form, 255 where they are darkest.

    There are several ways to tell ink from paper, shadows, edges and printed lines in a photograph; the likeliest for
    a picture of one digit comes first in each list, the likeliest for a page last. There are two lists where it is not
    plain whether ink is dark or light, the likelier first. Raises NoInk where the likelier is blank.
    """
    views = [[ink for sheet in sheets for ink in _inks(sheet)] for sheets in _views(grey)]
    if not views[0]:
        raise NoInk("Nothing is drawn or written here yet.")
    return [inks for inks in views if inks]


@dataclass(frozen=True)
class _Sheet:
    """How much darker than its paper each pixel is, uint8; the median of that, and the deviation of the grain."""

    contrast: np.ndarray
    middle: float
    grain: float


def _views(grey: np.ndarray) -> list[list[_Sheet]]:
    """The sheets that a picture may show, if its ink is dark or if it is light, the likelier first."""
    if (contrast := find_contrast(grey)) is not None:
        return [[_Sheet(contrast, 0.0, 0.0)]]
    level = lightness(grey)
    dark, light = (grey, 255 - grey) if level <= 0 else (255 - grey, grey)
    if _is_tight(dark):
        return [[_flat(dark)], [_flat(light)]]
    return [_seen(dark)] if abs(level) >= CLEAR else [_seen(dark), _seen(light)]


def _is_tight(grey: np.ndarray) -> bool:
    """Whether so much of a picture of two levels is ink that paper is hardly to be found around it.

    Its levels differ much more from each other than each from itself (Otsu 1979); shadows are wide, and so is the rest.
    """
    if max(grey.shape) > TIGHT:
        return False
    _, light = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    share = float(light.mean())
    if not PLAIN.dense <= share <= 1 - PLAIN.dense or min(_widest(light), _widest(1 - light)) > WIDEST_STROKE * max(
        grey.shape
    ):
        return False
    between = share * (1 - share) * float(grey[light > 0].mean() - grey[light == 0].mean()) ** 2
    return between >= TWO_LEVELS * float(grey.var())


def _widest(mask: np.ndarray) -> float:
    """The diameter in pixels of the largest circle that fits into a mask."""
    framed = cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    return 2 * float(cv2.distanceTransform(framed, cv2.DIST_L2, 3).max())


def _flat(dark: np.ndarray) -> _Sheet:
    """The sheet of dark ink on paper of a level, which is that of most that is lighter than Otsu's threshold."""
    level, _ = cv2.threshold(dark, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    paper = dark[dark > level]
    middle = float(np.median(paper))
    grain = 1.4826 * float(np.median(np.abs(paper - middle)))
    return _Sheet(cv2.subtract(np.full_like(dark, round(middle)), dark), 0.0, grain)


def _seen(dark: np.ndarray) -> list[_Sheet]:
    """The sheets that a picture of dark ink may show; several of a photograph or scan, whose paper has grain."""
    sheet = _sheet(dark, _paper(dark, PAPER, WIDEST_STROKE))
    if sheet.grain == 0:
        return [sheet]
    even = _evenly_lit(dark)
    relit = np.clip(dark * (LIGHT / np.maximum(_paper(dark, FINE_PAPER, WIDE_STROKE), 16)), 0, 255).astype(np.uint8)
    return [_sheet(even, _paper(even, PAPER, WIDEST_STROKE)), _sheet(relit, np.full_like(relit, LIGHT))]


def _sheet(dark: np.ndarray, paper: np.ndarray) -> _Sheet:
    contrast = cv2.subtract(paper, dark)
    counts = _counts(contrast)
    middle = _median(LEVELS, counts)
    return _Sheet(contrast, middle, 1.4826 * _median(np.abs(LEVELS - middle), counts))


def _inks(sheet: _Sheet) -> list[np.ndarray]:
    """The ink of a sheet, and if there are printed lines, the ink without them; none where it is blank."""
    ink = _measure(sheet, sheet.contrast)
    kept = None if ink is None else without_rules(ink, paper=sheet.grain > 0)
    bare = None if kept is None else _measure(sheet, np.where(kept, sheet.contrast, np.uint8(sheet.middle)))
    return [found for found in (ink, bare) if found is not None]


def _measure(sheet: _Sheet, contrast: np.ndarray) -> np.ndarray | None:
    return measure_ink(contrast, sheet.middle + GRAIN * sheet.grain, sheet.middle, sheet.middle + SIGNAL * sheet.grain)


def _counts(levels: np.ndarray) -> np.ndarray:
    """How many pixels of each level (256,) there are."""
    return cv2.calcHist([levels], [0], None, [256], [0, 256]).ravel()


def _median(values: np.ndarray, counts: np.ndarray) -> float:
    """The median of values, each of which is there so many times."""
    order = np.argsort(values)
    below = np.cumsum(counts[order], dtype=np.int64)
    middle = np.searchsorted(below, [(below[-1] - 1) // 2, below[-1] // 2], side="right")
    return float(values[order][middle].mean())


def lightness(grey: np.ndarray) -> float:
    """How much lighter strokes are than what is around them, -1 to 1: they deviate from the local median, paper not."""
    small = shrink(grey, PAPER)
    side = max(small.shape)
    ring = side // 4 if side < PAPER else side // 8  # a small picture is filled by its digit
    framed = cv2.copyMakeBorder(small, ring, ring, ring, ring, cv2.BORDER_REFLECT)
    surroundings = cv2.medianBlur(framed, 2 * ring + 1)[ring : framed.shape[0] - ring, ring : framed.shape[1] - ring]
    deviation = small.astype(np.float32) - surroundings
    power = deviation**2
    return float((power * np.sign(deviation)).sum() / max(float(power.sum()), 1e-9))


def _paper(dark: np.ndarray, side: int, widest: float) -> np.ndarray:
    """The paper under dark strokes: a morphological closing wider than any stroke, which keeps the edges of shadows.

    It is made in a picture of at most `side` pixels; `widest` is relative to its longer side.
    """
    small = shrink(dark, side)
    width = max(3, round(widest * max(small.shape)))
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((width, width), np.uint8))
    return cv2.resize(closed, dark.shape[::-1], interpolation=cv2.INTER_LINEAR)


def _evenly_lit(dark: np.ndarray) -> np.ndarray:
    """The picture divided by a paraboloid of light fitted to the paper: a closing fails where a border darkens."""
    small = shrink(dark, OVERVIEW).astype(np.float32)
    y, x = (side / OVERVIEW for side in np.mgrid[: small.shape[0], : small.shape[1]])
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], -1).reshape(-1, 6)
    values, paper = small.ravel(), np.full(small.size, True)
    for _ in range(4):  # each time without what the last fit shows to be ink or glare
        surface = terms @ np.linalg.lstsq(terms[paper], values[paper], rcond=None)[0]
        residual = values - surface
        paper = np.abs(residual) <= max(2 * float(np.median(np.abs(residual))), 1.0)
    light = cv2.resize(surface.reshape(small.shape).astype(np.float32), dark.shape[::-1])
    return np.clip(dark * (LIGHT / np.maximum(light, 16)), 0, 255).astype(np.uint8)
