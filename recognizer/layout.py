"""Glyphs on a page → lines, numbers and cells in reading order: geometry alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recognizer.page import Found


@dataclass(frozen=True)
class Geometry:
    """How near glyphs are to each other in a line, a number and a column; heights are those of the line's digits."""

    abreast: float = 0.45  # of the lower one's height that a digit shares with those before it in its line
    before: int = 3  # digits of a line that the next one is held against
    reach: float = 12.0  # heights to the digit before
    beside: float = 1.6  # heights to the digit that a mark belongs to
    gap: float = 0.75  # heights between two numbers
    column: float = 0.7  # heights between the middles of two columns
    beneath: float = 0.2  # heights that the dots of a colon are apart across, at most
    apart: tuple[float, float] = (0.2, 0.9)  # the same down, least and most
    filled: float = 0.5  # of a table's cells; fewer are rather numbers that lie about


GEOMETRY = Geometry()

# What a mark can be, least and most in heights of its line's digits: its height, its width, its middle below their top.
MARKS = {
    ".": ((0.01, 0.45), (0.01, 0.5), (0.4, 1.4)),
    ",": ((0.05, 0.8), (0.03, 0.6), (0.5, 1.6)),
    "-": ((0.02, 0.5), (0.15, 1.6), (0.15, 0.95)),
    "/": ((0.5, 2.2), (0.1, 1.6), (0.0, 1.1)),
    ":": ((0.2, 1.2), (0.03, 0.6), (0.2, 1.1)),
    "+": ((0.2, 1.2), (0.2, 1.3), (0.15, 0.95)),
    "%": ((0.4, 1.6), (0.3, 1.8), (0.0, 1.1)),
}

Number = list[Found]  # digits and marks from left to right
Row = list[Number]


def arrange(glyphs: Sequence[Found], geometry: Geometry = GEOMETRY) -> list[Row]:
    """Return the lines of digits and marks from top to bottom, each as its numbers from left to right.

    A mark that is near no digit, or of no size and place that it has beside digits, is left out.
    """
    lines = _group([glyph for glyph in glyphs if glyph.is_digit], geometry)
    for mark in _pair_dots(glyphs, geometry):
        if mark.name in MARKS and (line := _line_of(mark, lines, geometry)) is not None:
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
            if near and (shared := _abreast(digit, near[-geometry.before :])) > most:
                best, most = line, shared
        if best is None:
            lines.append([digit])
        else:
            best.append(digit)
    return lines


def _abreast(digit: Found, others: Sequence[Found]) -> float:
    """What share of the lower one's height a digit has in common with the middle of others."""
    top, bottom = (
        float(np.median(edge)) for edge in zip(*((o.box[1], o.box[1] + o.box[3]) for o in others), strict=True)
    )
    shared = min(bottom, digit.box[1] + digit.box[3]) - max(top, digit.box[1])
    return shared / min(bottom - top, digit.box[3])


def _pair_dots(glyphs: Sequence[Found], geometry: Geometry) -> list[Found]:
    """The glyphs, with one colon for each dot that stands above another one."""
    height = float(np.median([glyph.box[3] for glyph in glyphs if glyph.is_digit] or [0.0]))
    across, least, most = (height * share for share in (geometry.beneath, *geometry.apart))
    single = [glyph for glyph in glyphs if glyph.name != "."]
    dots = sorted((glyph for glyph in glyphs if glyph.name == "."), key=lambda dot: _middle(dot)[1])
    while dots:
        upper = dots.pop(0)
        x, y = _middle(upper)
        below = (dot for dot in dots if abs(_middle(dot)[0] - x) <= across and least <= _middle(dot)[1] - y <= most)
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
    """The line whose digit is nearest to a mark that can belong to it."""
    best, least = None, np.inf
    for line in lines:
        for digit in line:
            if digit.is_digit and _fits(mark, digit):
                (x, y), height = _middle(mark), digit.box[3]
                across = max(digit.box[0] - x, x - _right(digit), 0)
                down = max(digit.box[1] - y, y - (digit.box[1] + 1.3 * height), 0)
                if (distance := across + 2 * down) < min(least, geometry.beside * height):
                    best, least = line, distance
    return best


def _fits(mark: Found, digit: Found) -> bool:
    """Whether a mark has a size and place that it has beside a digit."""
    top, height = digit.box[1], digit.box[3]
    measures = mark.box[3] / height, mark.box[2] / height, (_middle(mark)[1] - top) / height
    return all(low <= value <= high for value, (low, high) in zip(measures, MARKS[mark.name], strict=True))


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
