"""Pieces of ink → options: which of them may make up a digit, line by line; the model decides among them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from recognizer.cuts import seams
from recognizer.ink import TIGHT
from recognizer.lattice import Line, Option, Skip
from recognizer.lines import TALL, Group, lines, usual_height
from recognizer.pieces import Pieces, around

ONLY = np.array([1])  # the number of the only piece

SPECK = 0.01  # of the largest piece's ink; smaller pieces are dirt
LITTLE = 0.2  # of the largest piece's ink; if no more is left, what touches the border is the digit
RIM = 0.1  # of each side
LONG = 0.55  # of a side
CONTACT = 0.6  # of its longer side, with which a table or finger lies on the border at least
FITTING = (0.7, 1.6)  # usual heights of what runs into the border and may be writing all the same
EQUAL = 0.6  # of the other's width and height
ACROSS = 0.5  # the cost of a digit from border to border, which is rather a shadow, a ruling or the table's edges
SECOND = 0.2  # the cost of any but the first way to tell a digit from what is around it

MOST_PIECES = 500  # of a page; the smallest are left out
MOST_PARTS = 8  # of a digit; more than MOST_CUTS leave of a piece, so that it may stay whole
WIDEST = 1.7  # usual heights; the width of a digit
WIDE = 0.7  # of its height; a narrower piece is not cut
MOST_CUTS = 6  # of a piece
CUTS_OF_A_PAGE = 250  # which leaves fewer to each where many are wide, and none in what is rather text
CUT = 1.5  # the cost of either side of a cut
CENTRAL = 0.2  # of each side; what lies inside of that is in the middle of the picture
OVERLOOKED = 1.0  # the cost of leaving out all that stands there
MISSED = 0.15  # the cost of leaving out what may be another digit, or of taking a page for one
PAGE = 3.0  # usual heights; what is larger is more than one digit
APART = 0.15  # the cost of each gap between what stands side by side, taken for one digit
LOW = (0.7, 2.0)  # usual heights of a digit that costs nothing, and the cost of each one less
SKIP = 0.7  # the cost of taking a low piece for a stray mark


def digit(inks: Sequence[Pieces]) -> list[Line]:
    """Return the ways to read a picture that shows one digit, however many pieces it is in.

    Specks are dropped, and what runs into the border (a neighbour, a line) may be, unless little else is there.
    """
    choices = [(inks[0], inside(inks[0]))]
    choices += [(ink, numbers) for ink in inks[1:] or inks for numbers in _choices(ink)]
    different = {(id(pieces), frozenset(numbers.tolist())): (pieces, numbers) for pieces, numbers in choices}
    height = usual_height(inks[-1], _written(inks[-1]))
    return [
        [
            Option(0, 1, pieces.glyph(numbers), SECOND * (place > 0) + _unlikely(pieces, numbers, height))
            for place, (pieces, numbers) in enumerate(different.values())
        ]
    ]


def page(inks: Sequence[Pieces]) -> list[Line]:
    """Return the lines of a picture from top to bottom, each with all ways to read it as digits."""
    pieces = inks[-1]
    numbers = _written(pieces)[:MOST_PIECES]
    height = usual_height(pieces, numbers)
    found = lines(pieces, numbers, height)
    wide = sum(_is_wide(pieces, group, height) for line in found for group in line)
    most = min(MOST_CUTS, CUTS_OF_A_PAGE // max(wide, 1))
    cut, atoms = _cut(pieces, found, height, most)
    return [_options(cut, line, height) for line in atoms]


def left_out(inks: Sequence[Pieces]) -> int:
    """How many pieces are too many for a page."""
    return max(0, len(_written(inks[-1])) - MOST_PIECES)


def _choices(pieces: Pieces) -> list[np.ndarray]:
    """The numbers of pieces that may together be the digit."""
    if pieces.is_one:
        return [ONLY]
    return [choose(pieces) for choose in (inside, _with_largest, solid, _written, _one_of_equals)]


def inside(pieces: Pieces) -> np.ndarray:
    """The numbers of the pieces that neither run into the border nor along it, unless they are little."""
    if pieces.is_one:
        return ONLY
    inner = pieces.mass * ~(_on_border(pieces) | _along_border(pieces))
    mass = inner if inner.max() > LITTLE * pieces.mass.max() else pieces.mass
    return np.flatnonzero(mass > SPECK * mass.max())


def solid(pieces: Pieces) -> np.ndarray:
    """The numbers of all pieces but specks, the heaviest first."""
    return _heaviest(pieces.mass)


def _heaviest(mass: np.ndarray) -> np.ndarray:
    """The numbers of the pieces that are more than specks, the heaviest first."""
    order = np.argsort(-mass, kind="stable")
    return order[mass[order] > SPECK * mass.max()]


def _unlikely(pieces: Pieces, numbers: np.ndarray, height: float) -> float:
    """The cost of taking pieces for the only digit of a picture, where writing is usually of a height."""
    left, top, right, bottom = around(pieces.boxes[numbers])
    rows, columns = pieces.ink.shape
    is_across = max(rows, columns) > TIGHT and (right - left == columns or bottom - top == rows)
    is_page = max(right - left, bottom - top) > PAGE * height
    if pieces.is_one:
        return MISSED * is_page + ACROSS * is_across
    missed = MISSED * (is_page or _is_more_written(pieces, numbers))
    gaps = APART * _count_gaps(pieces.boxes[numbers])
    return missed + ACROSS * is_across + gaps + OVERLOOKED * _overlooked(pieces, numbers)


def _overlooked(pieces: Pieces, numbers: np.ndarray) -> float:
    """What share of the solid ink in the middle of the picture is not of these pieces."""
    y, x = (round(CENTRAL * side) for side in pieces.ink.shape)
    middle = pieces.labels[y : pieces.ink.shape[0] - y, x : pieces.ink.shape[1] - x]
    counts = np.bincount(middle.ravel(), minlength=len(pieces.mass))[1:]
    return 1 - float(counts[numbers - 1].sum() / counts.sum()) if counts.any() else 0.0


def _is_more_written(pieces: Pieces, numbers: np.ndarray) -> bool:
    """Whether what is left out of the likeliest digit stands beside it, as tall, and may be another."""
    chosen = set(numbers.tolist())
    others = [number for number in _written(pieces).tolist() if number not in chosen]
    return bool((pieces.boxes[others, 3] >= TALL * pieces.boxes[numbers, 3].max()).any())


def _with_largest(pieces: Pieces) -> np.ndarray:
    """The largest piece, and those that do not run into the border."""
    numbers = solid(pieces)
    return numbers[(numbers == numbers[0]) | ~_on_border(pieces)[numbers]]


def _one_of_equals(pieces: Pieces) -> np.ndarray:
    """The largest piece where all are about as wide and high, as digits beside each other are; else all of them."""
    numbers = solid(pieces)
    sizes = pieces.boxes[numbers, 2:]
    return numbers[:1] if (sizes.min(0) >= EQUAL * sizes.max(0)).all() else numbers


def _written(pieces: Pieces) -> np.ndarray:
    """The solid pieces of a page, the heaviest first, without table and fingers that reach into the picture.

    What runs into the border is writing only if it is about as high as what does not.
    """
    if pieces.is_one:
        return ONLY
    contact = _contact(pieces)
    writing = np.where(contact < CONTACT * pieces.boxes[:, 2:].max(1), pieces.mass, 0)
    mass = writing if writing.any() else pieces.mass
    inner = np.where(contact > 0, 0, mass)
    if inner.max() >= LITTLE * mass.max():
        height = usual_height(pieces, _heaviest(inner))
        low, high = FITTING[0] * height, FITTING[1] * height
        mass = np.where((contact == 0) | ((pieces.boxes[:, 3] > low) & (pieces.boxes[:, 3] < high)), mass, 0)
    return _heaviest(mass)


def _contact(pieces: Pieces) -> np.ndarray:
    """On how many pixels of the picture's border each piece lies."""
    labels = pieces.labels
    rim = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    return np.bincount(rim, minlength=len(pieces.mass))


