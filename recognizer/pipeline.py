"""The way from a picture to what is written on it: decode → ink → layout → frame → model → reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from recognizer.borders import find_digit
from recognizer.candidates import COSTS, Choice, Costs, Line, candidates_of, choose, prefer, score
from recognizer.components import Components, find_components
from recognizer.decode import MAX_MEGAPIXELS, Picture, decode
from recognizer.drawing import condense
from recognizer.frame import FRAMING, Framing, frame
from recognizer.layout import LAYOUTS, count_left_out
from recognizer.model import Model
from recognizer.photo import find_inks
from recognizer.reading import Digit, Reading

PLACES = 6  # decimal places of a probability; more would be noise


def read(
    data: bytes, model: Model, layout: str = "auto", max_megapixels: float = MAX_MEGAPIXELS, costs: Costs = COSTS
) -> Reading:
    """Read the digits in the bytes of a picture file, with a `layout` of LAYOUTS. Raises PictureError, ModelError."""
    return read_picture(decode(data, max_megapixels), model, layout, costs)


def read_picture(picture: Picture, model: Model, layout: str = "auto", costs: Costs = COSTS) -> Reading:
    """Read the digits in an upright picture, with a `layout` of LAYOUTS. Raises NoInk, ModelError."""
    picture = replace(picture, grey=condense(picture.grey))
    views = [[find_components(ink) for ink in inks] for inks in find_inks(picture.grey)]
    choices = [_choose(view, layout, model, costs) for view in views]
    best = prefer(*choices, costs=costs)
    left_out = count_left_out(views[choices.index(best)]) if best.count > 1 else 0
    return _reading(picture, best, left_out, model, costs)


def find_frame(grey: np.ndarray, framing: Framing = FRAMING) -> np.ndarray:
    """Return the frame (28, 28) of a grey picture (height, width) of one digit; no model is asked. Raises NoInk."""
    components = find_components(find_inks(condense(grey))[0][0])
    return frame(components.glyph(find_digit(components)).ink, framing)


def reread(digits: Sequence[Digit], frames: np.ndarray, model: Model, costs: Costs = COSTS) -> list[Digit]:
    """Return what a model makes of digits read before, from their frames (n, 28, 28), 0 to 1. Raises ModelError."""
    least = _least(model, len(digits), costs)
    rows = model.probabilities(frames)
    return [_digit(row, digit.box, digit.line, least) for row, digit in zip(rows, digits, strict=True)]


def _choose(inks: Sequence[Components], layout: str, model: Model, costs: Costs) -> Choice:
    """The best of the ways in which a layout reads inks."""
    propose, *others = LAYOUTS[layout]
    first = _judge(propose(inks, costs), model, costs)
    if first.cost <= costs.split:  # as no cost is below 0, no other way can be better by a split
        return first
    ways = (_judge(propose(inks, costs), model, costs) for propose in others)
    return prefer(first, *(way for way in ways if way.count > 1), costs=costs)


def _judge(lines: Sequence[Line], model: Model, costs: Costs) -> Choice:
    """Choose among all candidates of lines, which the model is asked about in one batch."""
    candidates = candidates_of(lines)
    frames = np.stack([frame(candidate.glyph.ink, model.framing) for candidate in candidates])
    return choose(lines, score(candidates, frames, model.probabilities(frames), costs))


def _reading(picture: Picture, choice: Choice, left_out: int, model: Model, costs: Costs) -> Reading:
    least = _least(model, choice.count, costs)
    chosen = [(number, *pair) for number, line in enumerate(choice.lines) for pair in line]
    return Reading(
        model=model.name,
        digits=[
            _digit(score.probabilities, picture.full_box(candidate.glyph.box), line, least)
            for line, candidate, score in chosen
        ],
        frames=np.stack([score.frame for _, _, score in chosen]),
        glyphs=[candidate.glyph for _, candidate, _ in chosen],
        picture=picture.grey,
        size=picture.size,
        left_out=left_out,
    )


def _least(model: Model, count: int, costs: Costs) -> float:
    """The confidence below which a model takes one of so many digits for none."""
    return model.reject_below * (costs.among if count > 1 else 1)


def _digit(probabilities: np.ndarray, box: list[int], line: int, least: float) -> Digit:
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
