"""Data sets as labelled digits, from the folder that DIGITS_DATA names or else downloaded from their homes."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from zipfile import BadZipFile, ZipFile

import numpy as np

from recognizer.bundle import DIGIT_COUNT
from recognizer.frame import SIDE, frame
from recognizer.glyphs import DIGITS
from train import unipen
from train.augment import augment, draw
from train.errors import MissingData, TrainError
from train.pen import Strokes, Writing, parse_unipen
from train.recipe import Augmentation
from train.strings import separate

# Of what the files hold, not of the files: the same digits may be compressed in many ways.
MNIST_SHA256 = "06b0d1f124c4e5fa796686ade41a9b778edacc8622f2195a352ef479ad44fc16"
PENDIGITS_SHA256 = "a66225d68d7d68591e62944df1ad33b3f5aa608e2df2505844b41f5568a80da4"
NEGATIVES = 8000
LETTERS = 8000  # of some 20,000, as too many would tell against digits
UNIPEN = "unipen-dev-raw.zip"  # the donors that may be trained on, as UNIPEN published them
STRINGS = "unipen-dev-strings.json.gz"
DONORS = ("aga", "apb", "imp", "uqb", "val")  # of it; all others' digits are left to measure by
DIGIT_LIKE = "()/1IJOQSYZ[]bgijloqsyz|!,.:;'`\"\\"  # what some hands write like a digit, and too small signs
PENDIGITS_HOME = "https://archive.ics.uci.edu/static/public/81/pen+based+recognition+of+handwritten+digits.zip"


class Digits(ABC):
    """Labelled digits (n) that can be rendered as frames, each time a little differently."""

    labels: np.ndarray  # (n,) int64, 0 to 9, or 10 for what is no digit
    writers: Sequence[str] | None = None  # who wrote each, where that is known

    @abstractmethod
    def take(self, which: np.ndarray) -> Self:
        """The chosen ones, by their numbers."""

    @abstractmethod
    def render(self, how: Augmentation, rng: np.random.Generator) -> np.ndarray:
        """All of them as frames (n, 28, 28) float32, 0 to 1."""

    @abstractmethod
    def split(self, share: float, rng: np.random.Generator) -> tuple[Self, Self]:
        """Return those to train on and about a `share` to validate with, which have nothing in common."""

    def hold_out(self, donors: Collection[str]) -> tuple[Self, Self] | None:
        """Return those of all other donors and those of these, or None where these gave nothing."""
        return None


class Frames(Digits):
    """Digits of which there are only pictures: frames (n, 28, 28) float32, 0 to 1."""

    def __init__(self, frames: np.ndarray, labels: np.ndarray, writers: Sequence[str] | None = None) -> None:
        self.frames, self.labels, self.writers = frames, labels, writers

    def take(self, which: np.ndarray) -> Frames:
        """The chosen ones, by their numbers."""
        writers = [self.writers[number] for number in which] if self.writers else None
        return Frames(self.frames[which], self.labels[which], writers)

    def render(self, how: Augmentation, rng: np.random.Generator) -> np.ndarray:
        """The pictures, augmented."""
        return augment(self.frames, how, rng)

    def split(self, share: float, rng: np.random.Generator) -> tuple[Frames, Frames]:
        """Split at random."""
        order, held_out = rng.permutation(len(self.labels)), round(share * len(self.labels))
        return self.take(order[held_out:]), self.take(order[:held_out])


class Pens(Digits):
    """Digits of which the strokes are known, so that they can be drawn with any pen."""

    def __init__(self, writings: Sequence[Writing]) -> None:
        self.writings = writings
        self.labels = np.array([writing.label for writing in writings], np.int64)
        self.writers = [writing.writer for writing in writings]

    def take(self, which: np.ndarray) -> Pens:
        """The chosen ones, by their numbers."""
        return Pens([self.writings[number] for number in which])

    def render(self, how: Augmentation, rng: np.random.Generator) -> np.ndarray:
        """The strokes drawn, each with a pen and in a manner of its own."""
        return draw(self.writings, how, rng)

    def split(self, share: float, rng: np.random.Generator) -> tuple[Pens, Pens]:
        """Split by writer, or at random where there are too few of them."""
        writers = sorted({writing.writer for writing in self.writings})
        held_out = set(rng.permutation(writers)[: round(share * len(writers))])
        if not held_out:
            order, count = rng.permutation(len(self.writings)), round(share * len(self.writings))
            return self.take(order[count:]), self.take(order[:count])
        return self._part([writing.writer in held_out for writing in self.writings])

    def hold_out(self, donors: Collection[str]) -> tuple[Pens, Pens] | None:
        """Split by donor, who is the first word of a writer's name."""
        away = [writing.writer.split()[0] in donors for writing in self.writings]
        return self._part(away) if any(away) else None

    def _part(self, away: Sequence[bool]) -> tuple[Pens, Pens]:
        return self.take(np.flatnonzero(~np.array(away))), self.take(np.flatnonzero(away))


