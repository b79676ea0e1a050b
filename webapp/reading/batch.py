"""Many pictures in one request, in files and in ZIPs: which they are, and a line of JSON for each as it is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

from recognizer import ModelError, PictureError, PictureTooLarge, Reading, UnreadablePicture
from webapp.reading.archive import MAX_PICTURES, Archive, is_archive
from webapp.serving import errors

AT_ONCE = {"X-Accel-Buffering": "no"}  # nginx is to pass each line or row on as it comes


class File(NamedTuple):
    """A file as it was sent."""

    name: str
    data: bytes


class Picture(NamedTuple):
    """What may be a picture. Its bytes are unpacked only when they are loaded, which may raise PictureError."""

    name: str
    load: Callable[[], bytes]


def find(files: Iterable[File], max_bytes: int) -> list[Picture]:
    """Return the pictures in files, those in ZIPs among them. Raises PictureError."""
    return _collect(_unpack(file, max_bytes) for file in files)


def find_or_refuse(files: Iterable[File], max_bytes: int) -> list[Picture]:
    """Return the same, but a ZIP that is refused is a picture that is. Raises PictureTooLarge if they are too many."""
    return _collect(_unpack_or_refuse(file, max_bytes) for file in files)


def read_lines(pictures: Iterable[Picture], read: Callable[[bytes], Reading]) -> Iterator[str]:
    """Give a line for each picture: its name and what was read, or the status and sentence that say why not."""
    for name, load in pictures:
        answer: dict[str, Any]
        try:
            answer = read(load()).as_dict()
        except (PictureError, ModelError) as error:
            status, detail = errors.explain(error)
            answer = {"status": status, "error": detail}
        yield json.dumps({"name": name} | answer) + "\n"


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
