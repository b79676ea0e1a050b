"""A sheet as a camera, a scanner or a screen shows it: light, paper, perspective, blur, noise, compression."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from recognizer.glyphs import MARKS, TILE
from train.pages.paper import texture
from train.pages.sheet import DOUBTFUL, INDEX, SIDE, Glyph, Sheet

SHOWN = 0.6  # of a glyph's box, so that it is to be found
LEAST, LEAST_MARK = 8, 2  # pixels: the longer side of a digit, and of a mark, so that it can be read
CONTRAST, ROUGH = 12, 0.9  # grey levels of ink that can be seen, and the weight of what the paper about it varies
QUARTILES = 0.25, 0.75
DARKEST = 0.95  # of what the ink darkens in a glyph's box
BLACK_ON_WHITE = 50  # the standard deviation within a glyph's box that can be seen, where there is no grey
BLUR = 0.07  # of a glyph's height: the standard deviation of the strongest blur
FEWEST = 10  # pixels of a glyph's height, where the picture has too few

SMALL = {INDEX[mark] for mark in MARKS}


def photograph(sheet: Sheet, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return a tile (TILE, TILE) uint8 of a sheet, and its glyphs (n, 5): class, centre x and y, width, height.

    What is cut off or too small is not among them; what is too faint for what is about it is DOUBTFUL.
    """
    grain = rng.uniform(1, 12) if not sheet.plain and rng.random() < 0.6 else 0.0
    bare = _paper(sheet, rng)
    image = _ink(bare, sheet, rng)
    contrasts = [_contrast(glyph, bare, image) for glyph in sheet.glyphs]
    glyphs = [
        glyph if contrast > CONTRAST + grain else replace(glyph, kind=DOUBTFUL)
        for glyph, contrast in zip(sheet.glyphs, contrasts, strict=True)
    ]
    if sheet.window:
        image, glyphs = _cut(image, glyphs, sheet.window, rng)
    elif sheet.on_desk or rng.random() < 0.04:
        image, glyphs = _lay_down(image, glyphs, rng)
    view = _view(rng, steady=sheet.plain)
    border = cv2.BORDER_REPLICATE if rng.random() < 0.5 else cv2.BORDER_CONSTANT
    image = cv2.warpPerspective(
        image, view, (TILE, TILE), flags=cv2.INTER_LINEAR, borderMode=border, borderValue=float(np.median(image))
    )
    boxes = [box for glyph in glyphs if (box := _box(glyph, view)) is not None]
    heights = [box[4] for box in boxes if box[0] not in SMALL]
    height = float(np.quantile(heights, 0.3)) if heights else TILE / 4
    if not sheet.plain or rng.random() < 0.3:
        image = _blur(image, rng, height)
    if not sheet.plain and rng.random() < 0.1:
        tile = _threshold(image, grain, float(np.median(contrasts or [60])), rng)
        boxes = [box if _part(tile, box).std() > BLACK_ON_WHITE else (DOUBTFUL, *box[1:]) for box in boxes]
    else:
        tile = _save(image, rng, grain, processed=not sheet.plain)
    return tile, np.array(boxes, np.float32).reshape(-1, 5)


def _paper(sheet: Sheet, rng: np.random.Generator) -> np.ndarray:
    """Paper under a lamp, and what is printed on it, 0 to 255."""
    if sheet.plain:
        return np.full((SIDE, SIDE), 255, np.float32)
    base = rng.choice([255, rng.uniform(225, 255), rng.uniform(100, 235)], p=[0.2, 0.35, 0.45])
    paper = np.full((SIDE, SIDE), base, np.float32)
    if rng.random() < 0.5:
        paper *= 1 + (texture(rng, int(rng.integers(2, 5))) - 0.5) * rng.uniform(0.05, 0.7)
    if rng.random() < 0.12:
        paper *= _shadow(rng)
    if rng.random() < 0.06:
        back = cv2.GaussianBlur(np.maximum(sheet.ink, sheet.print)[:, ::-1], (0, 0), rng.uniform(0.8, 2.5))
        paper *= 1 - back.astype(np.float32) / 255 * rng.uniform(0.04, 0.2)
    if rng.random() < 0.1:
        paper *= 1 + (texture(rng, int(rng.integers(80, 250))) - 0.5) * rng.uniform(0.02, 0.2)
    strength = rng.uniform(0.2, 1) if rng.random() < 0.8 else 1.0
    return paper * (1 - sheet.print.astype(np.float32) / 255 * strength * 0.95)


