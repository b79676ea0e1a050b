"""Many pictures → rows, in several processes, and into a file that an interrupted run goes on with."""

from __future__ import annotations

import csv
import glob
import io
import json
import multiprocessing
import os
import re
import signal
import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import cv2

from recognizer import Model, PictureError, count_pages, memory, read
from recognizer.reading import COLUMNS as DIGIT_VALUES
from recognizer.reading import Digit
from recognizer.remote import ADDRESS, load_fsspec

PAGED = {".pdf", ".tif", ".tiff"}  # files that may have several pages
SUFFIXES = PAGED | {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".avif", ".heic", ".heif"}
PAGE = re.compile(r"(.+)#page=([1-9]\d{0,8})")  # as RFC 8118 names a page of a PDF
CHUNK = 32  # pictures that a process takes at once
COLUMNS = ("file", "text", "confidence", "error")
PART = ("number", "of")  # of the rows of a file that has several
DIGIT_COLUMNS = ("file", *PART, *DIGIT_VALUES, "error")
CELL_COLUMNS = ("file", *PART, "row", "column", "text", "error")
FAILED = "not read: "

Row = dict[str, Any]  # `file` and either `error` or what the API answers


class ResumeError(ValueError):
    """A file that holds something else than rows of the format asked for; the message names it."""


def expand(names: Iterable[str]) -> list[str]:
    """The files that files, folders (all pictures below) and glob patterns name, each once, in order.

    All of these may be addresses, such as s3://bucket/scans/, that fsspec knows (filesystem-spec.readthedocs.io).
    Of a file of several pages there is a name for each, such as `scan.pdf#page=2`. A name that nothing answers to
    stays, so that it becomes a row with the reason.
    """
    found: list[str] = []
    for name in names:
        if ADDRESS in name:
            found += _expand_address(name)
            continue
        matches = [name] if os.path.lexists(name) else sorted(glob.glob(name, recursive=True))  # noqa: PTH207, absolute
        for path in matches or [name]:
            found += _pictures_below(path) if Path(path).is_dir() else [path]
    return [page for file in dict.fromkeys(found) for page in _pages_of(file)]


def load(file: str) -> tuple[bytes, int]:
    """The bytes of a file, and which page of it is meant. Raises OSError."""
    named = None if ADDRESS not in file and Path(file).exists() else PAGE.fullmatch(file)
    path, page = named.groups() if named else (file, 1)
    return _load_bytes(path), int(page)


def _load_bytes(path: str) -> bytes:
    if ADDRESS not in path:
        return Path(path).read_bytes()
    try:
        with load_fsspec().open(path, "rb") as file:
            return bytes(file.read())
    except OSError:
        raise
    except Exception as error:  # each file system raises its own
        raise OSError(0, f"It cannot be fetched ({error})") from error


def _expand_address(address: str) -> list[str]:
    """The same of an address; one that cannot be looked at stays, so that its row will say why."""
    try:
        system, path = load_fsspec().core.url_to_fs(address)
        if "*" in path:
            matches = sorted(system.glob(path))
        elif system.isdir(path):
            matches = sorted(found for found in system.find(path) if Path(found).suffix.lower() in SUFFIXES)
        else:
            return [address]
    except ImportError:
        raise
    except Exception:  # each file system raises its own
        return [address]
    outer = address.partition("::")[1:]  # of a file within another, as zip://*.png::scans.zip
    return ["".join((system.unstrip_protocol(found), *outer)) for found in matches]


def rows(files: list[str], model: Model, layout: str, jobs: int = 1) -> Generator[Row]:
    """Read the files in order, a row each. Raises ModelError, and BrokenProcessPool where a process is killed."""
    if jobs == 1:
        yield from map(partial(read_file, model, layout), files)
        return
    pool = ProcessPoolExecutor(jobs, initializer=_start, initargs=(model.folder,))
    try:
        yield from pool.map(partial(_row_here, layout), files, chunksize=CHUNK)
    finally:
        pool.shutdown(cancel_futures=True)


def _pictures_below(folder: str) -> list[str]:
    def refuse(error: OSError) -> None:
        raise error

    found = (Path(place, name) for place, _, names in os.walk(folder, onerror=refuse) for name in names)
    return sorted(str(path) for path in found if path.suffix.lower() in SUFFIXES)


def _pages_of(file: str) -> list[str]:
    """A name for each page of a file that has several; of one that cannot be read, its row will say why."""
    if Path(file.partition("::")[0]).suffix.lower() not in PAGED:
        return [file]
    try:
        pages = count_pages(_load_bytes(file))
    except (PictureError, OSError):
        return [file]
    return [file] if pages == 1 else [f"{file}#page={page}" for page in range(1, pages + 1)]


def read_file(model: Model, layout: str, file: str) -> Row:
    """Read a file; its row says what is in it, or why that could not be read."""
    try:
        data, page = load(file)
        reading = read(data, model, layout, page=page)
    except PictureError as error:
        return {"file": file, "error": str(error)}
    except OSError as error:
        return {"file": file, "error": f"{error.strerror}."}
    return {"file": file, **reading.as_dict()}


_model: Model  # of a process of the pool


def _start(folder: Path) -> None:
    """Make a process of the pool ready: Ctrl-C is its parent's affair, and it does not outlive that."""
    global _model
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    cv2.setNumThreads(1)
    memory.keep()
    _model = Model(folder)


def _row_here(layout: str, file: str) -> Row:
    return read_file(_model, layout, file)


def _end_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


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


def escape(file: str) -> str:
    """The name of a file as it stands in rows: on one line, whatever is in it."""
    return re.sub(r"[\x00-\x1f\x7f\\]", lambda found: repr(found[0])[1:-1], file)


def resume(path: Path, kind: Format, files: list[str]) -> dict[str, bool]:
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


def _csv(columns: Sequence[str], parts: Callable[[Row], list[Sequence[object]]]) -> Format:
    """A format of CSV: `parts` are the rows of a picture that was read, without its file and the reason why not."""

    def line(row: Row) -> str:
        text = io.StringIO()
        rows = csv.writer(text, lineterminator="\n")
        none = [""] * (len(columns) - 2)
        for part in parts(row) if "error" not in row else [none]:
            rows.writerow([escape(row["file"]), *part, row.get("error", "")])
        return text.getvalue()

    def parse(line: str) -> tuple[str, bool, bool]:
        values = dict(zip(columns, next(csv.reader([line])), strict=True))
        number, of = (values.get(name) for name in PART)
        return values["file"], not values["error"], number == of

    return Format(line, parse, lambda file: "", ",".join(columns) + "\n")


def _of_picture(row: Row) -> list[Sequence[object]]:
    return [(_text(row), min((digit["confidence"] for digit in row["digits"]), default=""))]


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


FORMATS = {
    "text": Format(_text_line, _text_parse, _text_start),
    "json": Format(_json_line, _json_parse, _json_start),
    "csv": _csv(COLUMNS, _of_picture),
}
ROWS = {"picture": FORMATS["csv"], "digit": _csv(DIGIT_COLUMNS, _of_digits), "cell": _csv(CELL_COLUMNS, _of_cells)}
