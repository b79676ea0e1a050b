"""Many pictures, by the names of files, folders and addresses → rows, in several processes."""

from __future__ import annotations

import glob
import multiprocessing
import os
import re
import signal
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import cv2

from recognizer import Model, PictureError, count_pages, memory, read
from recognizer.remote import ADDRESS, load_fsspec

PAGED = {".pdf", ".tif", ".tiff"}  # files that may have several pages
SUFFIXES = PAGED | {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".avif", ".heic", ".heif"}
PAGE = re.compile(r"(.+)#page=([1-9]\d{0,8})")  # as RFC 8118 names a page of a PDF
CHUNK = 32  # pictures that a process takes at once
AHEAD = 4  # chunks for each process that are given out before their rows are taken, so that memory is bounded

Row = dict[str, Any]  # `file` and either `error` or what the API answers


def expand(names: Iterable[str]) -> list[str]:
    """The files that files, folders (all pictures below) and glob patterns name, each once, in order.

    All of these may be addresses, such as s3://bucket/scans/, that fsspec knows (filesystem-spec.readthedocs.io).
    Of a file of several pages there is a name for each, such as `scan.pdf#page=2`. A name that nothing answers to
    stays, so that it becomes a row with the reason.
    """
    found: list[str] = []
    for name in names:
        if ADDRESS in name:
            found += _expand_address(name)
            continue
        matches = [name] if os.path.lexists(name) else sorted(glob.glob(name, recursive=True))  # noqa: PTH207, absolute
        for path in matches or [name]:
            found += _pictures_below(path) if Path(path).is_dir() else [path]
    return [page for file in dict.fromkeys(found) for page in _pages_of(file)]


def load(file: str) -> tuple[bytes, int]:
    """The bytes of a file, and which page of it is meant. Raises OSError."""
    named = None if ADDRESS not in file and Path(file).exists() else PAGE.fullmatch(file)
    path, page = named.groups() if named else (file, 1)
    return _load_bytes(path), int(page)


def _load_bytes(path: str) -> bytes:
    if ADDRESS not in path:
        return Path(path).read_bytes()
    try:
        with load_fsspec().open(path, "rb") as file:
            return bytes(file.read())
    except OSError:
        raise
    except Exception as error:  # each file system raises its own
        raise OSError(0, f"It cannot be fetched ({error})") from error


def _expand_address(address: str) -> list[str]:
    """The same of an address; one that cannot be looked at stays, so that its row will say why."""
    try:
        system, path = load_fsspec().core.url_to_fs(address)
        if "*" in path:
            matches = sorted(system.glob(path))
        elif system.isdir(path):
            matches = sorted(found for found in system.find(path) if Path(found).suffix.lower() in SUFFIXES)
        else:
            return [address]
    except ImportError:
        raise
    except Exception:  # each file system raises its own
        return [address]
    outer = address.partition("::")[1:]  # of a file within another, as zip://*.png::scans.zip
    return ["".join((system.unstrip_protocol(found), *outer)) for found in matches]


def rows(files: list[str], model: Model, layout: str, jobs: int = 1) -> Generator[Row]:
    """Read the files in order, a row each. Raises ModelError, and BrokenProcessPool where a process is killed."""
    if jobs == 1:
        yield from map(partial(read_file, model, layout), files)
        return
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)  # as threads that OpenCV has already are lost in a fork, which then would wait for them
    pool = ProcessPoolExecutor(jobs, initializer=_start, initargs=(model.folder,))
    left = _split(files)
    try:
        sent = deque(pool.submit(_read_chunk, layout, chunk) for chunk in islice(left, AHEAD * jobs))
        while sent:
            found = sent.popleft().result()
            sent.extend(pool.submit(_read_chunk, layout, chunk) for chunk in islice(left, 1))
            yield from found
    finally:
        pool.shutdown(cancel_futures=True)
        cv2.setNumThreads(threads)


def _split(files: list[str]) -> Iterator[tuple[str, ...]]:
    """The files in chunks that are read at once."""
    return (tuple(files[start : start + CHUNK]) for start in range(0, len(files), CHUNK))


def _pictures_below(folder: str) -> list[str]:
    def refuse(error: OSError) -> None:
        raise error

    found = (Path(place, name) for place, _, names in os.walk(folder, onerror=refuse) for name in names)
    return sorted(str(path) for path in found if path.suffix.lower() in SUFFIXES)


def _pages_of(file: str) -> list[str]:
    """A name for each page of a file that has several; of one that cannot be read, its row will say why."""
    if Path(file.partition("::")[0]).suffix.lower() not in PAGED:
        return [file]
    try:
        pages = count_pages(_load_bytes(file))
    except (PictureError, OSError):
        return [file]
    return [file] if pages == 1 else [f"{file}#page={page}" for page in range(1, pages + 1)]


def read_file(model: Model, layout: str, file: str) -> Row:
    """Read a file; its row says what is in it, or why that could not be read."""
    try:
        data, page = load(file)
        reading = read(data, model, layout, page=page)
    except PictureError as error:
        return {"file": file, "error": str(error)}
    except OSError as error:
        return {"file": file, "error": f"{error.strerror}."}
    return {"file": file, **reading.as_dict()}


_model: Model  # of a process of the pool


def _start(folder: Path) -> None:
    """Make a process of the pool ready: Ctrl-C is its parent's affair, and it does not outlive that."""
    global _model
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    cv2.setNumThreads(1)
    memory.keep()
    _model = Model(folder)


def _read_chunk(layout: str, files: tuple[str, ...]) -> list[Row]:
    return [read_file(_model, layout, file) for file in files]


def _end_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)
