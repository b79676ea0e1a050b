"""Rows → lines of a file, as text, JSON or CSV, with which an interrupted run goes on."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from recognizer.bulk import Row
from recognizer.reading import COLUMNS as DIGIT_VALUES
from recognizer.reading import Digit

PART = ("number", "of")  # of the rows of a file that has several
FAILED = "not read: "


class ResumeError(ValueError):
    """A file that holds something else than rows of the format asked for; the message names it."""


@dataclass(frozen=True)
class Sink:
    """Where rows go: `write` takes a file's row, and `done` tells, by `name`, which files stand there already.

    It tells of each whether it could be read.
    """

    write: Callable[[Row], object]
    done: Mapping[str, bool]
    name: Callable[[str], str]

    def lacks(self, file: str) -> bool:
        """Whether a file is still to be read."""
        return self.name(file) not in self.done


@dataclass(frozen=True)
class Table:
    """Rows of a table: `columns` between file and error, and what stands in them of a picture that was read."""

    columns: tuple[str, ...]
    parts: Callable[[Row], list[Sequence[object]]]

    def values(self, row: Row) -> list[Sequence[object]]:
        """What stands in the columns, a row each; of a picture that could not be read one row of nothing."""
        return self.parts(row) if "error" not in row else [(None,) * len(self.columns)]


@dataclass(frozen=True)
class Format:
    """How rows stand in a file.

    `line` writes those of a file; `parse` gives a row's file, as written, whether it was read, and whether this is the
    last of its rows; `start` is how a file's row begins.
    """

    line: Callable[[Row], str]
    parse: Callable[[str], tuple[str, bool, bool]]
    start: Callable[[str], str]
    head: str = ""


@contextlib.contextmanager
def open_lines(path: Path | None, kind: Format, files: Iterable[str]) -> Iterator[Sink]:
    """Write rows of files to standard output, or to a file, after those of an earlier run. Raises ResumeError."""
    done = resume(path, kind, files) if path and path.exists() else {}
    if path is None:
        sys.stdout.reconfigure(errors="surrogateescape")  # type: ignore[union-attr]
        sys.stdout.write(kind.head)
        yield _lines(sys.stdout, kind, done)
    else:
        with path.open("a", encoding="utf-8", errors="surrogateescape", newline="") as out:
            out.write(kind.head if out.tell() == 0 else "")
            yield _lines(out, kind, done)


def _lines(out: TextIO, kind: Format, done: Mapping[str, bool]) -> Sink:
    def write(row: Row) -> None:
        out.write(kind.line(row))
        out.flush()

    return Sink(write, done, escape)


def escape(file: str) -> str:
    """The name of a file as it stands in rows: on one line, whatever is in it."""
    return re.sub(r"[\x00-\x1f\x7f\\]", lambda found: repr(found[0])[1:-1], file)


def resume(path: Path, kind: Format, files: Iterable[str]) -> dict[str, bool]:
    """Which files (as written) an earlier run has put into `path`, and whether it could read them.

    A torn last line is cut off, and those of a file of which some are missing. Raises ResumeError, and leaves the file
    alone, where it holds something else.
    """
    done: dict[str, bool] = {}
    end, whole, torn = 0, 0, ""
    with path.open(encoding="utf-8", errors="surrogateescape", newline="\n") as lines:
        for number, line in enumerate(lines):
            if not line.endswith("\n"):
                torn = line
                break
            end += len(line.encode("utf-8", "surrogateescape"))
            if number or line != kind.head:
                file, was_read, is_last = _parse_line(kind, line, f"{path}: line {number + 1}")
                if not is_last:
                    continue
                done[file] = was_read
            whole = end
    starts = (kind.head or kind.start(file) for file in files)
    if torn and not end and not any(torn.startswith(start) or start.startswith(torn) for start in starts):
        raise ResumeError(f"{path}: line 1 is no row of this format; name another file to write to.")
    os.truncate(path, whole)
    return done


def _parse_line(kind: Format, line: str, place: str) -> tuple[str, bool, bool]:
    try:
        return kind.parse(line[:-1])
    except (ValueError, KeyError, TypeError) as error:
        raise ResumeError(f"{place} is no row of this format; name another file to write to.") from error


def _json_line(row: Row) -> str:
    return json.dumps(row) + "\n"


def _json_start(file: str) -> str:
    return json.dumps({"file": file})[:-1]


def _json_parse(line: str) -> tuple[str, bool, bool]:
    row = json.loads(line)
    return escape(row["file"]), "error" not in row, True


def _text_line(row: Row) -> str:
    return f"{_text_start(row['file'])}{_text(row) or FAILED + row['error']}\n"


def _text_start(file: str) -> str:
    return f"{escape(file)}\t"


def _text_parse(line: str) -> tuple[str, bool, bool]:
    file, text = line.split("\t")
    return file, not text.startswith(FAILED), True


def _csv(table: Table) -> Format:
    columns = ("file", *table.columns, "error")

    def line(row: Row) -> str:
        text = io.StringIO()
        rows = csv.writer(text, lineterminator="\n")
        rows.writerows([escape(row["file"]), *values, row.get("error", "")] for values in table.values(row))
        return text.getvalue()

    def parse(line: str) -> tuple[str, bool, bool]:
        values = dict(zip(columns, next(csv.reader([line])), strict=True))
        number, of = (values.get(name) for name in PART)
        return values["file"], not values["error"], number == of

    return Format(line, parse, lambda file: "", ",".join(columns) + "\n")


def _of_picture(row: Row) -> list[Sequence[object]]:
    return [(_text(row), min((digit["confidence"] for digit in row["digits"]), default=None))]


def _of_digits(row: Row) -> list[Sequence[object]]:
    digits = row["digits"]
    return [(number, len(digits), *Digit(**digit).values) for number, digit in enumerate(digits, 1)]


def _of_cells(row: Row) -> list[Sequence[object]]:
    """The cells of a table, or else the numbers of each line; rows and columns count from 0, as lines do."""
    table = row.get("table") or [line.split() for line in row["lines"]]
    cells = [(down, across, text) for down, line in enumerate(table) for across, text in enumerate(line)]
    return [(number, len(cells), *cell) for number, cell in enumerate(cells, 1)]


def _text(row: Row) -> str:
    return row.get("text", "").replace("\n", " ")


TABLES = {
    "picture": Table(("text", "confidence"), _of_picture),
    "digit": Table((*PART, *DIGIT_VALUES), _of_digits),
    "cell": Table((*PART, "row", "column", "text"), _of_cells),
}
ROWS = {name: _csv(table) for name, table in TABLES.items()}
FORMATS = {
    "text": Format(_text_line, _text_parse, _text_start),
    "json": Format(_json_line, _json_parse, _json_start),
    "csv": ROWS["picture"],
}
