"""Glyphs on a page → lines, numbers and cells in reading order: geometry alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recognizer.page import Found


@dataclass(frozen=True)
class Geometry:
    """How near glyphs are to each other in a line, a number and a column; heights are those of the line's digits."""

    abreast: float = 0.45  # of the lower one's height that a digit shares with the one before it in its line
    reach: float = 12.0  # heights to the digit before
    beside: float = 1.6  # heights to the digit that a mark belongs to
    gap: float = 0.75  # heights between two numbers
    column: float = 0.7  # heights between the middles of two columns
    low: float = 0.4  # of a digit's height, above which no point or comma stands
    filled: float = 0.5  # of a table's cells; fewer are rather numbers that lie about


GEOMETRY = Geometry()

READ = ".,-/:+%"  # the marks that are answered

Number = list[Found]  # digits and marks from left to right
Row = list[Number]


def arrange(glyphs: Sequence[Found], geometry: Geometry = GEOMETRY) -> list[Row]:
    """Return the lines of digits and marks from top to bottom, each as its numbers from left to right.

    A mark that is near no digit, and a point that stands too high, is left out.
    """
    lines = _group([glyph for glyph in glyphs if glyph.is_digit], geometry)
    for mark in _pair_dots(glyphs):
        if mark.name in READ and (line := _line_of(mark, lines, geometry)) is not None:
            line.append(mark)
    lines.sort(key=lambda line: float(np.mean([_middle(glyph)[1] for glyph in line if glyph.is_digit])))
    return [_split(sorted(line, key=lambda glyph: _middle(glyph)[0]), geometry) for line in lines]


def find_table(rows: Sequence[Row], geometry: Geometry = GEOMETRY) -> list[list[Number]] | None:
    """Return the rows of a table, each with a number, maybe an empty one, for each column; None where there is none.

    There is one where two or more lines have numbers in the same two or more columns.
    """
    middles = sorted(_middle_of(number) for row in rows for number in row)
    if len(rows) < 2 or not middles:
        return None
    height = float(np.median([glyph.box[3] for row in rows for number in row for glyph in number if glyph.is_digit]))
    columns = [[middles[0]]]
    for middle in middles[1:]:
        if middle - columns[-1][-1] > geometry.column * height:
            columns.append([])
        columns[-1].append(middle)
    centres = np.array([np.mean(column) for column in columns])
    if len(centres) < 2 or len(middles) < geometry.filled * len(centres) * len(rows):
        return None
    table: list[list[Number]] = [[[] for _ in centres] for _ in rows]
    for cells, row in zip(table, rows, strict=True):
        for number in row:
            cells[int(np.abs(centres - _middle_of(number)).argmin())] += number
    return table


def _group(digits: Sequence[Found], geometry: Geometry) -> list[list[Found]]:
    """Lines of digits, each of which is abreast of those before it."""
    lines: list[list[Found]] = []
    for digit in sorted(digits, key=lambda digit: digit.box[0]):
        best, most = None, geometry.abreast
        for line in lines:
            near = [
                other
                for other in line
                if digit.box[0] - _right(other) < geometry.reach * max(digit.box[3], other.box[3])
            ]
            if near and (shared := _abreast(digit, near[-1])) > most:
                best, most = line, shared
        if best is None:
            lines.append([digit])
        else:
            best.append(digit)
    return lines


def _abreast(digit: Found, other: Found) -> float:
    """What share of the lower one's height two digits have in common."""
    tops, bottoms = zip(*((glyph.box[1], glyph.box[1] + glyph.box[3]) for glyph in (digit, other)), strict=True)
    return (min(bottoms) - max(tops)) / min(digit.box[3], other.box[3])


def _pair_dots(glyphs: Sequence[Found]) -> list[Found]:
    """The glyphs, with one colon for each dot that stands above another one, less than a digit's height."""
    height = float(np.median([glyph.box[3] for glyph in glyphs if glyph.is_digit] or [0.0]))
    single = [glyph for glyph in glyphs if glyph.name != "."]
    dots = sorted((glyph for glyph in glyphs if glyph.name == "."), key=lambda dot: _middle(dot)[1])
    while dots:
        upper = dots.pop(0)
        x, y = _middle(upper)
        below = (dot for dot in dots if 2 * abs(_middle(dot)[0] - x) < _middle(dot)[1] - y < height)
        if lower := next(below, None):
            dots.remove(lower)
        single.append(_colon(upper, lower) if lower else upper)
    return single


def _colon(upper: Found, lower: Found) -> Found:
    """One colon for two dots."""
    left, top = (min(upper.box[axis], lower.box[axis]) for axis in (0, 1))
    right, bottom = (max(dot.box[axis] + dot.box[axis + 2] for dot in (upper, lower)) for axis in (0, 1))
    return Found.of_mark((left, top, right - left, bottom - top), ":", min(upper.score, lower.score))


def _line_of(mark: Found, lines: Sequence[list[Found]], geometry: Geometry) -> list[Found] | None:
    """The line whose digit is nearest to a mark, and near enough."""
    best, least = None, np.inf
    for line in lines:
        for digit in line:
            if digit.is_digit and not _is_raised(mark, digit, geometry):
                (x, y), height = _middle(mark), digit.box[3]
                across = max(digit.box[0] - x, x - _right(digit), 0)
                down = max(digit.box[1] - y, y - (digit.box[1] + 1.3 * height), 0)
                if (distance := across + 2 * down) < min(least, geometry.beside * height):
                    best, least = line, distance
    return best


def _is_raised(mark: Found, digit: Found, geometry: Geometry) -> bool:
    """Whether a mark is a point or a comma that stands too high beside a digit, as a speck does."""
    return mark.name in ".," and _middle(mark)[1] < digit.box[1] + geometry.low * digit.box[3]


def _split(line: Sequence[Found], geometry: Geometry) -> Row:
    """The numbers of a line, which stand apart."""
    row = [[line[0]]]
    for glyph in line[1:]:
        before = row[-1][-1]
        height = max((g.box[3] for g in (before, glyph) if g.is_digit), default=0.0)
        if height and glyph.box[0] - _right(before) > geometry.gap * height:
            row.append([])
        row[-1].append(glyph)
    return row


def _right(glyph: Found) -> float:
    return glyph.box[0] + glyph.box[2]


def _middle(glyph: Found) -> tuple[float, float]:
    x, y, width, height = glyph.box
    return x + width / 2, y + height / 2


def _middle_of(number: Number) -> float:
    return (number[0].box[0] + max(_right(glyph) for glyph in number)) / 2