@dataclass(frozen=True, eq=False)
class DataSet:
    """A named data set. `sha256` is of all that it holds before framing, or None for one that is generated."""

    name: str
    sha256: str | None
    train: Digits
    test: Digits | None = None


def load(name: str) -> DataSet:
    """Return a data set by name. Raises TrainError."""
    if name not in LOADERS:
        raise TrainError(f"There is no data set {name!r}; there are {', '.join(LOADERS)}.")
    return LOADERS[name]()


def mnist() -> DataSet:
    """MNIST (LeCun, Cortes & Burges, yann.lecun.com/exdb/mnist): 60,000 training and 10,000 test digits."""
    arrays = _mnist_arrays()
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(np.ascontiguousarray(array, np.uint8).tobytes())
    _check("mnist.npz", digest.hexdigest(), MNIST_SHA256)
    x_train, y_train, x_test, y_test = arrays
    return DataSet("mnist", MNIST_SHA256, _frame_all(x_train, y_train), _frame_all(x_test, y_test))


def pendigits() -> DataSet:
    """UCI pendigits' 30 training writers (Alpaydin & Alimoglu 1996, doi 10.24432/C5MG6K): 7,494 digits as strokes."""
    content = _pendigits_content()
    _check("pendigits-orig.tra", hashlib.sha256(content).hexdigest(), PENDIGITS_SHA256)
    return DataSet("pendigits", PENDIGITS_SHA256, Pens(parse_unipen(content.decode("ascii"))))


def find_folder() -> Path:
    """The folder that DIGITS_DATA names, in which data sets are looked for first, or the current one."""
    return Path(os.environ.get("DIGITS_DATA", ""))


def _check(name: str, found: str, wanted: str) -> None:
    if found != wanted:
        raise TrainError(f"{name} holds other digits than it should (SHA-256 {found}). Delete it and try again.")


def _mnist_arrays() -> list[np.ndarray]:
    path = find_folder() / "mnist.npz"
    if not path.is_file():
        return _mnist_download()
    try:
        with np.load(path, allow_pickle=False) as archive:
            return [archive[name] for name in ("x_train", "y_train", "x_test", "y_test")]
    except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
        raise TrainError(f"{path}: is not MNIST as Keras publishes it ({error}).") from error


