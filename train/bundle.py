"""Model bundles: models/NAME/ with `model.keras`, `model.tflite` and `card.json`, written whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import keras

from train import litert
from train.errors import TrainError


@contextmanager
def writing(folder: Path) -> Iterator[Path]:
    """Give a draft folder that takes `folder`'s place at the end; on an error the old one stays. Raises TrainError."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise TrainError(f"{folder}: cannot be written ({error.strerror}).") from error
    try:
        yield draft
        draft.chmod(0o755)
        _replace(draft, folder)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error  # HDF5's own words fill a screen
        raise TrainError(f"{folder}: cannot be written ({reason}); what was there is unchanged.") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def save(model: keras.Model, card: dict, draft: Path) -> None:
    """Write a model, which must not carry an optimiser, in both formats, and its card with their sizes.

    Raises TrainError.
    """
    model.save(draft / "model.keras")
    _deflate(draft / "model.keras")
    litert.export(draft / "model.keras", draft / "model.tflite")
    sizes = {path.name: path.stat().st_size for path in sorted(draft.glob("model.*"))}
    text = json.dumps(card | {"bytes": sizes}, indent=1, ensure_ascii=False)
    (draft / "card.json").write_text(text + "\n", encoding="utf-8")


def _deflate(path: Path) -> None:
    """Compress a zip file, which Keras does not; weights of half precision fill half of their bytes with zeros."""
    with ZipFile(path) as plain:
        content = {name: plain.read(name) for name in plain.namelist()}
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=9) as small:
        for name, data in content.items():
            small.writestr(name, data)


def _replace(draft: Path, folder: Path) -> None:
    old = draft.with_name(f"{draft.name}.old")
    if folder.exists():
        folder.rename(old)
    draft.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
