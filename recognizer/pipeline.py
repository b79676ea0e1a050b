"""The way from a picture to what is written on it: decode → drawing or page → layout → frame → model → reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from recognizer.borders import find_digit
from recognizer.candidates import COSTS, Choice, Costs, choose, prefer, propose, score
from recognizer.components import Components, find_components, usual_height
from recognizer.cutout import cut_out
from recognizer.decode import MAX_MEGAPIXELS, Picture, decode
from recognizer.detector import load_detector
from recognizer.drawing import condense, find_contrast, measure_ink
from recognizer.frame import FRAMING, Framing, frame
from recognizer.layout import Number, Row, arrange, find_table
from recognizer.model import Model
from recognizer.page import SEARCH, Found, find_glyphs
from recognizer.photo import find_inks
from recognizer.reading import Digit, Mark, Reading

PLACES = 6  # decimal places of a probability; more would be noise
TALL = 0.5  # of the height of a drawing's writing; what is lower may be a mark or dirt
LAYOUTS = ("auto", "digit", "page")


def read(
    data: bytes, model: Model, layout: str = "auto", max_megapixels: float = MAX_MEGAPIXELS, costs: Costs = COSTS
) -> Reading:
    """Read the digits in the bytes of a picture file, with a `layout` of LAYOUTS. Raises PictureError, ModelError."""
    return read_picture(decode(data, max_megapixels), model, layout, costs)


def read_picture(picture: Picture, model: Model, layout: str = "auto", costs: Costs = COSTS) -> Reading:
    """Read the digits in an upright picture, with a `layout` of LAYOUTS. Raises NoInk, ModelError.

    A digit drawn on plain paper that the model is sure of is read at once; all else goes through the page network.
    """
    picture = replace(picture, grey=condense(picture.grey))
    contrast = find_contrast(picture.grey)
    if layout == "digit":
        return _state_digit(picture, _choose_digit(picture.grey, model, costs), model)
    if layout == "auto" and contrast is not None:
        digit = _choose_digit(picture.grey, model, costs)
        if digit[1].cost <= costs.sure:
            return _state_digit(picture, digit, model)
    found, unread = _find_glyphs(picture.grey, contrast, model)
    rows = arrange(found[: SEARCH.most])
    count = sum(len(number) for row in rows for number in row)
    if count > (layout == "auto"):  # what shows a single glyph is read as a picture of one digit
        return _state_page(picture, rows, len(found) + unread - count, model)
    return _state_digit(picture, _choose_digit(picture.grey, model, costs), model)


def find_frame(grey: np.ndarray, framing: Framing = FRAMING) -> np.ndarray:
    """Return the frame (28, 28) of a grey picture (height, width) of one digit; no model is asked. Raises NoInk."""
    components = find_components(find_inks(condense(grey))[0][0])
    return frame(components.glyph(find_digit(components)).ink, framing)


def reread(digits: Sequence[Digit], frames: np.ndarray, model: Model) -> list[Digit]:
    """Return what a model makes of digits read before, from their frames (n, 28, 28), 0 to 1. Raises ModelError."""
    least = model.reject_below if len(digits) == 1 else 0.0
    rows = model.probabilities(frames)
    return [_digit(row, digit.box, digit.line, least) for row, digit in zip(rows, digits, strict=True)]


def _choose_digit(grey: np.ndarray, model: Model, costs: Costs) -> Choice:
    """The best way to read a picture as one digit; the model is asked about all ways in one batch. Raises NoInk."""
    views = [[find_components(ink) for ink in inks] for inks in find_inks(grey)]
    choices = []
    for inks in views:
        candidates = propose(inks, costs)
        frames = np.stack([frame(candidate.glyph.ink, model.framing) for candidate in candidates])
        choices.append(choose(candidates, score(candidates, frames, model.probabilities(frames), costs)))
    return prefer(choices, costs)


def _find_glyphs(grey: np.ndarray, contrast: np.ndarray | None, model: Model) -> tuple[list[Found], int]:
    """The glyphs of a page, by the height of its ink where this is drawn on plain paper, and what is left unread."""
    if contrast is None or (ink := measure_ink(contrast)) is None:
        return find_glyphs(grey, load_detector()), 0
    components = find_components(ink)
    height = usual_height(components, np.arange(1, len(components.mass)))
    found = find_glyphs(255 - ink, load_detector(), height)
    rest = _find_rest(components, found, TALL * height)
    return found + _read_rest(components, rest[: SEARCH.most], model), max(0, len(rest) - SEARCH.most)


def _find_rest(components: Components, found: list[Found], tall: float) -> np.ndarray:
    """The labels of a drawing's tall components in which no glyph was found."""
    claimed = sum((components.mass_in(glyph.box) for glyph in found), np.zeros(len(components.mass)))
    is_tall = (components.boxes[:, 3] >= tall) & (np.arange(len(claimed)) > 0)
    return np.flatnonzero(is_tall & (claimed < 0.5 * components.mass))


def _read_rest(components: Components, rest: np.ndarray, model: Model) -> list[Found]:
    """What the digit model takes for digits of the components that are left."""
    if not len(rest):
        return []
    frames = np.stack([frame(components.glyph([number]).ink, model.framing) for number in rest.tolist()])
    return [
        Found.of_digit(tuple(components.boxes[number].tolist()), row)
        for number, row in zip(rest, model.probabilities(frames), strict=True)
        if row.max() > 0.5
    ]


def _state_digit(picture: Picture, choice: Choice, model: Model) -> Reading:
    """The reading of a picture of one digit."""
    candidate, score = choice
    digit = _digit(score.probabilities, picture.full_box(candidate.glyph.box), 0, model.reject_below)
    return Reading(
        model=model.name,
        digits=[digit],
        lines=[digit.character],
        frames=score.frame[None],
        glyphs=[candidate.glyph],
        picture=picture.grey,
        size=picture.size,
    )


def _state_page(picture: Picture, rows: list[Row], left_out: int, model: Model) -> Reading:
    """The reading of a page of numbers."""
    table, sureness = find_table(rows), load_detector().sureness
    placed = [(line, found) for line, row in enumerate(rows) for number in row for found in number]
    digits = [(line, found, cut_out(picture.grey, found.box)) for line, found in placed if found.is_digit]

    def full(found: Found) -> list[int]:
        return picture.full_box(found.box)

    return Reading(
        model=model.name,
        digits=[
            _digit(found.shares * sureness.tell(found.score) / found.shares.max(), full(found), line, 0.0)
            for line, found, _ in digits
        ],
        marks=[
            Mark(found.name, round(sureness.tell(found.score), PLACES), full(found), line)
            for line, found in placed
            if not found.is_digit
        ],
        lines=[" ".join(map(_spell, row)) for row in rows],
        table=[[_spell(cell) for cell in row] for row in table] if table else None,
        frames=np.stack([frame(glyph.ink, model.framing) for _, _, glyph in digits]),
        glyphs=[glyph for _, _, glyph in digits],
        picture=picture.grey,
        size=picture.size,
        left_out=left_out,
    )


def _spell(number: Number) -> str:
    return "".join(found.name for found in number)


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