def _mnist_download() -> list[np.ndarray]:
    import keras

    try:
        (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    except Exception as error:  # Keras raises bare exceptions for what fails on the way
        raise TrainError(f"MNIST cannot be downloaded ({error}). Try again, or set DIGITS_DATA.") from error
    return [x_train, y_train, x_test, y_test]


def _pendigits_content() -> bytes:
    path = find_folder() / "pendigits-orig.tra.gz"
    try:
        return gzip.decompress(path.read_bytes()) if path.is_file() else _pendigits_download()
    except (OSError, EOFError) as error:
        raise TrainError(f"{path}: is damaged ({error}).") from error


def _pendigits_download() -> bytes:
    import keras
    from unlzw3 import unlzw

    try:
        archive = keras.utils.get_file("pendigits.zip", PENDIGITS_HOME)
    except Exception as error:  # Keras raises bare exceptions for what fails on the way
        raise TrainError(f"pendigits cannot be downloaded ({error}). Try again, or set DIGITS_DATA.") from error
    with ZipFile(archive) as files:
        return bytes(unlzw(files.read("pendigits-orig.tra.Z")))


def _frame_all(pictures: np.ndarray, labels: np.ndarray) -> Frames:
    """The frames of pictures (n, 28, 28) uint8 with bright ink, made as at serving."""
    frames = np.stack([frame(picture) for picture in pictures.reshape(-1, SIDE, SIDE)])
    return Frames(frames, labels.astype(np.int64))


def unipen_digits() -> DataSet:
    """UNIPEN's isolated digits (category 1a) of 5 donors, 92 people (doi 10.5281/zenodo.1195803): 4,755 as strokes."""
    return _unipen("unipen", "1a", lambda label: int(label) if label in DIGITS else None)


def letters() -> DataSet:
    """UNIPEN's letters and signs (categories 1b to 1d) of the same people: no digits, nor like digits (label 10)."""
    found = _unipen("letters", "1b 1c 1d", lambda label: None if label in DIGITS + DIGIT_LIKE else DIGIT_COUNT)
    some = np.random.default_rng(0).permutation(len(found.train.labels))[:LETTERS]
    return DataSet(found.name, found.sha256, found.train.take(some))


def strings() -> DataSet:
    """Digits of UNIPEN's numbers (categories 7 and 8) and of those of 16 people more, where strokes tell them apart."""
    path, more = find_folder() / UNIPEN, find_folder() / STRINGS
    numbers = [(item.label, f"{item.donor} {item.writer}", item.strokes) for item in unipen.load(path, "7 8").items]
    known = {writer.split()[0] for _, writer, _ in numbers}
    numbers += [number for number in _load_numbers(more) if number[1].split()[0] not in known]
    writings = [
        Writing(digit, writer, part) for label, writer, strokes in numbers for digit, part in separate(strokes, label)
    ]
    digest = hashlib.sha256(path.read_bytes() + more.read_bytes()).hexdigest()
    return DataSet("strings", digest, Pens(writings))


def _load_numbers(path: Path) -> list[tuple[str, str, Strokes]]:
    """The labels, writers and strokes of a file of numbers."""
    try:
        items = json.loads(gzip.decompress(path.read_bytes()))
    except FileNotFoundError:
        raise MissingData(f"{path}: is missing; DIGITS_DATA names the folder that it is looked for in.") from None
    except (OSError, EOFError, ValueError) as error:
        raise TrainError(f"{path}: is damaged ({error}).") from error
    writers = [f"{item['donor']} {item['writer']}" for item in items]
    strokes = [[np.array(stroke, np.float32) for stroke in item["strokes"]] for item in items]
    return list(zip([item["label"] for item in items], writers, strokes, strict=True))


def _unipen(name: str, categories: str, find_label: Callable[[str], int | None]) -> DataSet:
    """The single characters of UNIPEN that have a label."""
    path = find_folder() / UNIPEN
    writings = [
        Writing(label, f"{item.donor} {item.writer}", item.strokes)
        for item in unipen.load(path, categories).items
        if item.donor in DONORS and len(item.label) == 1 and (label := find_label(item.label)) is not None
    ]
    return DataSet(name, hashlib.sha256(path.read_bytes()).hexdigest(), Pens(writings))


def negatives() -> DataSet:
    """Letters, signs, scribbles and pairs of digits, made here: what a model learns to take for no digit (label 10)."""
    from train.negatives import make

    writings = parse_unipen(_pendigits_content().decode("ascii"))
    return DataSet("negatives", None, Pens(make(NEGATIVES, writings, np.random.default_rng(0))))


LOADERS: dict[str, Callable[[], DataSet]] = {
    "mnist": mnist,
    "pendigits": pendigits,
    "unipen": unipen_digits,
    "strings": strings,
    "letters": letters,
    "negatives": negatives,
}
