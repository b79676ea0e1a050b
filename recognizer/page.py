"""Picture of paper → where digits and marks are, how large, and which: a learned detector over scales of the picture.

The network (Zhou et al. 2019, "Objects as Points", arXiv:1904.07850; `recognizer.glyphs` says what it answers) looks at
tiles of one size, so its memory is bounded whatever the picture.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from recognizer.detection import Detection, find_peaks, overlaps
from recognizer.glyphs import CLASSES, DIGITS, GRID, STRIDE, TILE
from recognizer.scale import resize

# Of a tile: its top and left in the sheet, heat, box, and which of its cells (GRID, GRID) no neighbour answers for.
View = tuple[tuple[int, int], np.ndarray, np.ndarray, np.ndarray]
Look = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]  # tiles (n, TILE, TILE, 1), 0 to 1 → heat, box


@dataclass(frozen=True)
class Search:
    """At which scales a picture is looked at, and what of the answers counts."""

    finest: float = 2.0  # times its size; a small picture is looked at enlarged
    longest: int = 1024  # pixels; the longer side at the finest scale, unless `finest` is reached before
    shortest: int = 72  # pixels; the longer side at the coarsest scale
    suited: float = 32.0  # pixels; the height of glyphs that the network sees best
    tolerant: float = 0.6  # standard deviation of the logarithm of heights that it sees well, and of one size
    again: tuple[float, ...] = (
        0.75,
        1.06,
        1.5,
    )  # times that height; the digits found are made so high and looked at again
    near: float = 0.12  # in their logarithm; scales so near to each other show the same
    largest: int = 1400  # pixels; the longer side when it is looked at again
    padding: int = 24  # pixels of paper around the picture, as glyphs at its border are seen better so
    overlap: int = 64  # pixels that neighbouring tiles share
    least: float = 0.2  # the score from which a peak counts at a scale
    likely: float = 0.35  # the score from which a digit is looked at again, and from which a glyph counts
    same: float = 0.4  # intersection over union of what is one glyph
    other: float = 0.7  # and of boxes of it that are so much alike that one is enough (strings, sums)
    within: float = 0.75  # of its area, that a digit or mark lies in another one to be a part of it
    most: int = 1000  # glyphs of a page; the least sure are left out


SEARCH = Search()


@dataclass(frozen=True)
class Peaks:
    """Where the network sees glyphs: `boxes` (n, 4) in pixels, `classes` (n, len(CLASSES)), and the `scales` (n,)."""

    boxes: np.ndarray
    classes: np.ndarray
    scales: np.ndarray

    @property
    def scores(self) -> np.ndarray:
        """How surely each is what it most likely is, 0 to 1."""
        return self.classes.max(1)

    @property
    def are_digits(self) -> np.ndarray:
        """Which of them are digits."""
        return self.classes.argmax(1) < len(DIGITS)


def find_glyphs(grey: np.ndarray, look: Look, search: Search = SEARCH) -> list[Detection]:
    """Return the glyphs of a grey picture (height, width) uint8, the surest first, whatever their order on the page."""
    largest = search.largest / max(grey.shape)
    scales = list(_scales(grey, search))
    peaks = _look(grey, scales, look, search)
    again = _better_scales(_merge(peaks, scales, search), scales, largest, search)
    if again:
        scales, peaks = [*scales, *again], _join([peaks, _look(grey, again, look, search)])
    found = _merge(peaks, scales, search)
    return [glyph for glyph in found if glyph.score >= search.likely]


def find_candidates(grey: np.ndarray, look: Look, height: float, search: Search = SEARCH) -> list[Detection]:
    """Return what may be glyphs of a grey picture (height, width) uint8, whose writing has a `height` in pixels.

    Of a glyph there may be several boxes, all with its scores, and boxes of others that lie in the same place. Only
    digits may be unlikely ones: faint marks are seen in anything.
    """
    scales = sorted({min(share * search.suited / height, search.largest / max(grey.shape)) for share in search.again})
    peaks = _look(grey, scales, look, search)
    found = _merge(peaks, scales, search)
    boxes = np.array([glyph.box for glyph in found]).reshape(-1, 4)
    for glyph in _merge(peaks, scales, replace(search, same=search.other, within=1)):
        shared = overlaps(np.array(glyph.box), boxes)[0]
        if (shared <= search.other).all():
            alike = (twin for twin, share in zip(found, shared, strict=False) if share > search.same)
            twin = next((twin for twin in alike if twin.name == glyph.name), glyph)
            found.append(replace(glyph, classes=max(glyph, twin, key=lambda same: same.score).classes))
    return [glyph for glyph in found if glyph.is_digit or glyph.score >= search.likely]


def find_heat(grey: np.ndarray, look: Look, height: float, search: Search = SEARCH) -> np.ndarray:
    """Return how surely the middle of a glyph is at each pixel of a grey picture (height, width), 0 to 1.

    That is what the network sees at the scale that suits writing of a `height` in pixels.
    """
    scale = min(search.suited / height, search.largest / max(grey.shape))
    sheet = _sheet(grey, scale, search.padding)
    whole = np.zeros(sheet.shape, np.float32)
    for (row, column), heat, _, own in _views(sheet, look, search.overlap):
        part = whole[row : row + TILE, column : column + TILE]
        np.maximum(part, (heat.max(-1) * own).repeat(STRIDE, 0).repeat(STRIDE, 1), out=part)
    bottom, right = (search.padding + max(1, round(side * scale)) for side in grey.shape)
    inner = whole[search.padding : bottom, search.padding : right]
    return cv2.resize(inner, grey.shape[::-1], interpolation=cv2.INTER_NEAREST)


def _scales(grey: np.ndarray, search: Search) -> Iterator[float]:
    """The scales at which the longer side is halved until it is short."""
    side = max(grey.shape)
    scale = min(search.finest, search.longest / side)
    yield scale
    while (scale := scale / 2) * side >= search.shortest:
        yield scale


def _better_scales(found: Sequence[Detection], scales: Sequence[float], most: float, search: Search) -> list[float]:
    """Scales, at most so large, that show the digits found at heights that suit; one set for each size of writing."""
    heights = sorted(math.log(glyph.box[3]) for glyph in found if glyph.is_digit and glyph.score >= search.likely)
    sizes: list[list[float]] = []
    for height in heights:
        if not sizes or height - sizes[-1][0] > 2 * search.tolerant:
            sizes.append([])
        sizes[-1].append(height)
    better: list[float] = []
    for size, share in itertools.product(sizes, search.again):
        scale = share * search.suited / math.exp(float(np.median(size)))
        if scale <= most and all(abs(math.log(scale / other)) > search.near for other in (*scales, *better)):
            better.append(scale)
    return better


def _look(grey: np.ndarray, scales: Sequence[float], look: Look, search: Search) -> Peaks:
    return _join([_peaks(grey, scale, look, search) for scale in scales])


def _join(parts: Sequence[Peaks]) -> Peaks:
    return Peaks(*(np.concatenate([getattr(p, name) for p in parts]) for name in ("boxes", "classes", "scales")))


def _peaks(grey: np.ndarray, scale: float, look: Look, search: Search) -> Peaks:
    """What the network sees at one scale, tile by tile."""
    limits = np.array(grey.shape[::-1])
    boxes, classes = [], []
    for (row, column), heat, box, own in _views(_sheet(grey, scale, search.padding), look, search.overlap):
        cells, seen, scores = find_peaks(heat, box, search.least)
        is_own = own[tuple(cells.T)]
        start = seen[is_own, :2] + (column, row) - search.padding
        low, high = (np.clip(corner / scale, 0, limits) for corner in (start, start + seen[is_own, 2:]))
        boxes.append(np.concatenate([low, np.maximum(high - low, 1)], 1))
        classes.append(scores[is_own])
    found, known = np.concatenate(boxes), np.concatenate(classes)
    return Peaks(found, np.pad(known, [(0, 0), (0, len(CLASSES) - known.shape[1])]), np.full(len(found), scale))


def _views(sheet: np.ndarray, look: Look, overlap: int) -> Iterator[View]:
    """What the network answers for each tile of a sheet."""
    places = STRIDE * np.arange(GRID)
    for (row, top, bottom), (column, left, right) in itertools.product(*(_starts(n, overlap) for n in sheet.shape)):
        tile = sheet[row : row + TILE, column : column + TILE]
        heat, box = (answer[0] for answer in look(tile[None, ..., None].astype(np.float32) / 255))
        down, across = ((low <= places) & (places < high) for low, high in ((top, bottom), (left, right)))
        yield (row, column), heat, box, down[:, None] & across


def _sheet(grey: np.ndarray, scale: float, padding: int) -> np.ndarray:
    """The picture at a scale, with paper around it, at least as large as a tile."""
    seen = resize(grey, scale, cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    paper = int(np.median(np.concatenate([seen[0], seen[-1], seen[:, 0], seen[:, -1]])))
    below, right = (padding + max(0, TILE - side - 2 * padding) for side in seen.shape)
    return cv2.copyMakeBorder(seen, padding, below, padding, right, cv2.BORDER_CONSTANT, value=paper)


def _starts(side: int, overlap: int) -> list[tuple[int, float, float]]:
    """Where tiles along a side start, and from where to where, in a tile, the centres of its glyphs are its own."""
    count = 1 + max(0, math.ceil((side - TILE) / (TILE - overlap)))
    starts = [round(number * (side - TILE) / max(count - 1, 1)) for number in range(count)]
    borders = [-math.inf, *((a + b + TILE) / 2 for a, b in itertools.pairwise(starts)), math.inf]
    return [(start, borders[n] - start, borders[n + 1] - start) for n, start in enumerate(starts)]


def _merge(peaks: Peaks, scales: Sequence[float], search: Search) -> list[Detection]:
    """One glyph for all peaks that see the same; its scores are the mean over the scales at which it is seen well.

    At a scale without a peak there it has none: what only one of several scales shows is hardly there.
    """
    heights = _writing_heights(peaks, search)
    suits = _suits(heights * peaks.scales, search)
    left = np.ones(len(suits), bool)
    found = []
    for number in np.argsort(-suits * peaks.scores, kind="stable"):
        if left[number]:
            same = overlaps(peaks.boxes[number], peaks.boxes)[0] > search.same
            weights = _suits(heights[number] * np.array(scales), search)
            seen = np.zeros(len(CLASSES))
            for scale, weight in zip(scales, weights, strict=True):
                here = np.flatnonzero(same & (peaks.scales == scale) & left)
                if len(here):
                    seen += weight * peaks.classes[here[peaks.scores[here].argmax()]]
            found.append(Detection(tuple(peaks.boxes[number].tolist()), seen / weights.sum()))
            left &= ~same
    return _without_parts(sorted(found, key=lambda glyph: -glyph.score), search)


def _without_parts(found: Sequence[Detection], search: Search) -> list[Detection]:
    """Of a digit and one that lies within it, such as the loop of an 8, and of two marks alike, only the surer one.

    The surest come first.
    """
    kept = np.ones(len(found), bool)
    boxes, are_digits = np.array([glyph.box for glyph in found]).reshape(-1, 4), np.array([g.is_digit for g in found])
    for number, is_digit in enumerate(are_digits.tolist()):
        if kept[number]:
            inside = overlaps(boxes[number], boxes)[1] > search.within
            inside[: number + 1] = False
            kept &= ~(inside & (are_digits == is_digit))
    return [glyph for glyph, keep in zip(found, kept, strict=True) if keep]


def _writing_heights(peaks: Peaks, search: Search) -> np.ndarray:
    """The height of the writing that each peak belongs to: a digit's own, a mark's that of the nearest digit."""
    heights = peaks.boxes[:, 3].copy()
    digits = np.flatnonzero(peaks.are_digits & (peaks.scores * _suits(heights * peaks.scales, search) > search.likely))
    marks = np.flatnonzero(~peaks.are_digits)
    if len(digits) and len(marks):
        middles = peaks.boxes[:, :2] + peaks.boxes[:, 2:] / 2
        distances = np.abs(middles[marks, None] - middles[digits]).sum(-1) / peaks.boxes[digits, 3]
        heights[marks] = np.maximum(heights[marks], heights[digits[distances.argmin(1)]])
    return heights


def _suits(heights: np.ndarray | float, search: Search) -> np.ndarray:
    """How well the network sees writing of heights in pixels, 0 to 1."""
    return np.exp(-0.5 * (np.log(heights / search.suited) / search.tolerant) ** 2)
