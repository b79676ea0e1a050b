"""What was read held against what is written: digits by a shortest edit or as a bag, cells by row and column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from recognizer.glyphs import DIGITS, MARKS

KNOWN = {*DIGITS, *MARKS}  # what can stand in a number; letters and other signs cannot
DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣－", "-"))


def digits_of(text: str) -> str:
    """The digits of a text, without all that stands between them."""
    return "".join(character for character in text if character in DIGITS)


def same_digits(label: str, lines: Sequence[str], order: bool = True) -> bool:
    """Whether each line has the right digits, whatever else stands there; one bag of them where there is no order."""
    written, read = ([digits for line in some if (digits := digits_of(line))] for some in (label.split("\n"), lines))
    return _equal(written, read, order)


def same_writing(label: str, lines: Sequence[str], order: bool = True) -> bool:
    """Whether all is as written, but for white space, kinds of dashes, and what cannot stand in a number."""
    return _equal(_plain(label.split("\n"), label), _plain(lines, label), order)


def _equal(written: list[str], read: list[str], order: bool) -> bool:
    return written == read if order else sorted("".join(written)) == sorted("".join(read))


def _plain(lines: Sequence[str], label: str) -> list[str]:
    plain = ["".join(line.split()).translate(DASHES) for line in lines]
    if set("".join(label.split()).translate(DASHES)) - KNOWN:
        plain = ["".join(character for character in line if character in KNOWN) for line in plain]
    return [line for line in plain if line]


def verdicts(truth: str, answer: str, confidence: Sequence[float], order: bool = True) -> list[str]:
    """`right`, `wrong`, or `extra` where it stands for nothing, for each digit of an answer."""
    return _align(truth, answer) if order else _pair(truth, answer, confidence)


def edits(truth: str, answer: str) -> int:
    """The Levenshtein distance: how many characters to change, add or take away."""
    return _costs(truth, answer)[-1][-1]


def _costs(truth: str, answer: str) -> list[list[int]]:
    """The edits from the first i characters of one to the first j of the other, by Wagner and Fischer (1974)."""
    costs = [list(range(len(answer) + 1))]
    for i, x in enumerate(truth, 1):
        row = [i]
        for j, y in enumerate(answer, 1):
            row.append(min(costs[-1][j - 1] + (x != y), costs[-1][j] + 1, row[-1] + 1))
        costs.append(row)
    return costs


def _align(truth: str, answer: str) -> list[str]:
    """Go back along a shortest edit."""
    costs, found = _costs(truth, answer), []
    i, j = len(truth), len(answer)
    while j:
        if i and costs[i][j] == costs[i - 1][j - 1] + (truth[i - 1] != answer[j - 1]):
            i, j = i - 1, j - 1
            found.append("right" if truth[i] == answer[j] else "wrong")
        elif i and costs[i][j] == costs[i - 1][j] + 1:
            i -= 1
        else:
            j -= 1
            found.append("extra")
    return found[::-1]


def _pair(truth: str, answer: str, confidence: Sequence[float]) -> list[str]:
    """Like goes with like, the surest first; the rest are wrong while true ones are left."""
    left, found = Counter(truth), ["extra"] * len(answer)
    for place in sorted(range(len(answer)), key=lambda place: -confidence[place]):
        if left[answer[place]]:
            left[answer[place]] -= 1
            found[place] = "right"
    others = [place for place, verdict in enumerate(found) if verdict == "extra"]
    for place in others[: left.total()]:
        found[place] = "wrong"
    return found


def cells(label: str) -> list[list[str]]:
    """The rows of a table; a cell without a digit is "" and does not count."""
    return [[cell if digits_of(cell) else "" for cell in line.split("\t")] for line in label.split("\n")]


def count_cells(truth: list[list[str]], answer: list[list[str]]) -> int:
    """How many true cells stand in the answer at their row and column.

    Rows are paired in order so that they share the most cells, then columns in order, the same for all rows.
    """
    equal = [[[[_same_cell(t, a) for a in got] for t in row] for got in answer] for row in truth]
    rows = _chain([[sum(grid[i][j] for i, j in _chain(grid)) for grid in grids] for grids in equal])
    votes = [[0] * max(map(len, answer), default=0) for _ in range(max(map(len, truth), default=0))]
    for r, s in rows:
        for i, row in enumerate(equal[r][s]):
            for j, agree in enumerate(row):
                votes[i][j] += agree
    return sum(votes[i][j] for i, j in _chain(votes))


def _same_cell(truth: str, answer: str) -> bool:
    return bool(truth) and same_writing(truth, [answer])


def _chain(weights: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """The pairs (i, j), both rising, that gather the most weight."""
    height, width = len(weights), max(map(len, weights), default=0)
    best = [[0] * (width + 1) for _ in range(height + 1)]
    for i in range(height):
        for j in range(width):
            best[i + 1][j + 1] = max(best[i][j + 1], best[i + 1][j], best[i][j] + weights[i][j])
    pairs: list[tuple[int, int]] = []
    i, j = height, width
    while i and j:
        if best[i][j] == best[i - 1][j]:
            i -= 1
        elif best[i][j] == best[i][j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            pairs.append((i, j))
    return pairs[::-1]