def _on_border(pieces: Pieces) -> np.ndarray:
    x, y, width, height = pieces.boxes.T
    return (x == 0) | (y == 0) | (x + width == pieces.ink.shape[1]) | (y + height == pieces.ink.shape[0])


def _along_border(pieces: Pieces) -> np.ndarray:
    """Which pieces are long and lie nearly wholly in the rim of the picture, as the lines of a form or grid do."""
    height, width = pieces.ink.shape
    long = (pieces.boxes[:, 2] > LONG * width) | (pieces.boxes[:, 3] > LONG * height)
    y, x = round(RIM * height), round(RIM * width)
    for number in np.flatnonzero(long):
        left, top, right, bottom = around(pieces.boxes[[number]])
        inner = slice(max(top, y), min(bottom, height - y)), slice(max(left, x), min(right, width - x))
        inner_mass = pieces.ink[inner][pieces.labels[inner] == number].sum()
        long[number] = inner_mass < LITTLE * pieces.mass[number]
    return long


Atom = tuple[int, bool]  # the number of a piece, and whether it was cut off from what is to its left


def _cut(pieces: Pieces, found: Sequence[Sequence[Group]], height: float, most: int) -> tuple[Pieces, list[list[Atom]]]:
    """The pieces cut wherever they may be, and the atoms of each line from left to right."""
    labels, boxes = pieces.labels.astype(np.int32), [tuple(box) for box in pieces.boxes]
    atoms: list[list[Atom]] = []
    for groups in found:
        atoms.append([])
        for group in groups:
            left, top, right, bottom = around(pieces.boxes[group])
            window = labels[top:bottom, left:right]
            for number, part in enumerate(_parts(pieces, group, height, most)):
                x, y, w, h = cv2.boundingRect(part.astype(np.uint8))
                window[part] = len(boxes)
                atoms[-1].append((len(boxes), number > 0))
                boxes.append((left + x, top + y, w, h))
        atoms[-1].sort(key=lambda atom: boxes[atom[0]][0] + boxes[atom[0]][2] / 2)
    return Pieces(pieces.ink, labels, np.array(boxes), pieces.mass), atoms


