"""Glyphs on a page → lines, numbers and cells in reading order: by geometry, and within a line by grammar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recognizer.detection import Detection, overlaps
from recognizer.glyphs import MARKS
from recognizer.grammar import construe


@dataclass(frozen=True)
class Geometry:
    """How near glyphs are to each other in a number and a column; heights are those of the line's digits."""

    gap: float = 0.75  # heights between two numbers, and between the middles of two columns
    low: float = 0.4  # of a digit's height, above which no point or comma stands


GEOMETRY = Geometry()

Number = list[Detection]  # digits and marks from left to right
Row = list[Number]


def arrange(glyphs: Sequence[Detection], geometry: Geometry = GEOMETRY) -> list[Row]:
    """Return the lines of digits and marks from top to bottom, each as its numbers from left to right.

    A mark that is near no digit, and a point that stands too high, is left out.
    """
    lines = _group([glyph for glyph in glyphs if glyph.is_digit])
    for mark in _pair_dots(glyphs):
        if mark.name in MARKS and (line := _line_of(mark, lines, geometry)) is not None:
            line.append(mark)
    lines.sort(key=lambda line: float(np.mean([_middle(glyph)[1] for glyph in line if glyph.is_digit])))
    return [_split(construe(sorted(line, key=lambda glyph: _middle(glyph)[0])), geometry) for line in lines]


def leave_out(glyphs: Sequence[Detection], rows: Sequence[Row]) -> list[Detection]:
    """Return the glyphs that stand in no row, not even as a dot of a colon."""
    placed = [glyph for row in rows for number in row for glyph in number]
    known, colons = {glyph.box for glyph in placed}, _find_colons(placed)
    return [glyph for glyph in glyphs if glyph.box not in known and not _is_of_colon(glyph, colons)]


def find_table(rows: Sequence[Row], geometry: Geometry = GEOMETRY) -> list[list[Number]] | None:
    """Return the rows of a table, each with a number, maybe an empty one, for each column; None where there is none.

    There is one where two or more lines have numbers in the same two or more columns, and half of the cells or more.
    """
    middles = sorted(_middle_of(number) for row in rows for number in row)
    if len(rows) < 2 or not middles:
        return None
    height = float(np.median([glyph.box[3] for row in rows for number in row for glyph in number if glyph.is_digit]))
    columns = [[middles[0]]]
    for middle in middles[1:]:
        if middle - columns[-1][-1] > geometry.gap * height:
            columns.append([])
        columns[-1].append(middle)
    centres = np.array([np.mean(column) for column in columns])
    if len(centres) < 2 or 2 * len(middles) < len(centres) * len(rows):
        return None
    table: list[list[Number]] = [[[] for _ in centres] for _ in rows]
    for cells, row in zip(table, rows, strict=True):
        for number in row:
            cells[int(np.abs(centres - _middle_of(number)).argmin())] += number
    return table


def _group(digits: Sequence[Detection]) -> list[list[Detection]]:
    """Lines of digits, each of which is abreast, by more than half, of the one before it."""
    lines: list[list[Detection]] = []
    for digit in sorted(digits, key=lambda digit: digit.box[0]):
        best = max(lines, key=lambda line: _abreast(digit, line[-1]), default=None)
        if best and _abreast(digit, best[-1]) > 0.5:
            best.append(digit)
        else:
            lines.append([digit])
    return lines


def _abreast(digit: Detection, other: Detection) -> float:
    """What share of the lower one's height two digits have in common."""
    tops, bottoms = zip(*((glyph.box[1], glyph.box[1] + glyph.box[3]) for glyph in (digit, other)), strict=True)
    return (min(bottoms) - max(tops)) / min(digit.box[3], other.box[3])


def _pair_dots(glyphs: Sequence[Detection]) -> list[Detection]:
    """The glyphs, with one colon for each dot that stands above another one, less than a digit's height."""
    height = float(np.median([glyph.box[3] for glyph in glyphs if glyph.is_digit] or [0.0]))
    single = [glyph for glyph in glyphs if glyph.name != "."]
    colons = _find_colons(glyphs)
    dots = [glyph for glyph in glyphs if glyph.name == "." and not _is_of_colon(glyph, colons)]
    dots.sort(key=lambda dot: _middle(dot)[1])
    while dots:
        upper = dots.pop(0)
        x, y = _middle(upper)
        below = (dot for dot in dots if 2 * abs(_middle(dot)[0] - x) < _middle(dot)[1] - y < height)
        if lower := next(below, None):
            dots.remove(lower)
        single.append(_colon(upper, lower) if lower else upper)
    return single


def _find_colons(glyphs: Sequence[Detection]) -> np.ndarray:
    """The boxes (n, 4) of those that are colons."""
    return np.array([glyph.box for glyph in glyphs if glyph.name == ":"]).reshape(-1, 4)


def _is_of_colon(glyph: Detection, colons: np.ndarray) -> bool:
    """Whether a glyph is a dot that touches a colon, of which it is a part."""
    return glyph.name == "." and bool((overlaps(np.array(glyph.box), colons)[1] > 0).any())


def _colon(upper: Detection, lower: Detection) -> Detection:
    """One colon for two dots."""
    left, top = (min(upper.box[axis], lower.box[axis]) for axis in (0, 1))
    right, bottom = (max(dot.box[axis] + dot.box[axis + 2] for dot in (upper, lower)) for axis in (0, 1))
    return Detection.of_mark((left, top, right - left, bottom - top), ":", min(upper.score, lower.score))


def _line_of(mark: Detection, lines: Sequence[list[Detection]], geometry: Geometry) -> list[Detection] | None:
    """The line whose digit is nearest to a mark, and nearer than it is high."""
    best, least = None, np.inf
    for line in lines:
        for digit in line:
            if digit.is_digit and not _is_raised(mark, digit, geometry):
                (x, y), height = _middle(mark), digit.box[3]
                across = max(digit.box[0] - x, x - _right(digit), 0)
                down = max(digit.box[1] - y, y - (digit.box[1] + 1.3 * height), 0)
                if (distance := across + 2 * down) < min(least, height):
                    best, least = line, distance
    return best


def _is_raised(mark: Detection, digit: Detection, geometry: Geometry) -> bool:
    """Whether a mark is a point or a comma that stands too high beside a digit, as a speck does."""
    return mark.name in ".," and _middle(mark)[1] < digit.box[1] + geometry.low * digit.box[3]


def _split(line: Sequence[Detection], geometry: Geometry) -> Row:
    """The numbers of a line, which stand apart."""
    row = [[line[0]]]
    for glyph in line[1:]:
        before = row[-1][-1]
        height = max((g.box[3] for g in (before, glyph) if g.is_digit), default=0.0)
        if height and glyph.box[0] - _right(before) > geometry.gap * height:
            row.append([])
        row[-1].append(glyph)
    return row


def _right(glyph: Detection) -> float:
    return glyph.box[0] + glyph.box[2]


def _middle(glyph: Detection) -> tuple[float, float]:
    x, y, width, height = glyph.box
    return x + width / 2, y + height / 2


def _middle_of(number: Number) -> float:
    return (number[0].box[0] + max(_right(glyph) for glyph in number)) / 2
