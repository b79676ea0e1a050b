"""People's own labelled digits, from files: arrays, IDX, folders of pictures, CSV lists, strokes."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from recognizer import PictureError
from recognizer.bundle import DIGIT_COUNT
from recognizer.decode import decode
from recognizer.pipeline import find_frame
from train.data import Digits, Frames, Pens
from train.errors import TrainError
from train.pen import Writing

KINDS = (
    "an .npz of pictures and labels, an IDX file of pictures beside its labels, a folder with a folder for each digit, "
    "a .csv with the columns file and label, or a .json(.gz) of strokes"
)
ARRAYS = (("x_train", "y_train"), ("x", "y"), ("frames", "labels"))  # names that an .npz may use
TEST_ARRAYS = ("x_test", "y_test")  # names of digits kept apart for tests
WRITERS = "writer"  # who wrote each digit, a number or a name, where an .npz tells
IDX_TYPE = 8  # unsigned bytes (yann.lecun.com/exdb/mnist)


def load(path: Path) -> tuple[Digits, Digits | None]:
    """Return the labelled digits of a file or folder, and those that it keeps apart for tests, if it does.

    Pictures are read as at serving. Raises TrainError, naming the path.
    """
    try:
        found = _load(path)
    except (OSError, EOFError, BadZipFile, ValueError, KeyError, IndexError, TypeError) as error:
        raise TrainError(f"{path}: cannot be read as labelled digits ({error}); expected {KINDS}.") from error
    for digits in found:
        _check(digits.labels, path)
    return found[0], found[1] if len(found) > 1 else None


def _check(labels: np.ndarray, path: Path) -> None:
    if not len(labels):
        raise TrainError(f"{path}: holds no digits; expected {KINDS}.")
    if not np.isin(labels, range(DIGIT_COUNT)).all():
        raise TrainError(
            f"{path}: has labels outside 0 to 9, such as {labels[~np.isin(labels, range(DIGIT_COUNT))][0]}."
        )


def digest(path: Path) -> str:
    """Return the SHA-256 of all that `load` reads for a path, one file after the other."""
    files = [path] if path.is_file() else []
    files += [file for file, _ in _rows(path)] if _lists(path) else []
    files += [_labels(path)] if "images" in path.name.lower() and path.suffix != ".npz" else []
    total = hashlib.sha256()
    for file in files:
        total.update(file.read_bytes())
    return total.hexdigest()


def _load(path: Path) -> Sequence[Digits]:
    name = path.name.lower()
    if _lists(path):
        return [_load_files(_rows(path))]
    if name.endswith(".npz"):
        return _load_arrays(path)
    if name.endswith((".json", ".json.gz")):
        return [_load_strokes(path)]
    if "images" in name:
        return [_frame_all(_read_idx(path), _read_idx(_labels(path)))]
    raise ValueError("its name tells no kind")


def _lists(path: Path) -> bool:
    return path.is_dir() or path.name.lower().endswith(".csv")


def _rows(path: Path) -> list[tuple[Path, str]]:
    """The pictures that a folder or a CSV lists, and their labels."""
    if path.is_dir():
        return [(file, folder.name) for folder in sorted(path.iterdir()) for file in _pictures(folder)]
    with path.open(newline="", encoding="utf-8") as rows:
        return [(path.parent / row["file"], row["label"]) for row in csv.DictReader(rows)]


def _labels(path: Path) -> Path:
    """The IDX file of labels that belongs to one of pictures."""
    return path.with_name(path.name.replace("images-idx3", "labels-idx1"))


def _pictures(folder: Path) -> list[Path]:
    """The files of a digit's folder, hidden ones left out. A file beside the folders has none."""
    return sorted(file for file in folder.iterdir() if not file.name.startswith(".")) if folder.is_dir() else []


def _load_arrays(path: Path) -> list[Digits]:
    with np.load(path, allow_pickle=False) as archive:
        held = [pair for pair in (*ARRAYS, TEST_ARRAYS) if all(name in archive for name in pair)]
        if not held:
            raise ValueError(f"it holds {', '.join(archive)}, not x and y")
        used = [held[0], TEST_ARRAYS] if TEST_ARRAYS in held[1:] else held[:1]
        found = [_frame_all(archive[pictures], archive[labels]) for pictures, labels in used]
        if WRITERS in archive and archive[WRITERS].shape == found[0].labels.shape:
            found[0].writers = archive[WRITERS].astype(str).tolist()
        return list(found)


def _read_idx(path: Path) -> np.ndarray:
    content = path.read_bytes()
    content = gzip.decompress(content) if path.suffix == ".gz" else content
    if content[:3] != bytes([0, 0, IDX_TYPE]):
        raise ValueError(f"{path.name} is no IDX file of bytes")
    shape = np.frombuffer(content, ">u4", content[3], 4)
    start = 4 + 4 * len(shape)
    return np.frombuffer(content, np.uint8, math.prod(map(int, shape)), start).reshape(shape)


def _frame_all(pictures: np.ndarray, labels: np.ndarray) -> Frames:
    pictures = pictures[..., 0] if pictures.ndim == 4 and pictures.shape[3] == 1 else pictures
    if pictures.ndim != 3 or labels.shape != pictures.shape[:1]:
        raise ValueError(f"shapes {pictures.shape} and {labels.shape}, not (n, height, width) and (n,)")
    if pictures.dtype != np.uint8:
        raise ValueError(f"pictures of {pictures.dtype}, not uint8")
    return _frames([_frame(picture, f"picture {n}") for n, picture in enumerate(pictures)], labels)


def _load_files(rows: Iterable[tuple[Path, str]]) -> Frames:
    frames, labels = [], []
    for file, label in rows:
        frames.append(_frame(file, str(file)))
        labels.append(int(label))
    return _frames(frames, labels)


def _frame(picture: Path | np.ndarray, name: str) -> np.ndarray:
    try:
        grey = picture if isinstance(picture, np.ndarray) else decode(picture.read_bytes()).grey
        return find_frame(grey)
    except PictureError as error:
        raise ValueError(f"{name}: {error}") from error


def _frames(frames: list[np.ndarray], labels: Iterable[int]) -> Frames:
    return Frames(np.array(frames, np.float32), np.array(list(labels), np.int64))


def _load_strokes(path: Path) -> Pens:
    content = path.read_bytes()
    items = json.loads(gzip.decompress(content) if path.suffix == ".gz" else content)
    return Pens(
        [
            Writing(
                int(item["label"]),
                str(item.get("writer", "")),
                [np.array(stroke, np.float32).reshape(-1, 2) for stroke in item["strokes"]],
            )
            for item in items
        ]
    )
