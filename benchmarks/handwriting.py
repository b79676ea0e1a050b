"""Real handwriting as picture files, out of the folder that DIGITS_DATA names; its sets.json says what is there."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from recognizer.strokes import rasterise

CANVAS = 400  # pixels
MARGIN = 60  # pixels, to the left and right of a number


@dataclass(frozen=True)
class Sample:
    """What a picture shows, "" if that is no digit; `picture()` gives its file."""

    label: str
    picture: Callable[[], bytes]


@dataclass(frozen=True)
class Handwriting:
    """A set; `shows` is "digit", "digits" or "nothing"."""

    name: str
    shows: str
    layout: str
    samples: list[Sample]


def sets(folder: Path, limit: int) -> Iterator[Handwriting]:
    """Give the sets of a folder whose files are there, each with at most `limit` samples, the same each time."""
    for name, row in json.loads((folder / "sets.json").read_text()).items():
        if (folder / row["file"]).exists():
            samples = READERS["".join(Path(row["file"]).suffixes)](folder / row["file"], row)
            random.Random(0).shuffle(samples)
            yield Handwriting(name, row["shows"], row.get("layout", "digit"), samples[:limit])


def _zipped(path: Path, row: dict) -> list[Sample]:
    with zipfile.ZipFile(path) as archive:
        labels = list(csv.DictReader(io.TextIOWrapper(archive.open("labels.csv"), "utf-8")))
        files = {line["file"]: archive.read(line["file"]) for line in labels}
    nothing = row["shows"] == "nothing"
    return [Sample("" if nothing else line["label"], partial(files.get, line["file"])) for line in labels]


def _arrays(path: Path, row: dict) -> list[Sample]:
    with np.load(path) as archive:
        pictures, labels = (archive[name] for name in row["arrays"])
    return [Sample(str(label), partial(_png, picture)) for picture, label in zip(pictures, labels, strict=True)]


def _written(path: Path, row: dict) -> list[Sample]:
    items = json.loads(gzip.decompress(path.read_bytes()))
    draw = _on_canvas if row["draw"] == "canvas" else _on_strip
    nothing = row["shows"] == "nothing"
    return [
        Sample("" if nothing else item["label"], partial(draw, item["strokes"], number, row))
        for number, item in enumerate(items)
    ]


def _on_canvas(strokes: list, seed: int, row: dict) -> bytes:
    """A digit of 35 to 90 % of the canvas, somewhere on it."""
    rng = np.random.default_rng(seed)
    pen = row.get("pen", 16)
    low, extent = _extent(strokes)
    scale = (rng.uniform(0.35, 0.9) * CANVAS - pen) / max(extent.max(), 1e-6)
    shift = pen / 2 + rng.uniform(size=2) * (CANVAS - pen - extent * scale) - low * scale
    return _drawn(strokes, scale, shift, CANVAS, pen, row.get("transparent", False))


def _on_strip(strokes: list, seed: int, row: dict) -> bytes:
    """A number of 30 to 70 % of the height of a canvas, which is as wide as it takes."""
    rng = np.random.default_rng(seed)
    low, extent = _extent(strokes)
    scale = rng.uniform(0.3, 0.7) * CANVAS / max(extent[1], 1e-6)
    width = max(CANVAS, round(extent[0] * scale) + 2 * MARGIN)
    shift = np.array([MARGIN, rng.uniform(0.1, 0.9) * (CANVAS - extent[1] * scale)]) - low * scale
    return _drawn(strokes, scale, shift, width, row.get("pen", 12), False)


def _extent(strokes: list) -> tuple[np.ndarray, np.ndarray]:
    points = np.array([point for stroke in strokes for point in stroke], float)
    return points.min(0), np.ptp(points, 0)


def _drawn(strokes: list, scale: float, shift: np.ndarray, width: int, pen: int, transparent: bool) -> bytes:
    ink = rasterise([np.array(stroke) * scale + shift for stroke in strokes], pen, (CANVAS, width))
    return _png(np.dstack([np.zeros((*ink.shape, 3), np.uint8), ink]) if transparent else 255 - ink)


def _png(picture: np.ndarray) -> bytes:
    return cv2.imencode(".png", picture)[1].tobytes()


READERS = {".zip": _zipped, ".npz": _arrays, ".json.gz": _written}
