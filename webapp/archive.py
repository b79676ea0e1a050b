"""Pictures out of a ZIP, within limits that its directory is held to before anything is unpacked."""

from __future__ import annotations

import io
import zipfile

from recognizer import PictureTooLarge, UnreadablePicture

MAX_PICTURES = 1000
MAX_TOTAL = 10  # times the upload limit, unpacked
MAX_RATIO = 100  # of all unpacked to all packed bytes; pictures hardly shrink, but plain bitmaps do
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others may ask for gigabytes to unpack


def is_archive(data: bytes) -> bool:
    """Whether these are the bytes of a ZIP rather than of a picture."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


class Archive:
    """The files of a ZIP that may be pictures, each of `max_bytes` at most. Raises PictureError."""

    def __init__(self, data: bytes, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except Exception as error:  # damaged archives make zipfile raise nearly anything
            raise UnreadablePicture("The ZIP is damaged or incomplete.") from error
        self._members = [info for info in self._zip.infolist() if not _is_by_the_way(info)]
        if len(self._members) > MAX_PICTURES:
            raise PictureTooLarge(f"The ZIP has {len(self._members)} files; at most {MAX_PICTURES} are read.")
        total = sum(info.file_size for info in self._members)
        if total > min(MAX_RATIO * len(data), MAX_TOTAL * max_bytes):
            raise PictureTooLarge(f"The ZIP unpacks to {total} bytes, which is more than is read.")

    def names(self) -> list[str]:
        """The names of the files, in order."""
        return [info.filename for info in self._members]

    def read(self, number: int) -> bytes:
        """The bytes of one file, counted from 0. Raises PictureTooLarge, UnreadablePicture."""
        info = self._members[number]
        if info.file_size > self._max_bytes:
            raise PictureTooLarge(f"The file has {info.file_size} bytes; at most {self._max_bytes} are read.")
        if info.compress_type not in METHODS:
            raise UnreadablePicture("The file is packed in a way that is not read; use Deflate.")
        try:
            return self._zip.read(info)  # never more than the directory says
        except Exception as error:  # as above
            raise UnreadablePicture("The file cannot be unpacked: it is damaged or locked with a password.") from error


def _is_by_the_way(info: zipfile.ZipInfo) -> bool:
    """Whether it is a folder, or what macOS adds about each file."""
    return info.is_dir() or info.filename.startswith("__MACOSX/") or info.filename.endswith(".DS_Store")
