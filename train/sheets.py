"""Contact sheets of what networks are shown: frames, or pages with the boxes that are to be answered."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import cv2
import numpy as np
from PIL import Image, ImageDraw

from recognizer.frame import SIDE
from recognizer.glyphs import DIGITS, MARKS, TILE
from train.allographs import FORMS
from train.augment import AS_IT_IS, draw
from train.data import Digits, Pens, find_folder
from train.errors import TrainError
from train.pages.hands import Hands
from train.pages.kinds import KINDS
from train.pages.render import render
from train.pages.sheet import DOUBTFUL
from train.recipe import Augmentation

COLUMNS = 8  # of crops
FRAMES = 40  # in a row
HANDS = 24  # of digits in a form, in a row
TEXT = 360  # pixels, what names it
REAL = "field-*.zip"  # pictures of other people's pages, which are looked at and never trained on
RED, BLUE, GREEN = (213, 50, 0), (0, 114, 178), (0, 158, 115)  # of digits, marks, other writing,
GREY = 128, 128, 128  # and what can hardly be seen


def write_frames(data: Sequence[Digits], how: Augmentation, seed: int, path: Path) -> None:
    """Write a picture of frames: of each data set a row for each digit, and for what is none."""
    rng = np.random.default_rng(seed)
    rows = []
    for digits in data:
        for label in np.unique(digits.labels):
            some = rng.choice(np.flatnonzero(digits.labels == label), FRAMES)
            rows.append(np.hstack(list(digits.take(some).render(how, rng))))
    Image.fromarray(np.uint8(255 - np.round(255 * np.vstack(rows)))).save(path)


def write_forms(data: Sequence[Digits], how: Augmentation, seed: int, path: Path) -> None:
    """Write a picture with a row of digits for each form that some hands write, and which share of a digit gets it.

    Raises TrainError where no digit is known by its strokes.
    """
    rng = np.random.default_rng(seed)
    written = [one for digits in data if isinstance(digits, Pens) for one in digits.writings]
    rows = []
    for label, forms in FORMS.items():
        same = [one for one in written if one.label == label]
        for form in forms if same else ():
            some = [same[n] for n in rng.choice(len(same), HANDS)]
            drawn = draw([replace(one, strokes=form.write(one.strokes, rng)) for one in some], AS_IT_IS, rng)
            title = f"{label}: {form.name}, {form.share * how.marks:.1%}"
            rows.append(np.hstack([_write(title), *(255 - np.round(255 * drawn)).astype(np.uint8)]))
    if not rows:
        raise TrainError("None of the digits that it learns from are pen strokes, so none are given another form.")
    Image.fromarray(np.vstack(rows)).save(path)


def _write(text: str) -> np.ndarray:
    line = Image.new("L", (TEXT, SIDE), 255)
    ImageDraw.Draw(line).text((4, 8), text, 0)
    return np.asarray(line)


def write_pages(hands: Hands, seed: int, path: Path) -> None:
    """Write a picture with a row of crops for each kind of page, and rows of real pictures where there are some."""
    rows = [np.hstack([_draw_boxes(*render(hands, (seed, n), kind)) for n in range(COLUMNS)]) for kind in KINDS]
    pictures = _real(np.random.default_rng(seed))
    rows += [np.hstack(pictures[n : n + COLUMNS]) for n in range(0, len(pictures) - COLUMNS + 1, COLUMNS)]
    Image.fromarray(np.vstack(rows)).save(path)


def _draw_boxes(tile: np.ndarray, glyphs: np.ndarray) -> np.ndarray:
    """A tile in colours, with a box around each glyph."""
    image = np.repeat(tile[..., None], 3, axis=2)
    for kind, x, y, width, height in glyphs:
        colour = _colour(int(kind))
        start, end = (int(x - width / 2), int(y - height / 2)), (int(x + width / 2), int(y + height / 2))
        cv2.rectangle(image, start, end, colour, 1)
    return image


def _colour(kind: int) -> tuple[int, int, int]:
    if kind == DOUBTFUL:
        return GREY
    return RED if kind < len(DIGITS) else BLUE if kind < len(DIGITS + MARKS) else GREEN


def _real(rng: np.random.Generator) -> list[np.ndarray]:
    """Some real pictures of each set in DIGITS_DATA, TILE pixels wide and high, in colours."""
    pictures = []
    for path in sorted(find_folder().glob(REAL)):
        with ZipFile(path) as archive:
            names = [name for name in sorted(archive.namelist()) if not name.endswith((".csv", "/"))]
            for name in rng.choice(names, min(COLUMNS, len(names)), replace=False):
                pictures.append(_fit(Image.open(io.BytesIO(archive.read(name))).convert("L")))
    return pictures


def _fit(picture: Image.Image) -> np.ndarray:
    scale = TILE / max(picture.size)
    small = picture.resize([max(1, round(side * scale)) for side in picture.size])
    tile = Image.new("L", (TILE, TILE), 128)
    tile.paste(small)
    return np.repeat(np.asarray(tile)[..., None], 3, axis=2)
