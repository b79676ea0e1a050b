"""Write model bundles, whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import keras

from recognizer.bundle import Bundle
from train import litert
from train.errors import TrainError


@contextmanager
def draft(folder: Path) -> Iterator[Bundle]:
    """Give an empty bundle that takes the place of `folder` at the end, unless there is an error. Raises TrainError."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        drafted = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise TrainError(f"{folder}: cannot be written ({error.strerror}).") from error
    try:
        yield Bundle(drafted)
        drafted.chmod(0o755)
        _replace(folder, drafted)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error  # HDF5's own words fill a screen
        raise TrainError(f"{folder}: cannot be written ({reason}); what was there is unchanged.") from error
    finally:
        shutil.rmtree(drafted, ignore_errors=True)


def save(model: keras.Model, bundle: Bundle) -> None:
    """Write a model, which must not carry an optimiser, in both formats. Raises TrainError."""
    model.save(bundle.keras)
    _deflate(bundle.keras)
    litert.export(bundle.keras, bundle.litert)


def _deflate(path: Path) -> None:
    """Compress a Keras file, as Keras does not. Quantised weights need fewer bits than they are stored with."""
    with ZipFile(path) as plain:
        content = {name: plain.read(name) for name in plain.namelist()}
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=9) as small:
        for name, data in content.items():
            small.writestr(name, data)


def _replace(folder: Path, drafted: Path) -> None:
    old = drafted.with_name(f"{drafted.name}.old")
    if folder.exists():
        folder.rename(old)
    drafted.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
