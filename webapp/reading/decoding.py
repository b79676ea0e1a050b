"""Files that cost much to decode, a few at once on this machine, so that their memory is bounded."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask, current_app
from werkzeug.exceptions import ServiceUnavailable

from recognizer import Picture
from recognizer.decode import decode as decode_file
from recognizer.decode import is_costly
from recognizer.document import count_pages as count_pages_of_file
from recognizer.document import is_pdf

PATIENCE = 1.0  # seconds that somebody waits for others' files
LONG_PATIENCE = 60.0  # of somebody who sends many, of which each has its answer as it comes
STEP = 0.02  # seconds between two looks
RETRY_AFTER = 5  # seconds


def init_app(app: Flask) -> None:
    """Name the files whose locks are the right to decode, one for each that may be decoded at once."""
    folder: Path = app.config["INSTANCE"]
    app.extensions["decoding"] = [folder / f"decoding.{number}" for number in range(app.config["DECODERS"])]


def decode(data: bytes, page: int = 1, patience: float = PATIENCE) -> Picture:
    """Return the picture in a file, within the site's limits. Raises PictureError, ServiceUnavailable."""
    limit = current_app.config["MAX_MEGAPIXELS"]
    if not is_costly(data):
        return decode_file(data, limit, page)
    with _take_turn(patience):
        return decode_file(data, limit, page)


def count_pages(data: bytes, patience: float = PATIENCE) -> int:
    """Return how many pages a file has. Raises PictureError, ServiceUnavailable."""
    if not is_pdf(data):
        return count_pages_of_file(data)
    with _take_turn(patience):
        return count_pages_of_file(data)


@contextmanager
def _take_turn(patience: float) -> Iterator[None]:
    """Hold one of the locks, which ends with its process, too. Raises ServiceUnavailable where all stay taken."""
    end = time.monotonic() + patience
    while (lock := _find_free()) is None:
        if time.monotonic() > end:
            raise ServiceUnavailable(
                "Other people's large files are being read. Try again in a moment.", retry_after=RETRY_AFTER
            )
        time.sleep(STEP)
    try:
        yield
    finally:
        os.close(lock)


def _find_free() -> int | None:
    """The descriptor of a file that is locked for us, or None."""
    for path in current_app.extensions["decoding"]:
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
        else:
            return lock
    return None
