"""What lies at an address, such as s3://bucket/flagship, by fsspec (filesystem-spec.readthedocs.io)."""

from __future__ import annotations

import tempfile
from importlib import import_module
from pathlib import Path
from types import ModuleType

from recognizer.bundle import CARD, KERAS, LITERT, Bundle
from recognizer.errors import ModelError

ADDRESS = "://"  # stands in one, and in no path
FILES = (LITERT, KERAS, CARD)


def load_fsspec() -> ModuleType:
    """Return fsspec. Raises ImportError, which says how it is installed."""
    try:
        return import_module("fsspec")
    except ImportError as error:
        raise ImportError("Addresses need fsspec: pip install -r requirements-bulk.txt") from error


def fetch(address: str) -> tuple[tempfile.TemporaryDirectory[str], Bundle]:
    """Return a bundle that is copied from an address, in a folder that goes when nobody has it any more.

    Raises ModelError, which names the address.
    """
    home = tempfile.TemporaryDirectory(prefix="digits-")
    try:
        system, path = load_fsspec().core.url_to_fs(address.rstrip("/"))
        folder = Path(home.name, path.rpartition("/")[2] or "model")
        folder.mkdir()
        for name in FILES:
            if system.exists(f"{path}/{name}"):
                system.get_file(f"{path}/{name}", str(folder / name))
    except Exception as error:  # each file system raises its own
        raise ModelError(f"{address}: the model cannot be fetched ({error}).") from error
    return home, Bundle(folder)
