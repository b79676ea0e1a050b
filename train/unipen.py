"""UNIPEN as published: characters and words as strokes, out of text files that name strokes of other files.

The format is that of I. Guyon et al., "UNIPEN project of on-line data exchange and recognizer benchmarks", ICPR 1994;
the data are train_r01_v07 (International Unipen Foundation 1999, doi 10.5281/zenodo.1195803, CC BY 4.0). A file of
`data/CATEGORY/DONOR/` includes files of `include/`, whose components (a component is one PEN_DOWN) are counted from 0
in the order of inclusion; its segments name a range of them and say what they show. The y axis points upwards.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import numpy as np

from train.errors import MissingData, TrainError
from train.pen import Strokes

SEGMENT = re.compile(r'^\S+\s+(?P<range>\d+(-\d+)?)\s+\S+\s+"(?P<label>.*)"\s*$')  # kind, components, quality, label
DEPTH = 8  # of files that include one another, at most
LEAST = 0.2  # millimetres; a character is larger, and a point is none


@dataclass(frozen=True)
class Item:
    """What somebody wrote; `strokes` in millimetres, y downwards; `writer` is a number within the archive."""

    label: str
    donor: str
    writer: int
    strokes: Strokes


@dataclass
class Corpus:
    """The items of an archive, and how many of its segments could not be read."""

    items: list[Item] = field(default_factory=list)
    skipped: int = 0


@dataclass
class _Ink:
    """What the included files of one file hold."""

    components: list[np.ndarray] = field(default_factory=list)
    inch: list[float] = field(default_factory=lambda: [1.0, 1.0])  # points to it, in x and y
    writer: str = ""


def load(path: Path, categories: str) -> Corpus:
    """Return the items of categories such as "1a 1c" in the archive at `path`. Raises TrainError.

    Segments that name components which are not there, or hold no ink, are skipped and counted.
    """
    try:
        with ZipFile(path) as archive:
            return _read(archive, categories.split())
    except FileNotFoundError:
        raise MissingData(
            f"{path}: is missing. It is a ZIP of the folders data and include of UNIPEN's train_r01_v07, which "
            "doi.org/10.5281/zenodo.1195803 has; DIGITS_DATA names the folder that it is looked for in."
        ) from None
    except (OSError, BadZipFile) as error:
        raise TrainError(f"{path}: is no archive of UNIPEN files ({error}).") from error


def _read(archive: ZipFile, categories: list[str]) -> Corpus:
    corpus = Corpus()
    writers: dict[tuple[str, str], int] = {}
    for name in sorted(archive.namelist()):
        folder, _, rest = name.partition("/")
        category, _, rest = rest.partition("/")
        if folder != "data" or category not in categories or name.endswith("/"):
            continue
        donor = rest.split("/")[0]
        ink = _Ink()
        segments = [text for keyword, text in _statements(archive, name, ink, 0) if keyword == "SEGMENT"]
        writer = writers.setdefault((donor, ink.writer or name), len(writers))
        for segment in segments:
            item = _item(segment, ink, donor, writer)
            if item:
                corpus.items.append(item)
            else:
                corpus.skipped += 1
    return corpus


def _statements(archive: ZipFile, name: str, ink: _Ink, depth: int) -> Iterator[tuple[str, str]]:
    """Give the statements of a file, and collect the ink of those that it includes; a missing file holds nothing."""
    try:
        text = archive.read(name).decode("latin-1")
    except KeyError:
        return
    for statement in re.split(r"^\s*\.(?=[A-Z])", text, flags=re.MULTILINE)[1:]:
        keyword, _, rest = statement.partition("\n")
        keyword, _, value = keyword.strip().partition(" ")
        if keyword == "INCLUDE" and depth < DEPTH:
            included = posixpath.normpath(f"include/{value.strip()}")
            yield from _statements(archive, included, ink, depth + 1)
        elif keyword == "PEN_DOWN":
            ink.components.append(_points(rest))
        elif keyword == "WRITER_ID":
            ink.writer = value.strip()
        elif keyword in ("X_POINTS_PER_INCH", "Y_POINTS_PER_INCH"):
            ink.inch["XY".index(keyword[0])] = float(value)
        else:
            yield keyword, f"{value} {rest}" if keyword == "SEGMENT" else value


def _points(text: str) -> np.ndarray:
    """The x and y of lines of numbers; other columns, such as the pen's pressure, come after them."""
    rows = [line.split()[:2] for line in text.splitlines() if line.strip()]
    try:
        return np.array([row for row in rows if len(row) == 2], np.float32).reshape(-1, 2)
    except ValueError:
        return np.zeros((0, 2), np.float32)


def _item(segment: str, ink: _Ink, donor: str, writer: int) -> Item | None:
    match = SEGMENT.match(segment.strip())
    if not match:
        return None
    first, _, last = match["range"].partition("-")
    chosen = ink.components[int(first) : int(last or first) + 1]
    scale = np.array([25.4, -25.4]) / ink.inch
    strokes = [(stroke * scale).astype(np.float32) for stroke in chosen if len(stroke)]
    if len(chosen) <= int(last or first) - int(first) or not strokes:
        return None
    points = np.concatenate(strokes)
    if np.ptp(points, 0).max() < LEAST and match["label"] not in ".,:;'`\"":
        return None
    low = points.min(0)
    label = re.sub(r"\\(.)", r"\1", match["label"])  # quotes and backslashes are escaped
    return Item(label, donor, writer, [stroke - low for stroke in strokes])