def _parts(pieces: Pieces, group: Group, height: float, most: int) -> list[np.ndarray]:
    """Masks, in the box around a group, of what it falls apart to if it is cut wherever it may be."""
    left, top, right, bottom = around(pieces.boxes[group])
    ours = np.isin(pieces.labels[top:bottom, left:right], group)
    if not (most and _is_wide(pieces, group, height)):
        return [ours]
    h, w = ours.shape
    paths = seams(pieces.ink[top:bottom, left:right] * ours, most)
    sides = sum((np.arange(w) >= path[:, None] for path in paths), np.zeros((h, w), int))
    return [part for side in range(len(paths) + 1) if (part := ours & (sides == side)).any()]


def _is_wide(pieces: Pieces, group: Group, height: float) -> bool:
    """Whether a group is as high as writing, and wide enough to be several digits."""
    left, top, right, bottom = around(pieces.boxes[group])
    return right - left >= WIDE * (bottom - top) and bottom - top >= TALL * height


def _options(pieces: Pieces, atoms: Sequence[Atom], height: float) -> Line:
    options: Line = []
    for start in range(len(atoms)):
        for stop in range(start + 1, min(start + MOST_PARTS, len(atoms)) + 1):
            numbers = [number for number, _ in atoms[start:stop]]
            left, top, right, bottom = around(pieces.boxes[numbers])
            cuts = atoms[start][1] + (stop < len(atoms) and atoms[stop][1])
            if stop - start > 1 and right - left > WIDEST * height:  # as only a group may be that stays whole
                if not all(cut for _, cut in atoms[start + 1 : stop]):
                    break
                if cuts:
                    continue
            lowness = max(0.0, LOW[0] - (bottom - top) / height)
            cost = CUT * cuts + LOW[1] * lowness + APART * _count_gaps(pieces.boxes[numbers])
            options.append(Option(start, stop, pieces.glyph(numbers), cost))
        whole = not atoms[start][1] and not (start + 1 < len(atoms) and atoms[start + 1][1])
        if whole and pieces.boxes[atoms[start][0], 3] < TALL * height:
            options.append(Skip(start, start + 1, SKIP))
    return options


def _count_gaps(boxes: np.ndarray) -> int:
    """How many gaps there are between the tall ones of boxes (n, 4), from left to right."""
    tall = boxes[boxes[:, 3] >= TALL * boxes[:, 3].max()]
    starts, ends = np.sort(tall[:, 0]), np.sort(tall[:, 0] + tall[:, 2])
    return int((starts[1:] > ends[:-1]).sum())


LAYOUTS: dict[str, tuple[Callable[[Sequence[Pieces]], list[Line]], ...]] = {  # what each tries
    "auto": (digit, page),
    "digit": (digit,),
    "page": (page,),
}
