"""Bundles at an address, such as s3://bucket/flagship → a folder here, by fsspec (filesystem-spec.readthedocs.io)."""

from __future__ import annotations

import tempfile
from pathlib import Path

from recognizer.bundle import CARD, KERAS, LITERT, Bundle
from recognizer.errors import ModelError

FILES = (LITERT, KERAS, CARD)


def fetch(address: str) -> tuple[tempfile.TemporaryDirectory[str], Bundle]:
    """Return a bundle that is copied from an address, in a folder that goes when nobody has it any more.

    Raises ModelError, which names the address.
    """
    try:
        import fsspec
    except ImportError as error:
        raise ModelError(f"{address}: models at an address need fsspec; pip install fsspec.") from error
    home = tempfile.TemporaryDirectory(prefix="digits-")
    try:
        system, path = fsspec.core.url_to_fs(address)
        folder = Path(home.name, path.rstrip("/").rpartition("/")[2] or "model")
        folder.mkdir()
        for name in FILES:
            if system.exists(f"{path.rstrip('/')}/{name}"):
                system.get_file(f"{path.rstrip('/')}/{name}", str(folder / name))
    except Exception as error:  # each file system raises its own
        raise ModelError(f"{address}: the model cannot be fetched ({error}).") from error
    return home, Bundle(folder)
