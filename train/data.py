"""Data sets as frames and labels; looked for in the folder that DIGITS_DATA names, else downloaded from their homes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from recognizer.frame import SIDE, frame
from train.errors import TrainError

# Of the arrays, not of the file: an archive of the same digits may be compressed in many ways.
MNIST_SHA256 = "06b0d1f124c4e5fa796686ade41a9b778edacc8622f2195a352ef479ad44fc16"


@dataclass(frozen=True)
class Split:
    """Frames (n, 28, 28) float32, 0 to 1, with their labels (n,) int64, 0 to 9."""

    frames: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, which: np.ndarray) -> Split:
        """The chosen pictures."""
        return Split(self.frames[which], self.labels[which])


@dataclass(frozen=True)
class DataSet:
    """A named data set; `sha256` is of all its pixels and labels as they were before framing."""

    name: str
    sha256: str
    train: Split
    test: Split


def load(name: str) -> DataSet:
    """Return a data set by name. Raises TrainError."""
    if name not in LOADERS:
        raise TrainError(f"There is no data set {name!r}; there are {', '.join(LOADERS)}.")
    return LOADERS[name]()


def mnist() -> DataSet:
    """MNIST (LeCun, Cortes & Burges, yann.lecun.com/exdb/mnist): 60,000 training and 10,000 test digits."""
    arrays = _mnist_arrays()
    found = _sha256(arrays)
    if found != MNIST_SHA256:
        raise TrainError(f"mnist.npz holds other digits than MNIST's (SHA-256 {found}). Delete it and try again.")
    x_train, y_train, x_test, y_test = arrays
    return DataSet("mnist", found, _framed(x_train, y_train), _framed(x_test, y_test))


def _mnist_arrays() -> list[np.ndarray]:
    path = Path(os.environ.get("DIGITS_DATA", "")) / "mnist.npz"
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


def _sha256(arrays: list[np.ndarray]) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(np.ascontiguousarray(array, np.uint8).tobytes())
    return digest.hexdigest()


def _framed(pictures: np.ndarray, labels: np.ndarray) -> Split:
    """The frames of pictures (n, 28, 28) uint8 with bright ink, made as at serving."""
    frames = np.stack([frame(picture / np.float32(255)) for picture in pictures.reshape(-1, SIDE, SIDE)])
    return Split(frames, labels.astype(np.int64))


LOADERS: dict[str, Callable[[], DataSet]] = {"mnist": mnist}
