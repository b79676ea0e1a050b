"""Grey picture → ink: paper, light and grain removed, 0 where there is paper and 255 in the middle of a stroke."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from recognizer.errors import NoInk
from recognizer.rules import without_rules
from recognizer.scale import halved, shrunk

OVERVIEW = 64  # pixels; side of the reduced picture that is enough to see where light, paper and ink are
PAPER = 128  # pixels; side of the reduced picture in which strokes are filled
WIDEST_STROKE = 0.35  # of the picture's longer side; anything wider is paper
FINE_PAPER = 400  # pixels; the same where strokes are as on a page
WIDE_STROKE = 0.12  # and so are they
LIGHT = 240  # grey level that unevenly lit paper is brought to
FAINTEST = 10  # grey levels between paper and ink, below which nothing is written
GRAIN = 1.0  # standard deviations of the paper's grain that still count as paper
SIGNAL = 5.0  # standard deviations of the grain that ink must stand out by
RIM = 0.12  # of each side
NEARLY = 0.8  # of the widest stroke; ink that fills a square so wide may be taken for paper
DENSE = 0.25  # of a drawing, that is ink; more may be the paper, and what seems paper the ink
TIGHT = 400  # pixels; a larger picture of a single digit has paper around it
TWO_LEVELS = 0.85  # of a picture's variance, that is between its two levels
PLAIN = 0.7  # the least lightness, or darkness, at which it is plain whether ink is light or dark
LEVELS = np.arange(256, dtype=np.float32)
ENOUGH = 200  # pixels; the longer side that a drawing has at least when it is read
BROAD = 6.5  # pixels; the shape of finer strokes would suffer
SMOOTHED = 75  # pixels; pictures with shorter sides have strokes as thin as their grain


def extract(grey: np.ndarray) -> list[list[np.ndarray]]:
    """Return the inks of a grey picture (height, width) uint8 in the same form, 255 where they are darkest.

    There are several ways to tell ink from paper, shadows, edges and printed lines in a photograph; the likeliest for
    a picture of one digit comes first in each list, the likeliest for a page last. There are two lists where it is not
    plain whether ink is dark or light, the likelier first. Raises NoInk where the likelier is blank.
    """
    views = [[ink for sheet in sheets for ink in _inks(sheet)] for sheets in _views(grey)]
    if not views[0]:
        raise NoInk("Nothing is drawn or written here yet.")
    return [inks for inks in views if inks]


def condensed(grey: np.ndarray) -> np.ndarray:
    """Return a picture (height, width) uint8 as it is; of a large drawing with broad strokes what is ENOUGH.

    It is halved as long as they stay BROAD: frames show no more, and a quarter of the pixels is read sooner.
    """
    if max(grey.shape) < 2 * ENOUGH:
        return grey
    smaller = halved(grey, max(grey.shape) - 1)
    if any(_mean_width(contrast) >= BROAD for contrast in _contrasts(smaller)):
        return condensed(smaller)
    return grey


@dataclass(frozen=True)
class _Sheet:
    """How much darker than its paper each pixel is, uint8; the median of that, and the deviation of the grain."""

    contrast: np.ndarray
    middle: float
    grain: float


def _views(grey: np.ndarray) -> list[list[_Sheet]]:
    """The sheets that a picture may show, if its ink is dark or if it is light, the likelier first."""
    if drawn := _drawn(grey):
        return [[drawn]]
    level = lightness(grey)
    dark, light = (grey, 255 - grey) if level <= 0 else (255 - grey, grey)
    if _is_tight(dark):
        return [[_flat(dark)], [_flat(light)]]
    return [_seen(dark)] if abs(level) >= PLAIN else [_seen(dark), _seen(light)]


def _is_tight(grey: np.ndarray) -> bool:
    """Whether so much of a picture of two levels is ink that paper is hardly to be found around it.

    Its levels differ much more from each other than each from itself (Otsu 1979); shadows are wide, and so is the rest.
    """
    if max(grey.shape) > TIGHT:
        return False
    _, light = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    share = float(light.mean())
    if not DENSE <= share <= 1 - DENSE or min(_widest(light), _widest(1 - light)) > WIDEST_STROKE * max(grey.shape):
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


def _drawn(grey: np.ndarray) -> _Sheet | None:
    """The sheet of a drawing: nearly all of it is paper of one level, which is near wherever there is ink."""
    return next((_Sheet(contrast, 0.0, 0.0) for contrast in _contrasts(grey) if not _is_wide(contrast)), None)


def _contrasts(grey: np.ndarray) -> Iterator[np.ndarray]:
    """How much darker, and how much lighter, a picture is than paper of one level, where that is nearly all of it."""
    lightest, darkest = grey.max(), grey.min()
    for contrast in (lightest - grey, grey - darkest):
        if cv2.countNonZero(contrast) < DENSE * grey.size:
            yield contrast


def _mean_width(contrast: np.ndarray) -> float:
    """The mean width in pixels of strokes on plain paper, by how much is left of them without their edges.

    It agrees with frame.stroke_width, in a sixth of the time, and strokes need not be as strong as ink.
    """
    inked, inner = cv2.countNonZero(contrast), cv2.countNonZero(cv2.erode(contrast, np.ones((3, 3), np.uint8)))
    return 2 * inked / max(inked - inner, 1)


def _is_wide(contrast: np.ndarray) -> bool:
    """Whether there is contrast all over a square nearly as wide as what is taken for paper."""
    marked = halved(cv2.threshold(contrast, 0, 255, cv2.THRESH_BINARY)[1], PAPER)
    width = max(3, round(NEARLY * WIDEST_STROKE * max(marked.shape)))
    return bool(cv2.erode(marked, np.ones((width, width), np.uint8)).any())


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
    ink = _measured(sheet)
    kept = None if ink is None else without_rules(ink, paper=sheet.grain > 0)
    bare = None if kept is None else _measured(sheet, kept)
    return [found for found in (ink, bare) if found is not None]


def _measured(sheet: _Sheet, kept: np.ndarray | None = None) -> np.ndarray | None:
    """Ink as strong as most of it is, if any of it is strong enough; what is near the border counts last.

    Where it is not `kept`, there is paper.
    """
    low, least = sheet.middle + GRAIN * sheet.grain, sheet.middle + max(FAINTEST, SIGNAL * sheet.grain)
    contrast = sheet.contrast if kept is None else np.where(kept, sheet.contrast, np.uint8(sheet.middle))
    for part in (_inner, lambda whole: whole):
        if (strongest := _strongest(part(contrast))) >= least:
            high = _middle_above((sheet.middle + strongest) / 2, part(contrast))
            strength = np.clip((LEVELS - low) * (255 / max(high - low, 1.0)), 0, 255).round().astype(np.uint8)
            return _with_strength(contrast, strength)
    return None


def _middle_above(least: float, contrast: np.ndarray) -> float:
    """The median of what contrast is above the least."""
    marked = contrast[_marked(contrast)]
    strong = marked[marked > int(least)]
    middle = [(len(strong) - 1) // 2, len(strong) // 2]
    return float(np.partition(strong, middle)[middle].mean())


def _with_strength(contrast: np.ndarray, strength: np.ndarray) -> np.ndarray:
    """Contrast with each level replaced by its strength (256,), which of 0 is 0."""
    ink, marked = np.zeros_like(contrast), _marked(contrast)
    ink[marked] = cv2.LUT(contrast[marked], strength)
    return ink


def _marked(contrast: np.ndarray) -> tuple[slice, slice]:
    """The rows and columns of all contrast there is: of a drawing, much less than the whole."""
    x, y, width, height = cv2.boundingRect(contrast)
    return slice(y, y + height), slice(x, x + width)


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
    small = shrunk(grey, PAPER)
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
    small = shrunk(dark, side)
    width = max(3, round(widest * max(small.shape)))
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((width, width), np.uint8))
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
    return np.clip(dark * (LIGHT / np.maximum(light, 16)), 0, 255).astype(np.uint8)


def _inner(contrast: np.ndarray) -> np.ndarray:
    """What is not near the border, where a printed line or the table's edge may be darker than the ink."""
    y, x = (round(RIM * side) for side in contrast.shape)
    return contrast[y : contrast.shape[0] - y, x : contrast.shape[1] - x]


def _strongest(contrast: np.ndarray) -> float:
    """The greatest contrast, of more than a single pixel where the picture is large enough to have wider strokes."""
    return float((cv2.blur(contrast, (3, 3)) if min(contrast.shape) >= SMOOTHED else contrast).max())
