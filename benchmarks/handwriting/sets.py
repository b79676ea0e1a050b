"""The sets of handwriting in a folder such as DIGITS_DATA names; its sets.json says what is there, and in what form.

{name: {"file", "shows": "digit" | "digits" | "number" | "nothing", "layout", "order", "limit", and of strokes
"draw": "canvas" | "strip", "pen", "transparent"}}. A file is a .zip of pictures with labels.csv (file, label), a
.json.gz of strokes ({"label", "strokes"}), or an .npz of pictures (n, height, width) uint8 and labels, which "arrays"
names. More sets are composed of the strokes of digits, `benchmarks.handwriting.composed`.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.handwriting.canvas import on_square, on_strip, png
from benchmarks.handwriting.composed import FORMS, compose

SEED = 5
COMPOSED = {
    name: {
        "file": "unipen-dev-digits.json.gz",
        "shows": "number",
        "layout": "auto",
        "draw": "strip",
        "forms": forms,
    }
    for name, forms in FORMS.items()
}


@dataclass(frozen=True)
class Sample:
    """A picture, its `number` in its set and what it shows: "" where that is no digit.

    The label of a "number" is the number as written, with its marks, a newline between lines and a tab between cells.
    """

    number: int
    label: str
    picture: Callable[[], bytes]


@dataclass(frozen=True)
class Handwriting:
    """A set. `order` is False where digits lie about in none."""

    name: str
    shows: str
    layout: str
    order: bool
    samples: list[Sample]

    def some(self, count: int | None) -> list[Sample]:
        """The same so many samples each time, and their first so many if asked for fewer; all without a count."""
        return _shuffle(self.samples)[:count]


def find_names(folder: Path) -> list[str]:
    """The names of the sets whose files are in the folder."""
    return [name for name, row in _describe(folder).items() if (folder / row["file"]).exists()]


def load(folder: Path, name: str) -> Handwriting:
    """A set of the folder, by its name."""
    row = _describe(folder)[name]
    path = folder / row["file"]
    samples = READERS["".join(path.suffixes)](path, row)
    if "limit" in row:
        samples = [replace(some, number=number) for number, some in enumerate(_shuffle(samples)[: row["limit"]])]
    return Handwriting(name, row["shows"], row.get("layout", "digit"), row.get("order", True), samples)


def _describe(folder: Path) -> dict[str, dict]:
    described = json.loads((folder / "sets.json").read_text(encoding="utf-8"))
    return {**described, **COMPOSED}


def _shuffle(samples: list[Sample]) -> list[Sample]:
    samples = list(samples)
    random.Random(SEED).shuffle(samples)
    return samples


def _pictures(path: Path, row: dict) -> list[Sample]:
    with zipfile.ZipFile(path) as archive:
        lines = list(csv.DictReader(io.StringIO(archive.read("labels.csv").decode())))
        return [
            Sample(number, line["label"], partial(bytes, archive.read(line["file"])))
            for number, line in enumerate(lines)
        ]


def _arrays(path: Path, row: dict) -> list[Sample]:
    with np.load(path) as archive:
        pictures, labels = (archive[name] for name in row["arrays"])
    pictures = 255 - pictures if row.get("ink") == "light" else pictures
    return [
        Sample(number, str(label), partial(_encode, picture))
        for number, (picture, label) in enumerate(zip(pictures, labels, strict=True))
    ]


def _encode(picture: np.ndarray) -> bytes:
    return png(Image.fromarray(picture))


def _strokes(path: Path, row: dict) -> list[Sample]:
    draw = on_strip if row["draw"] == "strip" else on_square
    options = {key: row[key] for key in ("pen", "transparent") if key in row}
    items = json.loads(gzip.decompress(path.read_bytes()))
    return [
        Sample(
            number,
            "" if row["shows"] == "nothing" else item["label"],
            partial(draw, item["strokes"], number, **options),
        )
        for number, item in enumerate(compose(items, row["forms"]) if "forms" in row else items)
    ]


READERS = {".zip": _pictures, ".npz": _arrays, ".json.gz": _strokes}
