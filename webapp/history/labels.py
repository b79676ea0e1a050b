"""What a visitor says is written → a label as it is kept, and where in it each digit that was read is."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from recognizer.glyphs import DIGITS, MARKS

NONE = "?"  # stands for what is no digit
CELL = "\t"  # stands between two cells of a table
AMONG = f"{MARKS} {CELL}\r\n"  # what may stand among the digits of a text
LONGEST = 2000  # characters; an index of PostgreSQL takes no more


def clean(typed: str) -> str:
    """Return a label as it is kept: no blanks at ends of lines and cells, one between numbers. Raises ValueError."""
    lines = (CELL.join(" ".join(cell.split()) for cell in line.split(CELL)) for line in typed.split("\n"))
    label = "\n".join(line for line in lines if line)
    if not label.strip():
        raise ValueError("Say what it is: digits and signs, or ? for what is no digit.")
    if set(label) - set(DIGITS + NONE + AMONG):
        raise ValueError(f"A correction is made of digits, the signs {' '.join(MARKS)}, and ? for what is no digit.")
    if len(label) > LONGEST:
        raise ValueError(f"A correction has at most {LONGEST:,} characters.")
    return label


def join_cells(rows: Iterable[Iterable[str]]) -> str:
    """Return the text of a table, whose cells may be empty."""
    return "\n".join(CELL.join(row) for row in rows)


def split_cells(text: str) -> list[list[str]]:
    """Return the cells of a table, as many in each row, from its text."""
    rows = [line.split(CELL) for line in text.split("\n")]
    columns = max(map(len, rows))
    return [row + [""] * (columns - len(row)) for row in rows]


def count_cells(text: str) -> list[int]:
    """Return the cell of a table, counted row by row, that each digit of its text stands in."""
    cells = (cell for row in split_cells(text) for cell in row)
    return [number for number, cell in enumerate(cells) for character in cell if character not in AMONG]


def locate(text: str, label: str) -> list[int | None]:
    """Return for each digit of a text, as it was read, its place in a label, or None where it has none there.

    The fewest digits are changed, left out and put in (Wagner and Fischer 1974).
    """
    places = [place for place, character in enumerate(label) if character not in AMONG]
    read = [character for character in text if character not in AMONG]
    found: list[int | None] = [None] * len(read)
    for row, column in _align(read, [label[place] for place in places]):
        found[row] = places[column]
    return found


def name_digits(text: str, label: str | None = None) -> str:
    """Return what each digit of a text is, as it was read, or by a label; a question mark for what is none."""
    if label is None:
        return "".join(character for character in text if character not in AMONG)
    return "".join(NONE if place is None else label[place] for place in locate(text, label))


def _align(one: list[str], other: list[str]) -> list[tuple[int, int]]:
    """Return which of one belongs to which of the other, as indices."""
    if one == other:  # as nearly always
        return [(number, number) for number in range(len(one))]
    distances = _distances(one, other)
    row, column, pairs = len(one), len(other), []
    while row and column:
        if distances[row, column] == distances[row - 1, column - 1] + (one[row - 1] != other[column - 1]):
            row, column = row - 1, column - 1
            pairs.append((row, column))
        elif distances[row, column] == distances[row - 1, column] + 1:
            row -= 1
        else:
            column -= 1
    return pairs


def _distances(one: list[str], other: list[str]) -> np.ndarray:
    """Return the edits (n + 1, m + 1) from the first n characters of one to the first m of the other."""
    columns = np.arange(len(other) + 1)
    rows = [columns]
    characters = np.array(other, dtype="U1")
    for number, character in enumerate(one, 1):
        changed = rows[-1][:-1] + (characters != character)
        best = np.minimum(np.append(number, changed), rows[-1] + 1)
        rows.append(np.minimum.accumulate(best - columns) + columns)  # each put in costs one more than its left one
    return np.stack(rows)
