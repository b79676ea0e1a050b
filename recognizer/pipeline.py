"""The way from a picture to what is written on it.

A drawing of one digit: decode → drawing → frame → model → reading. All else: decode → page → layout → reading, for
the page network says which digits these are; their frames are cut out for those who want to look at them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from recognizer.choice import choose, measure_shares
from recognizer.components import Components, Glyph, enclose, find_components
from recognizer.cutout import cut_out
from recognizer.decode import MAX_MEGAPIXELS, Picture, decode
from recognizer.detection import Detection
from recognizer.detector import load_detector
from recognizer.drawing import condense, find_contrast, measure_ink
from recognizer.errors import NoInk
from recognizer.frame import FRAMING, Framing, frame
from recognizer.layout import Number, Row, arrange, find_table, leave_out
from recognizer.marks import SHAPES, find_marks
from recognizer.model import Model
from recognizer.page import SEARCH, find_candidates, find_glyphs
from recognizer.reading import PLACES, Digit, Mark, Reading

Box = tuple[float, float, float, float]  # x, y, width, height

LAYOUTS = ("auto", "digit", "page")
NONE = np.zeros((0, 4))  # boxes
ONE = replace(SEARCH, least=0.05, likely=0.12)  # where there is a digit for certain, the surest one is it (blank)


@dataclass(frozen=True)
class Shortcut:
    """When a drawing is one digit, so that the page network need not look for others."""

    sure: float = 0.95  # the probability from which the digit network is believed at once (unipen, auto)
    tall: float = 0.5  # of the height of the writing; what is lower may be a mark or dirt (strings)
    second: float = 0.15  # weight of the digit network in what the digits of a number are (strings, marks)


SHORTCUT = Shortcut()


@dataclass(frozen=True)
class Turning:
    """When a photograph is looked at from all sides, and when it is turned."""

    trusted: float = 0.66  # the mean score of digits from which a photograph is upright (cells, amounts, turned)
    clear: float = 1.0  # by how much the sum of scores must be greater than in a picture as it came


TURNING = Turning()


@dataclass(frozen=True, eq=False)
class Guess:
    """What the digit network makes of some ink of a drawing: glyph, frame (28, 28), and ten probabilities."""

    glyph: Glyph
    frame: np.ndarray
    probabilities: np.ndarray

    @property
    def confidence(self) -> float:
        """The probability of the likeliest digit."""
        return float(self.probabilities.max())


def read(
    data: bytes, model: Model, layout: str = "auto", max_megapixels: float = MAX_MEGAPIXELS, page: int = 1
) -> Reading:
    """Read the digits in the bytes of a picture file, or on a page of a PDF or TIFF, with a `layout` of LAYOUTS.

    Raises PictureError, ModelError.

    >>> from pathlib import Path
    >>> read(Path("7.png").read_bytes(), Model("flagship")).text
    '7'
    """
    return read_picture(decode(data, max_megapixels, page), model, layout)


def read_picture(
    picture: Picture | np.ndarray,
    model: Model,
    layout: str = "auto",
    *,
    may_turn: bool = True,
    shortcut: Shortcut = SHORTCUT,
) -> Reading:
    """Read the digits in an upright picture, or an array as `Picture.of` takes it, with a `layout` of LAYOUTS.

    A photograph whose numbers seem to lie on their side is turned to be read, if it `may_turn`. A digit drawn on plain
    paper that the model is sure of is read at once; all else goes through the page network, and with the layout "page"
    every drawing does. Raises NoInk, ModelError; ValueError for an array that is no picture.

    >>> import numpy as np
    >>> picture = np.full((200, 200), 255, np.uint8)
    >>> picture[30:170, 95:105] = 0
    >>> read_picture(picture, Model("flagship")).text
    '1'
    """
    picture = picture if isinstance(picture, Picture) else Picture.of(picture)
    picture = replace(picture, grey=condense(picture.grey))
    if (contrast := find_contrast(picture.grey)) is None:
        if layout == "digit":
            return _read_page(picture, find_glyphs(picture.grey, load_detector(), search=ONE), NONE, model, layout)
        found = find_glyphs(picture.grey, load_detector())
        if may_turn:
            picture, found = _find_upright(picture, found)
        return _read_page(picture, found, NONE, model, layout)
    components = find_components(measure_ink(contrast))
    guess = _guess(components, components.solid(), model)
    together = layout == "digit" or (layout == "auto" and not components.count_gaps(SHAPES.dot))
    if together and guess.confidence >= shortcut.sure:
        return _state_digit(picture, guess, model)
    found, unread = _find_glyphs(components, model, shortcut)
    if not any(glyph.is_digit for glyph in found):
        return _state_digit(picture, guess, model)
    page = _read_page(picture, found, unread, model, layout)
    if layout == "page" or len(page.digits) > 1 or (page.marks and _is_digit(components, _surest(found), model)):
        return page
    return _state_digit(picture, guess, model)


def find_frame(grey: np.ndarray, framing: Framing = FRAMING) -> np.ndarray:
    """Return the frame (28, 28) of the surest digit of a grey picture (height, width). Raises NoInk, ModelError."""
    grey = condense(grey)
    if (contrast := find_contrast(grey)) is not None:
        components = find_components(measure_ink(contrast))
        glyph = components.glyph(components.solid())
    else:
        glyph = cut_out(grey, _surest(find_glyphs(grey, load_detector(), search=ONE)).box)
    return frame(glyph.ink, framing)


def reread(digits: Sequence[Digit], frames: np.ndarray, model: Model) -> list[Digit]:
    """Return what a model makes of digits read before, from their frames (n, 28, 28), 0 to 1. Raises ModelError."""
    rows = model.probabilities(frames)
    rejected = model.rejects(rows) & (len(digits) == 1)
    return [
        _digit(_shares(row), float(row.max()), digit.box, digit.line, bool(no_digit))
        for row, digit, no_digit in zip(rows, digits, rejected, strict=True)
    ]


def _guess(components: Components, numbers: np.ndarray, model: Model) -> Guess:
    """What the digit network makes of components, taken for one digit."""
    glyph = components.glyph(numbers)
    framed = frame(glyph.ink, model.framing)
    return Guess(glyph, framed, model.probabilities(framed[None])[0])


def _find_glyphs(components: Components, model: Model, shortcut: Shortcut) -> tuple[list[Detection], np.ndarray]:
    """The glyphs of a drawing, looked for as suits the height of its ink, and the boxes (n, 4) of ink left unread."""
    height = components.usual_height()
    left, top, right, bottom = enclose(components.boxes[1:])
    inked = 255 - components.ink[top:bottom, left:right]  # alone, lest a small number on a large sheet costs seconds
    candidates = [glyph.move(left, top) for glyph in find_candidates(inked, load_detector(), height)]
    solid, tall = components.solid(), components.boxes[:, 3] >= shortcut.tall * height
    alone = _read_alone(components, solid[tall[solid]][: SEARCH.most], model)
    found = choose(candidates + alone, components, height)
    rest = np.setdiff1d(solid, _find_claimed(components, found))
    found = [_look_again(components, glyph, model, shortcut) if glyph.is_digit else glyph for glyph in found]
    return found + find_marks(components.boxes[rest[~tall[rest]]], height), components.boxes[rest[tall[rest]]]


def _look_again(components: Components, digit: Detection, model: Model, shortcut: Shortcut) -> Detection:
    """The same digit, as the page network and the digit network see it, who err in different hands."""
    claimed = _find_claimed(components, [digit])
    if not len(claimed):  # it touches another
        return digit
    probabilities = _guess(components, claimed, model).probabilities
    return digit.heed(probabilities, shortcut.second) if probabilities.sum() > 0.5 else digit


def _find_upright(
    picture: Picture, found: list[Detection], turning: Turning = TURNING
) -> tuple[Picture, list[Detection]]:
    """The picture in which these glyphs were found, turned if much more is to be seen so, and its glyphs."""
    scores = [glyph.score for glyph in found if glyph.is_digit]
    if scores and np.mean(scores) >= turning.trusted:
        return picture, found
    most, best = sum(scores) + turning.clear, (picture, found)
    for quarters in (1, 2, 3):
        turned = picture.turn(quarters)
        found = find_glyphs(turned.grey, load_detector())
        if (seen := sum(glyph.score for glyph in found if glyph.is_digit)) > most:
            most, best = seen, (turned, found)
    return best


def _is_digit(components: Components, found: Detection, model: Model) -> bool:
    """Whether the digit network, too, takes the ink of a glyph for a digit."""
    claimed = _find_claimed(components, [found])
    return len(claimed) > 0 and not model.rejects(_guess(components, claimed, model).probabilities)


def _surest(found: Sequence[Detection]) -> Detection:
    """The digit among glyphs that is the surest. Raises NoInk."""
    if digits := [glyph for glyph in found if glyph.is_digit]:
        return max(digits, key=lambda digit: digit.score)
    raise NoInk


def _read_page(picture: Picture, found: Sequence[Detection], unread: np.ndarray, model: Model, layout: str) -> Reading:
    """The reading of the glyphs of a page, or of the surest digit of them. Raises NoInk."""
    surest = _surest(found)
    rows = arrange([surest] if layout == "digit" else found[: SEARCH.most])
    others = [glyph.box for glyph in leave_out(found, rows)] + unread.tolist()
    return _state_page(picture, rows, others, model)


def _find_claimed(components: Components, found: Sequence[Detection]) -> np.ndarray:
    """The labels of the components whose ink lies, by more than half, in the boxes of glyphs."""
    claimed = np.zeros(len(components.mass))
    for shares in measure_shares(found, components):
        claimed[list(shares)] += list(shares.values())
    return np.flatnonzero(claimed > 0.5)


def _read_alone(components: Components, numbers: np.ndarray, model: Model) -> list[Detection]:
    """What the digit network takes for digits of components, each taken alone: as faint as the faintest peaks."""
    if not len(numbers):
        return []
    frames = np.stack([frame(components.glyph([number]).ink, model.framing) for number in numbers.tolist()])
    return [
        Detection.of_digit(tuple(components.boxes[number].tolist()), SEARCH.least * row)
        for number, row in zip(numbers, model.probabilities(frames), strict=True)
        if row.max() > 0.5
    ]


def _state_digit(picture: Picture, guess: Guess, model: Model) -> Reading:
    """The reading of a drawing of one digit."""
    box = picture.full_box(guess.glyph.box)
    digit = _digit(_shares(guess.probabilities), guess.confidence, box, 0, bool(model.rejects(guess.probabilities)))
    return Reading(
        model=model.name,
        digits=[digit],
        lines=[digit.character],
        frames=guess.frame[None],
        glyphs=[guess.glyph],
        picture=picture.grey,
        size=picture.size,
        page=picture.page,
        pages=picture.pages,
    )


def _state_page(picture: Picture, rows: Sequence[Row], others: Sequence[Box], model: Model) -> Reading:
    """The reading of a page of numbers, beside others that are left out."""
    table, sureness = find_table(rows), load_detector().sureness
    placed = [(line, found) for line, row in enumerate(rows) for number in row for found in number]
    digits = [(line, found, cut_out(picture.grey, found.box)) for line, found in placed if found.is_digit]

    return Reading(
        model=model.name,
        digits=[
            _digit(_sharpen(found.shares, sure := sureness.tell(found.score)), sure, picture.full_box(found.box), line)
            for line, found, _ in digits
        ],
        marks=[
            Mark(found.name, round(sureness.tell(found.score), PLACES), picture.full_box(found.box), line)
            for line, found in placed
            if not found.is_digit
        ],
        lines=[" ".join(map(_spell, row)) for row in rows],
        table=[[_spell(cell) for cell in row] for row in table] if table else None,
        frames=np.stack([frame(glyph.ink, model.framing) for _, _, glyph in digits]),
        glyphs=[glyph for _, _, glyph in digits],
        picture=picture.grey,
        size=picture.size,
        left_out=len(others),
        others=[picture.full_box(other) for other in others[: SEARCH.most]],
        turned=picture.turned,
        page=picture.page,
        pages=picture.pages,
        by_page_network=True,
    )


def _spell(number: Number) -> str:
    return "".join(found.name for found in number)


def _shares(probabilities: np.ndarray) -> np.ndarray:
    """How likely each digit is (10,), as if it were one; a model's probabilities leave room for what is none."""
    return np.asarray(probabilities / probabilities.sum())


def _sharpen(shares: np.ndarray, sure: float) -> np.ndarray:
    """Shares (10,) whose largest is no smaller than how sure the answer is, lest one contradict the other."""
    largest = shares.max()
    if largest >= sure:
        return shares
    return np.where(shares == largest, sure, shares * (1 - sure) / (1 - largest))


def _digit(shares: np.ndarray, confidence: float, box: list[int], line: int, rejected: bool = False) -> Digit:
    return Digit(
        digit=int(shares.argmax()),
        confidence=round(confidence, PLACES),
        probabilities=shares.round(PLACES).tolist(),
        box=box,
        line=line,
        rejected=rejected,
    )