def _ink(paper: np.ndarray, sheet: Sheet, rng: np.random.Generator) -> np.ndarray:
    """Paper with the handwriting on it."""
    ink = sheet.ink.astype(np.float32) / 255
    if sheet.plain:
        return paper - ink * rng.choice([255.0, rng.uniform(120, 255)])
    ink *= rng.choice([rng.uniform(0.2, 0.55), rng.uniform(0.5, 0.95), rng.uniform(0.85, 1)], p=[0.18, 0.42, 0.4])
    if rng.random() < 0.25:  # a pencil, or a pen that runs dry
        ink *= np.clip(0.6 + texture(rng, int(rng.integers(30, 120))) * 0.8, 0, 1)
    return paper * (1 - ink) + np.minimum(paper, rng.uniform(0, 70)) * ink


def _contrast(glyph: Glyph, paper: np.ndarray, image: np.ndarray) -> float:
    """How much darker than the paper a glyph's ink is, less what the paper itself varies about it, in grey levels."""
    left, top = np.clip(glyph.points.min(0), 0, SIDE - 1).astype(int)
    right, bottom = np.clip(glyph.points.max(0), 0, SIDE - 1).astype(int) + 1
    about = paper[top:bottom, left:right]
    lower, upper = _ranks(about, QUARTILES)  # printed lines, being few of the pixels, do not count
    (darkest,) = _ranks(about - image[top:bottom, left:right], (DARKEST,))
    return float(darkest - ROUGH * (upper - lower))


def _ranks(values: np.ndarray, shares: tuple[float, ...]) -> np.ndarray:
    """The values at shares of their order, not interpolated, which takes a quarter of the time of NumPy's quantiles."""
    places = [int(share * (values.size - 1)) for share in shares]
    return np.asarray(np.partition(values, places, axis=None)[places])


def _shadow(rng: np.random.Generator) -> np.ndarray:
    """The edge of a shadow, hard or soft."""
    rows, columns = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    turn = rng.uniform(0, 2 * np.pi)
    x, y = rng.uniform(0, SIDE, 2)
    within = (columns - x) * np.cos(turn) + (rows - y) * np.sin(turn)
    return 1 - rng.uniform(0.15, 0.55) / (1 + np.exp(-np.clip(within / rng.uniform(1, 25), -50, 50)))


def _cut(
    image: np.ndarray, glyphs: list[Glyph], window: tuple[float, float, float, float], rng: np.random.Generator
) -> tuple[np.ndarray, list[Glyph]]:
    """Only what a window shows; about it is what a picture is padded with."""
    left, top, right, bottom = (int(np.clip(value, 0, SIDE)) for value in window)
    shown = image[top:bottom, left:right]
    if min(shown.shape) < 8:
        return image, glyphs
    edge = np.concatenate([shown[0], shown[-1], shown[:, 0], shown[:, -1]])
    pad = np.median(edge) if rng.random() < 0.7 else rng.choice([255.0, 0.0, np.median(shown)])
    whole = np.full_like(image, pad)
    whole[top:bottom, left:right] = shown
    corners = np.array([[left, top], [right, bottom]], np.float32)
    clipped = [(glyph, Glyph(glyph.kind, np.clip(glyph.points, *corners))) for glyph in glyphs]
    return whole, [shown for glyph, shown in clipped if _area(shown) >= SHOWN * _area(glyph)]


def _area(glyph: Glyph) -> float:
    return float(np.prod(np.maximum(np.ptp(glyph.points, 0), 1)))


def _lay_down(image: np.ndarray, glyphs: list[Glyph], rng: np.random.Generator) -> tuple[np.ndarray, list[Glyph]]:
    """A sheet that lies on a desk and ends within the picture, at one edge or all about."""
    desk = rng.uniform(20, 220) + (texture(rng, int(rng.integers(3, 80))) - 0.5) * rng.uniform(10, 140)
    margin = rng.uniform(-60, 70, 4)
    corners = np.array(
        [
            (margin[0], margin[1]),
            (SIDE - margin[2], margin[1]),
            (SIDE - margin[2], SIDE - margin[3]),
            (margin[0], SIDE - margin[3]),
        ]
    )
    corners = np.round(corners + rng.normal(0, 15, (4, 2))).astype(np.int32)
    mask = cv2.fillConvexPoly(np.zeros((SIDE, SIDE), np.uint8), corners, 1)
    on_sheet = [glyph for glyph in glyphs if _lies_on(mask, glyph)]
    return np.where(mask > 0, image, np.clip(desk, 0, 255).astype(np.float32)), on_sheet


def _lies_on(mask: np.ndarray, glyph: Glyph) -> bool:
    columns, rows = np.clip(glyph.points, 0, SIDE - 1).astype(int).T
    return bool(mask[rows, columns].mean() > 0.9)


