import io
import struct
import tracemalloc
import zipfile
from contextlib import contextmanager

import pytest

from recognizer import PictureTooLarge, UnreadablePicture
from tests.webapp.test_batch import zipped
from webapp.reading.archive import MAX_ENTRIES, Archive

MAX_BYTES = 20_000_000
MEGABYTE = 2**20


@contextmanager
def at_most(megabytes):
    """Fail if Python needs more memory than that, at any moment."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < megabytes * MEGABYTE
    finally:
        tracemalloc.stop()


def packed(data, said):
    """A ZIP of one file whose directory and header say another size."""
    return zipped([("a.bmp", data)]).replace(struct.pack("<I", len(data)), struct.pack("<I", said))


def overlapping(count, data):
    """A ZIP of one file that stands in the directory many times."""
    archive = zipped([("a.bmp", data)])
    begin, end = archive.index(b"PK\x01\x02"), archive.index(b"PK\x05\x06")
    directory = archive[begin:end] * count
    return archive[:begin] + directory + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(directory), begin, 0)


def test_a_file_is_unpacked_no_further_than_the_directory_says():
    lie = packed(bytes(100 * MEGABYTE), 1000)
    with at_most(10), pytest.raises(UnreadablePicture, match="cannot be unpacked"):
        Archive(lie, MAX_BYTES).read(0)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_file_that_is_not_what_its_checksum_says_is_damaged(method):
    archive = bytearray(zipped([("a.bmp", bytes(range(256)) * 30)], method))
    archive[archive.index(b"PK\x01\x02") + 16] ^= 1  # of the checksum in the directory
    with pytest.raises(UnreadablePicture, match="cannot be unpacked"):
        Archive(bytes(archive), MAX_BYTES).read(0)


def test_files_that_share_their_bytes_are_refused():
    noise = bytes(range(256)) * 4
    assert Archive(overlapping(1, noise), MAX_BYTES).read(0) == noise
    with pytest.raises(UnreadablePicture, match="damaged"):
        Archive(overlapping(1000, noise), MAX_BYTES)


def test_a_directory_is_counted_before_it_is_read():
    folders = [(f"{number}/", b"") for number in range(MAX_ENTRIES + 1)]
    many = zipped(folders)
    with (
        at_most(1),
        pytest.raises(PictureTooLarge, match="The ZIP has more files and folders than are read; at most 10000 are"),
    ):
        Archive(many, MAX_BYTES)
    assert Archive(zipped(folders[1:]), MAX_BYTES).names() == []


def test_a_directory_that_lies_about_its_entries_is_counted_all_the_same():
    with pytest.raises(PictureTooLarge, match="files and folders"):
        Archive(overlapping(MAX_ENTRIES + 1, b"x"), MAX_BYTES)


def test_fields_that_take_long_to_see_through_are_refused():
    def with_extra(count, comment=b""):
        stored = io.BytesIO()
        with zipfile.ZipFile(stored, "w") as archive:
            for number in range(count):
                info = zipfile.ZipInfo(f"{number}.png")
                info.extra, info.comment = b"\xfe\xca\0\0" * 16_000, comment
                archive.writestr(info, b"x")
        return stored.getvalue()

    assert len(Archive(with_extra(4), MAX_BYTES).names()) == 4
    for comment in (b"", b"PK\x01\x02"):  # just before the next entry
        with pytest.raises(PictureTooLarge, match="more bytes of extra fields than are read"):
            Archive(with_extra(5, comment), MAX_BYTES)


def test_of_a_directory_only_what_may_be_a_picture_is_kept():
    mostly_folders = zipped([("a.png", b"x"), *((f"{number}/", b"") for number in range(MAX_ENTRIES - 1))])
    with at_most(20):
        archives = [Archive(mostly_folders, MAX_BYTES) for _ in range(6)]
    assert {tuple(archive.names()) for archive in archives} == {("a.png",)}
