"""Many pictures in one request, in files and in ZIPs: which they are, and an answer to each page as it is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

from recognizer import ModelError, PictureError, PictureTooLarge, Reading, UnreadablePicture
from webapp.reading import decoding
from webapp.reading.archive import MAX_PICTURES, Archive, is_archive
from webapp.serving import errors, ratelimit

AT_ONCE = {"X-Accel-Buffering": "no"}  # nginx is to pass each line or row on as it comes


class File(NamedTuple):
    """A file as it was sent."""

    name: str
    data: bytes


class Picture(NamedTuple):
    """What may be a picture. Its bytes are unpacked only when they are loaded, which may raise PictureError."""

    name: str
    load: Callable[[], bytes]


class Answer(NamedTuple):
    """What was read on a page of a picture, or the `problem`, the status and sentence that say why nothing was."""

    name: str
    page: int = 1
    pages: int = 1
    reading: Reading | None = None
    problem: tuple[int, str] | None = None

    @property
    def title(self) -> str:
        """The picture's name, and which of its pages it is, where it has several."""
        return f"{self.name}, page {self.page} of {self.pages}" if self.pages > 1 else self.name


def find(files: Iterable[File], max_bytes: int) -> list[Picture]:
    """Return the pictures in files, those in ZIPs among them. Raises PictureError."""
    return _collect(_unpack(file, max_bytes) for file in files)


def find_or_refuse(files: Iterable[File], max_bytes: int) -> list[Picture]:
    """Return the same, but a refused ZIP counts as one refused picture. Raises PictureTooLarge if they are too many."""
    return _collect(_unpack_or_refuse(file, max_bytes) for file in files)


def read_pages(pictures: Iterable[Picture], read: Callable[[bytes, int], Reading], skip: int = 0) -> Iterator[Answer]:
    """Read all pages of pictures, each of which counts as a request, but not the first `skip` of the first picture."""
    left = MAX_PICTURES
    for name, load in pictures:
        try:
            data = load()
            pages = decoding.count_pages(data, decoding.LONG_PATIENCE)
            if pages > left:
                raise PictureTooLarge(f"The file has {pages} pages; at most {MAX_PICTURES} are read at once.")
        except PictureError as error:
            yield Answer(name, problem=errors.explain(error))
            continue
        left -= pages
        ratelimit.charge(pages)
        for page in range(1 + skip, pages + 1):
            try:
                yield Answer(name, page, pages, read(data, page))
            except (PictureError, ModelError) as error:
                yield Answer(name, page, pages, problem=errors.explain(error))
        skip = 0


def write_lines(answers: Iterable[Answer]) -> Iterator[str]:
    """Give a line of JSON for each: the picture's name and what was read, or the status and sentence of its problem."""
    for answer in answers:
        line: dict[str, Any] = {"name": answer.name}
        if answer.reading:
            line |= answer.reading.as_dict()
        elif answer.problem:
            line |= {"page": answer.page, "pages": answer.pages} if answer.pages > 1 else {}
            line |= dict(zip(("status", "error"), answer.problem, strict=True))
        yield json.dumps(line) + "\n"


def _collect(unpacked: Iterable[list[Picture]]) -> list[Picture]:
    found: list[Picture] = []
    for pictures in unpacked:
        found += pictures
        if len(found) > MAX_PICTURES:  # before the next ZIP's directory is read
            raise PictureTooLarge(f"These are {len(found)} pictures; at most {MAX_PICTURES} are read at once.")
    return found


def _unpack(file: File, max_bytes: int) -> list[Picture]:
    """Return the pictures in a ZIP, or the file itself if it is none. Raises PictureError."""
    if not is_archive(file.data):
        return [Picture(file.name, partial(bytes, file.data))]
    archive = Archive(file.data, max_bytes)
    return [Picture(member, partial(archive.read, number)) for number, member in enumerate(archive.names())]


def _unpack_or_refuse(file: File, max_bytes: int) -> list[Picture]:
    try:
        return _unpack(file, max_bytes) or [_refuse(file, "The ZIP has no files.")]
    except PictureError as error:
        return [_refuse(file, str(error))]  # not the error itself, whose traceback would keep the file


def _refuse(file: File, reason: str) -> Picture:
    def load() -> bytes:
        raise UnreadablePicture(reason)

    return Picture(file.name, load)
