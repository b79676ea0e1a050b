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
from functools import cached_property, partial
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


class Files:
    """The files that files, folders (all pictures below) and glob patterns name, each once, in order.

    All of these may be addresses, such as s3://bucket/scans/, that fsspec knows (filesystem-spec.readthedocs.io).
    Of a file of several pages there is a name for each, such as `scan.pdf#page=2`. A name that nothing answers to
    stays, so that it becomes a row with the reason. Those in a folder are looked up each time that they are gone
    through, and not held, as there may be millions. Raises OSError where a folder cannot be looked through.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(names)
        self._pages: dict[str, int] = {}  # of the files that may have several

    def __iter__(self) -> Iterator[str]:
        found = (file for place in self._places for file in _pictures_at(place))
        for file in found if len(self._places) == 1 else dict.fromkeys(found):
            yield from self._pages_of(file)

    @cached_property
    def _places(self) -> list[str]:
        """Files and folders that the names mean, which are listed once, as a bucket may take long to say them."""
        return [place for name in self._names for place in _match(name)]

    @cached_property
    def count(self) -> int:
        """How many there are."""
        return sum(1 for _ in self)

    def _pages_of(self, file: str) -> list[str]:
        """A name for each page of a file that has several; of one that cannot be read, its row will say why."""
        if Path(file.partition("::")[0]).suffix.lower() not in PAGED:
            return [file]
        if file not in self._pages:
            try:
                self._pages[file] = count_pages(_load_bytes(file))
            except (PictureError, OSError):
                self._pages[file] = 1
        pages = self._pages[file]
        return [file] if pages == 1 else [f"{file}#page={page}" for page in range(1, pages + 1)]


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


def _match(name: str) -> list[str]:
    """The files and folders that a name, an address or a pattern of such means; itself where that is nothing."""
    if ADDRESS in name:
        return _match_address(name)
    matches = [name] if os.path.lexists(name) else sorted(glob.glob(name, recursive=True))  # noqa: PTH207, absolute
    return matches or [name]


def _match_address(address: str) -> list[str]:
    """The same of an address, with what is in a folder; one that cannot be looked at stays, as its row will say why."""
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


def _pictures_at(place: str) -> Iterator[str]:
    """A file, or the pictures below a folder, in order."""
    if ADDRESS in place or not Path(place).is_dir():
        yield place
        return
    with os.scandir(place) as entries:
        names = sorted(f"{entry.name}/" if entry.is_dir() else entry.name for entry in entries if _may_count(entry))
    for name in names:
        path = str(Path(place, name))
        if name.endswith("/"):
            yield from _pictures_at(path)
        else:
            yield path


def _may_count(entry: os.DirEntry[str]) -> bool:
    """Whether it is a folder, and no link to one, which may lead in circles, or a picture by its name."""
    return not entry.is_symlink() if entry.is_dir() else Path(entry.name).suffix.lower() in SUFFIXES


def rows(files: Iterable[str], model: Model, layout: str, jobs: int = 1) -> Generator[Row]:
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


def _split(files: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """The files in chunks that are read at once."""
    left = iter(files)
    while chunk := tuple(islice(left, CHUNK)):
        yield chunk


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