def _view(rng: np.random.Generator, steady: bool) -> np.ndarray:
    """The homography from the sheet to the tile; a steady one neither turns nor leans."""
    turn = np.radians(rng.normal(0, 3) if rng.random() < 0.8 else rng.uniform(-22, 22)) * (not steady)
    zoom = rng.uniform(0.8, 1.2)
    spin = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    scale = np.array(
        [[zoom, zoom * rng.normal(0, 0.04) * (not steady), 0], [0, zoom * rng.uniform(0.92, 1.08), 0], [0, 0, 1]]
    )
    centred = np.array([[1, 0, -SIDE / 2], [0, 1, -SIDE / 2], [0, 0, 1.0]])
    view = spin @ scale @ centred
    if not steady and rng.random() < 0.4:
        view[2, :2] = rng.normal(0, 2.5e-4, 2)
        view = view / (view[2] @ (SIDE / 2, SIDE / 2, 1))
    x, y = TILE / 2 + rng.uniform(-18, 18, 2)
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1.0]]) @ view


def _box(glyph: Glyph, view: np.ndarray) -> tuple[float, ...] | None:
    """Class, centre and size of a glyph in the tile; None where it is cut off or too small."""
    points = cv2.perspectiveTransform(glyph.points[None].astype(np.float64), view)[0]
    low, high = points.min(0), points.max(0)
    whole = np.prod(np.maximum(high - low, 1))
    low, high = np.clip(low, 0, TILE), np.clip(high, 0, TILE)
    width, height = np.maximum(high - low, 0)
    least = LEAST_MARK if glyph.kind in SMALL else LEAST
    if np.prod(np.maximum((width, height), 1)) < SHOWN * whole or max(width, height) < least:
        return None
    return (glyph.kind, *((low + high) / 2), max(width, 1.0), max(height, 1.0))


def _part(image: np.ndarray, box: tuple[float, ...]) -> np.ndarray:
    """What a box holds, which lies within the image."""
    _, x, y, width, height = box
    top, left = max(int(y - height / 2), 0), max(int(x - width / 2), 0)
    return image[min(top, TILE - 1) : int(y + height / 2) + 1, min(left, TILE - 1) : int(x + width / 2) + 1]


def _blur(image: np.ndarray, rng: np.random.Generator, height: float) -> np.ndarray:
    """Out of focus, shaken or of too few pixels, but so that glyphs of a `height` can still be read."""
    if rng.random() < 0.55:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.3, np.clip(BLUR * height, 0.5, 1.8)))
    if height > 2 * FEWEST and rng.random() < 0.08:  # the hand moved
        length = int(rng.integers(3, 8))
        kernel = np.eye(length, dtype=np.float32) if rng.random() < 0.5 else np.ones((1, length), np.float32)
        image = cv2.filter2D(image, -1, kernel / kernel.sum())
    if rng.random() < 0.25:  # too few pixels
        few = int(TILE * rng.uniform(np.clip(FEWEST / height, 0.4, 0.9), 0.95))
        small = cv2.resize(image, (few, few), interpolation=cv2.INTER_AREA)
        image = cv2.resize(
            small, (TILE, TILE), interpolation=cv2.INTER_LINEAR if rng.random() < 0.5 else cv2.INTER_CUBIC
        )
    return image


def _save(image: np.ndarray, rng: np.random.Generator, grain: float, processed: bool) -> np.ndarray:
    """Grain, contrast, compression and dark mode; what is not `processed` comes from a screen."""
    if grain:
        image = image + rng.normal(0, grain, image.shape)
    if processed and rng.random() < 0.4:
        mean = image.mean()
        image = (image - mean) * rng.uniform(0.4, 1.4) + mean + rng.uniform(-30, 20)
    tile = np.clip(image, 0, 255).astype(np.uint8)
    if rng.random() < (0.5 if processed else 0.15):
        code = cv2.imencode(".jpg", tile, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 95))])[1]
        tile = cv2.imdecode(code, cv2.IMREAD_GRAYSCALE)
    return 255 - tile if rng.random() < (0.1 if processed else 0.3) else tile


def _threshold(image: np.ndarray, grain: float, contrast: float, rng: np.random.Generator) -> np.ndarray:
    """As a fax or a scan in black and white: what is darker than the paper about it, by a part of the ink, is black."""
    paper = cv2.GaussianBlur(image.astype(np.float32), (0, 0), rng.uniform(12, 40))
    noisy = image + rng.normal(0, grain / 2, image.shape)
    return np.where(noisy > paper - max(6.0, contrast * rng.uniform(0.2, 0.55)), 255, 0).astype(np.uint8)
