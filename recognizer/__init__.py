"""Picture in, digits out: decode → ink → layout → frame → model → reading."""

from __future__ import annotations

import numpy as np

from recognizer.decode import MAX_MEGAPIXELS, Picture, decode
from recognizer.errors import ModelError, NoInk, NotAPicture, PictureError, PictureTooLarge, UnreadablePicture
from recognizer.frame import frame
from recognizer.ink import extract
from recognizer.layout import LAYOUTS, Glyph
from recognizer.model import Model
from recognizer.reading import Digit, Reading

__all__ = [
    "LAYOUTS",
    "MAX_MEGAPIXELS",
    "Digit",
    "Model",
    "ModelError",
    "NoInk",
    "NotAPicture",
    "PictureError",
    "PictureTooLarge",
    "Reading",
    "UnreadablePicture",
    "read",
]

PLACES = 6  # decimal places of a probability; more would be noise


def read(data: bytes, model: Model, layout: str = "auto", max_megapixels: float = MAX_MEGAPIXELS) -> Reading:
    """Read the digits in the bytes of a picture file, with a `layout` of LAYOUTS. Raises PictureError, ModelError."""
    picture = decode(data, max_megapixels)
    glyphs = LAYOUTS[layout](extract(picture.grey))
    frames = np.stack([frame(glyph.ink) for glyph in glyphs])
    rows = model.probabilities(frames)
    digits = [_digit(glyph, row, picture, model) for glyph, row in zip(glyphs, rows, strict=True)]
    return Reading(model.name, digits, frames, picture.grey)


def _digit(glyph: Glyph, probabilities: np.ndarray, picture: Picture, model: Model) -> Digit:
    confidence = round(float(probabilities.max()), PLACES)
    shares = probabilities / probabilities.sum()  # as if it were a digit
    return Digit(
        digit=int(probabilities.argmax()),
        confidence=confidence,
        probabilities=[round(float(share), PLACES) for share in shares],
        box=picture.full_box(glyph.box),
        line=glyph.line,
        rejected=confidence < model.reject_below,
    )
