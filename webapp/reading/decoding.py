"""Files that cost much to decode: so many megapixels at once on this machine, so that their memory is bounded."""

from __future__ import annotations

import fcntl
import math
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask, current_app
from werkzeug.exceptions import ServiceUnavailable

from recognizer import Picture
from recognizer.decode import UNKNOWN, weigh
from recognizer.decode import decode as decode_file
from recognizer.document import count_pages as count_pages_of_file
from recognizer.document import is_pdf

PATIENCE = 1.0  # seconds that somebody waits for others' files
LONG_PATIENCE = 60.0  # of somebody who sends many, of which each has its answer as it comes
STEP = 0.02  # seconds between two looks
RETRY_AFTER = 5  # seconds
SHARE = 4  # megapixels, the right to which each lock is
PROCESS = 6  # megapixels, whose memory is that of a process without its picture


def init_app(app: Flask) -> None:
    """Name the files whose locks are the right to decode, each a share of what may be decoded at once."""
    folder: Path = app.config["INSTANCE"]
    shares = math.ceil(app.config["DECODING_MEGAPIXELS"] / SHARE)
    app.extensions["decoding"] = [folder / f"decoding.{number}" for number in range(shares)]


def decode(data: bytes, page: int = 1, patience: float = PATIENCE) -> Picture:
    """Return the picture in a file, within the site's limits. Raises PictureError, ServiceUnavailable."""
    limit = current_app.config["MAX_MEGAPIXELS"]
    if not (megapixels := weigh(data)):
        return decode_file(data, limit, page, apart=False)  # which need not weigh it once more
    with _take_turn(megapixels, patience):
        return decode_file(data, limit, page)


def count_pages(data: bytes, patience: float = PATIENCE) -> int:
    """Return how many pages a file has. Raises PictureError, ServiceUnavailable."""
    if not is_pdf(data):
        return count_pages_of_file(data)
    with _take_turn(UNKNOWN, patience):
        return count_pages_of_file(data)


@contextmanager
def _take_turn(megapixels: float, patience: float) -> Iterator[None]:
    """Hold enough of the locks, or all; they end with their process, too. Raises ServiceUnavailable."""
    paths: list[Path] = current_app.extensions["decoding"]
    wanted = min(math.ceil((megapixels + PROCESS) / SHARE), len(paths))
    end = time.monotonic() + patience
    while not (locks := _lock(paths, wanted)):
        if time.monotonic() > end:
            raise ServiceUnavailable(
                "Other people's large files are being read. Try again in a moment.", retry_after=RETRY_AFTER
            )
        time.sleep(STEP)
    try:
        yield
    finally:
        _release(locks)


def _lock(paths: list[Path], wanted: int) -> list[int]:
    """The descriptors of as many files as are wanted, locked for us; none where fewer are free."""
    locks: list[int] = []
    for path in paths:
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
        else:
            locks.append(lock)
            if len(locks) == wanted:
                return locks
    _release(locks)
    return []


def _release(locks: list[int]) -> None:
    for lock in locks:
        os.close(lock)
