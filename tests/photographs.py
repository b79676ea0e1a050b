"""Handwriting as phones photograph it, rendered from pen strokes: light, shadow, ruling, perspective, blur, JPEG."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from recognizer.encode import encode
from recognizer.strokes import rasterise

Strokes = Sequence[np.ndarray]  # each (n, 2): x to the right, y downwards

PAPERS = [(250, 248, 244), (225, 238, 248), (200, 235, 235), (205, 225, 205)]  # BGR: white, cream, yellow, green
INKS = [((40, 35, 30), 0.95), ((120, 50, 30), 0.9), ((40, 30, 150), 0.85), ((90, 90, 90), 0.5)]  # the last: a pencil
TABLE = (60, 90, 120)
RULING = (200, 170, 140)


def photograph(lines: Sequence[Sequence[Strokes]], seed: int, size: tuple[int, int] = (1200, 900)) -> bytes:
    """A JPEG, `size` (width, height), of lines of digits written on paper; the same for the same seed."""
    rng = np.random.default_rng(seed)
    paper = _paper(size, rng)
    height = size[1] / len(lines) * rng.uniform(0.35, 0.55) if len(lines) > 1 else size[1] * rng.uniform(0.12, 0.4)
    ink, strength = INKS[rng.integers(len(INKS))]
    mask = _written(lines, size, height, rng)[..., None] * np.float32(strength)
    sheet = _turned(paper * (1 - mask) + np.array(ink, np.float32) * mask, rng)
    seen = _lit(sheet, rng)
    seen = cv2.GaussianBlur(seen, (0, 0), rng.uniform(0.4, 0.0015 * size[0]))
    seen = np.clip(seen + rng.normal(0, rng.uniform(1, 6), seen.shape), 0, 255).astype(np.uint8)
    return encode(seen, ".jpg", (cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 90))))


def _paper(size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    width, height = size
    paper = np.empty((height, width, 3), np.float32)
    paper[:] = PAPERS[rng.integers(len(PAPERS))]
    fibres = rng.normal(0, 1, (height // 4, width // 4)).astype(np.float32)
    paper += 2.5 * cv2.resize(fibres, size, interpolation=cv2.INTER_LINEAR)[..., None]
    ruling, step = rng.choice(["none", "lines", "squares"]), int(height * rng.uniform(0.04, 0.09))
    if ruling != "none":
        paper[step // 2 :: step][:, :] = RULING
        paper[step // 2 + 1 :: step][:, :] = RULING
    if ruling == "squares":
        paper[:, step // 2 :: step] = RULING
        paper[:, step // 2 + 1 :: step] = RULING
    return paper


def _written(
    lines: Sequence[Sequence[Strokes]], size: tuple[int, int], height: float, rng: np.random.Generator
) -> np.ndarray:
    """Where the pen went, 0 to 1."""
    placed = []
    pen = max(2, height * rng.uniform(0.05, 0.12))
    pitch = size[1] / len(lines)
    for number, line in enumerate(lines):
        x = rng.uniform(0.08, 0.2) * size[0] if len(line) > 1 else rng.uniform(0.2, 0.7) * size[0]
        for strokes in line:
            points = np.concatenate(strokes)
            scale = height * rng.uniform(0.85, 1.1) / max(np.ptp(points[:, 1]), 0.5 * np.ptp(points[:, 0]), 1e-6)
            y = (number + 0.5) * pitch - height / 2 + rng.normal(0, 0.05) * height
            placed += [(stroke - points.min(0)) * scale + (x, y) for stroke in strokes]
            x += np.ptp(points[:, 0]) * scale + height * rng.uniform(0.2, 0.45)
    return rasterise(placed, pen, size[::-1]).astype(np.float32) / 255


def _turned(sheet: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The sheet as a camera sees it that is not held quite above it; in some pictures the table shows."""
    height, width = sheet.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    inwards = rng.uniform(0, 0.05) if rng.random() < 0.4 else rng.uniform(-0.06, -0.04)
    shifts = rng.uniform(-0.03, 0.03, (4, 2)) + inwards * np.sign(corners - corners.mean(0)) * -1
    moved = (corners + shifts * (width, height)).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(corners, moved)
    return cv2.warpPerspective(sheet, matrix, (width, height), borderValue=TABLE)


def _lit(sheet: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Light that falls off to a side and to the corners, and in half of the pictures the shadow of a hand or phone."""
    height, width = sheet.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32) / max(height, width)
    angle = rng.uniform(0, 2 * np.pi)
    light = 1 - rng.uniform(0, 0.4) * (0.5 + 0.5 * ((x - 0.5) * np.cos(angle) + (y - 0.4) * np.sin(angle)))
    light *= 1 - rng.uniform(0, 0.5) * ((x - x.mean()) ** 2 + (y - y.mean()) ** 2)
    if rng.random() < 0.5:
        angle, off = rng.uniform(0, 2 * np.pi), rng.uniform(-0.2, 0.2)
        edge = ((x - x.mean()) * np.cos(angle) + (y - y.mean()) * np.sin(angle) - off) / rng.uniform(0.004, 0.05)
        light *= 1 - rng.uniform(0.2, 0.5) / (1 + np.exp(-np.clip(edge, -30, 30)))
    return sheet * light[..., None]
