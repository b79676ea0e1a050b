"""Picture in, digits out: decode → ink → layout → frame → model → reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from recognizer.decode import MAX_MEGAPIXELS, Picture, decode
from recognizer.errors import ModelError, NoInk, NotAPicture, PictureError, PictureTooLarge, UnreadablePicture
from recognizer.frame import faintness, frame
from recognizer.ink import condensed, extract
from recognizer.lattice import Line, Option, best_way, is_sure, least_doubtful
from recognizer.layout import LAYOUTS, left_out
from recognizer.layout import inside as inner_pieces  # not `inside`, which is a module of this package
from recognizer.model import Model
from recognizer.pieces import Pieces, connected
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
    "first_frame",
    "read",
    "reread",
]

AMONG_DIGITS = 0.5  # of the confidence that a digit needs alone, where there are others: they make it likelier
FAINT = 4.0  # the cost of a digit all of which is faint and far from any stroke, as paper's ruling around it is
PLACES = 6  # decimal places of a probability; more would be noise


def read(data: bytes, model: Model, layout: str = "auto", max_megapixels: float = MAX_MEGAPIXELS) -> Reading:
    """Read the digits in the bytes of a picture file, with a `layout` of LAYOUTS. Raises PictureError, ModelError."""
    picture = decode(data, max_megapixels)
    picture = replace(picture, grey=condensed(picture.grey))
    views = [[connected(ink) for ink in inks] for inks in extract(picture.grey)]
    found = [_lines(inks, layout, model) for inks in views]
    best = least_doubtful(found)
    lines, inks = found[best], views[best]
    chosen = [option for line in lines for option in line]
    least = _least(model, len(chosen))
    return Reading(
        model=model.name,
        digits=[_digit(option, number, picture, least) for number, line in enumerate(lines) for option in line],
        frames=np.stack([option.frame for option in chosen]),
        glyphs=[option.glyph for option in chosen],
        picture=picture.grey,
        size=picture.size,
        left_out=left_out(inks) if len(chosen) > 1 else 0,
    )


def _lines(inks: Sequence[Pieces], layout: str, model: Model) -> list[list[Option]]:
    """The lines of digits that a layout finds in the inks of a picture."""
    ways: list[list[Line]] = []
    for make in LAYOUTS[layout]:
        if not ways or not is_sure(ways[0]):  # most pictures show one digit, and need no more
            ways.append(make(inks))
            _judge([option for line in ways[-1] for option in line if isinstance(option, Option)], model)
    return best_way(ways)


def first_frame(grey: np.ndarray) -> np.ndarray:
    """Return the frame (28, 28) of a grey picture (height, width) of one digit, by no model's advice. Raises NoInk."""
    pieces = connected(extract(condensed(grey))[0][0])
    return frame(pieces.glyph(inner_pieces(pieces)).ink)


def _judge(options: list[Option], model: Model) -> None:
    """Fill in the frames and probabilities of options, all in one batch, and what their frames cost."""
    frames = np.stack([frame(option.glyph.ink) for option in options])
    for option, seen, row in zip(options, frames, model.probabilities(frames), strict=True):
        option.frame, option.probabilities = seen, row
        option.cost += FAINT * faintness(seen)


def reread(digits: Sequence[Digit], frames: np.ndarray, model: Model) -> list[Digit]:
    """Return what a model makes of digits read before, from their frames (n, 28, 28), 0 to 1. Raises ModelError."""
    least = _least(model, len(digits))
    rows = model.probabilities(frames)
    return [_judged(row, digit.box, digit.line, least) for row, digit in zip(rows, digits, strict=True)]


def _least(model: Model, count: int) -> float:
    """The confidence below which a model takes one of so many digits for none."""
    return model.reject_below * (AMONG_DIGITS if count > 1 else 1)


def _digit(option: Option, line: int, picture: Picture, least: float) -> Digit:
    return _judged(option.probabilities, picture.full_box(option.glyph.box), line, least)


def _judged(probabilities: np.ndarray, box: list[int], line: int, least: float) -> Digit:
    confidence = round(float(probabilities.max()), PLACES)
    shares = probabilities / probabilities.sum()  # as if it were a digit
    return Digit(
        digit=int(shares.argmax()),
        confidence=confidence,
        probabilities=shares.round(PLACES).tolist(),
        box=box,
        line=line,
        rejected=confidence < least,
    )
