"""Pictures out of a ZIP, within limits that its directory is held to before anything is unpacked."""

from __future__ import annotations

import io
import re
import zipfile

from recognizer import PictureTooLarge, UnreadablePicture

MAX_PICTURES = 1000
MAX_ENTRIES = 10 * MAX_PICTURES  # of the directory, with folders and clutter
ENTRY = re.compile(rb"PK\x01\x02(?=.{26}(..))", re.DOTALL)  # how each begins, and the length of its extra field
MAX_EXTRA = 2**18  # bytes of all extra fields, as zipfile takes the square of each one's length to see it through
MAX_TOTAL = 10  # times the upload limit, unpacked
MAX_RATIO = 100  # of all unpacked to all packed bytes. Pictures hardly shrink, but plain bitmaps do.
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others may ask for gigabytes to unpack


def is_archive(data: bytes) -> bool:
    """Whether these are the bytes of a ZIP rather than of a picture."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


class Archive:
    """The files of a ZIP that may be pictures, each of `max_bytes` at most. Raises PictureError."""

    def __init__(self, data: bytes, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        _check_directory(data)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except Exception as error:  # damaged archives make zipfile raise nearly anything
            raise UnreadablePicture("The ZIP is damaged or incomplete.") from error
        self._members = [info for info in self._zip.infolist() if not _is_clutter(info)]
        self._zip.filelist, self._zip.NameToInfo = [], {}  # many ZIPs at once keep only what may be pictures
        if len(self._members) > MAX_PICTURES:
            raise PictureTooLarge(f"The ZIP has {len(self._members)} files; at most {MAX_PICTURES} are read.")
        if sum(info.compress_size for info in self._members) > len(data):  # the same bytes as several files
            raise UnreadablePicture("The ZIP is damaged or incomplete.")
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
            with self._zip.open(info) as member:
                return member.read(info.file_size)  # without a size, all is unpacked before it is cut to this one
        except Exception as error:  # as above
            raise UnreadablePicture("The file cannot be unpacked: it is damaged or locked with a password.") from error


def _check_directory(data: bytes) -> None:
    """Count the entries of a ZIP's directory before each becomes an object. Raises PictureTooLarge."""
    extra = 0
    for count, found in enumerate(ENTRY.finditer(data), 1):  # anywhere, as the end, which names the place, may lie
        extra += int.from_bytes(found[1], "little")
        if count > MAX_ENTRIES:
            raise PictureTooLarge(f"The ZIP has more files and folders than are read; at most {MAX_ENTRIES} are.")
        if extra > MAX_EXTRA:
            raise PictureTooLarge("The ZIP's directory has more bytes of extra fields than are read.")


def _is_clutter(info: zipfile.ZipInfo) -> bool:
    """Whether it is a folder, or what macOS adds about each file."""
    return info.is_dir() or info.filename.startswith("__MACOSX/") or info.filename.endswith(".DS_Store")
