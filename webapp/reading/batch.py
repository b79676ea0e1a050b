"""Many pictures in one request: a line of JSON each, as they are read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from recognizer import ModelError, PictureError, PictureTooLarge, Reading
from webapp.reading.archive import MAX_PICTURES, Archive, is_archive
from webapp.serving import errors

AT_ONCE = {"X-Accel-Buffering": "no"}  # nginx is to pass each line or row on as it comes

Picture = tuple[str, Callable[[], bytes]]  # its name, and how to get at it


def pictures(sent: list[tuple[str, bytes]], max_bytes: int) -> list[Picture]:
    """The pictures in files, those in ZIPs among them, by name. Raises PictureError."""
    found: list[Picture] = []
    for name, data in sent:
        found = limited(found + unpacked(name, data, max_bytes))  # before the next ZIP's directory is read
    return found


def unpacked(name: str, data: bytes, max_bytes: int) -> list[Picture]:
    """The pictures in a ZIP, by name, or the file itself if it is none. Raises PictureError."""
    if not is_archive(data):
        return [(name, partial(bytes, data))]
    archive = Archive(data, max_bytes)
    return [(member, partial(archive.read, number)) for number, member in enumerate(archive.names())]


def limited(found: list[Picture]) -> list[Picture]:
    """The same pictures. Raises PictureTooLarge if they are too many."""
    if len(found) > MAX_PICTURES:
        raise PictureTooLarge(f"These are {len(found)} pictures; at most {MAX_PICTURES} are read at once.")
    return found


def lines(found: list[Picture], read: Callable[[bytes], Reading]) -> Iterator[str]:
    """A line for each picture: its name and what was read, or the status and sentence that say why not."""
    for name, content in found:
        answer: dict[str, Any]
        try:
            answer = read(content()).as_dict()
        except (PictureError, ModelError) as error:
            status, detail = errors.explained(error)
            answer = {"status": status, "error": detail}
        yield json.dumps({"name": name} | answer) + "\n"
