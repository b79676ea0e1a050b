"""Files of several pages: PDF and TIFF."""

import struct
import time

import pytest

from recognizer import NoSuchPage, PictureTooLarge, UnreadablePicture, apart, count_pages, read
from recognizer.decode import WORKING_SIDE, decode
from recognizer.document import MAX_ENTRIES, MAX_PAGES
from tests.documents import make_document
from tests.drawing import FOUR_PNG, SEVEN_PNG

KINDS = ("scan.pdf", "scan.tiff")
HEAVY = b"""%%PDF-1.4
1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj
2 0 obj <</Type/Pages/Count 1/Kids[3 0 R]>> endobj
3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>> endobj
4 0 obj <</Length %d>> stream
%s
endstream endobj
trailer <</Root 1 0 R>>
"""


@pytest.mark.parametrize("name", KINDS)
def test_each_page_is_read(name, model):
    data = make_document(name, SEVEN_PNG, FOUR_PNG, SEVEN_PNG)
    assert count_pages(data) == 3
    readings = [read(data, model, page=page) for page in (1, 2, 3)]
    assert [reading.text for reading in readings] == ["7", "4", "7"]
    answers = [reading.as_dict() for reading in readings]
    assert [(answer["page"], answer["pages"]) for answer in answers] == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("page", [0, 3, -1])
def test_a_page_that_there_is_not_is_an_error(name, page):
    with pytest.raises(NoSuchPage, match=f"The file has 2 pages; there is no page {page}."):
        decode(make_document(name, SEVEN_PNG, FOUR_PNG), page=page)


@pytest.mark.parametrize("data", [SEVEN_PNG, make_document("one.pdf", SEVEN_PNG), make_document("one.tiff", SEVEN_PNG)])
def test_of_a_file_of_one_page_no_page_is_told(data, model):
    assert count_pages(data) == 1
    assert not {"page", "pages"} & set(read(data, model).as_dict())
    with pytest.raises(NoSuchPage, match=r"The file has 1 page; there is no page 2\."):
        decode(data, page=2)


def test_a_page_of_a_pdf_is_as_large_as_other_pictures():
    assert max(decode(make_document("scan.pdf", SEVEN_PNG)).grey.shape) == WORKING_SIDE


def test_a_damaged_pdf_is_said_to_be():
    whole = make_document("scan.pdf", SEVEN_PNG)
    for data in (b"%PDF-1.7 and nothing else", whole[:100]):
        with pytest.raises(UnreadablePicture, match="The PDF is damaged"):
            decode(data)


def test_a_pdf_that_takes_too_long_is_stopped(monkeypatch):
    monkeypatch.setattr(apart, "PATIENCE", 1)
    much = b"0 0 m 200 200 l S " * 1_000_000
    begun = time.monotonic()
    with pytest.raises(PictureTooLarge, match="takes too"):
        decode(HEAVY % (len(much), much))
    assert time.monotonic() - begun < 60


@pytest.mark.parametrize(("pages", "entries"), [(MAX_PAGES + 1, 0), (MAX_ENTRIES // 50_000 + 2, 50_000)])
def test_a_tiff_of_too_many_pages_is_refused_at_once(pages, entries):
    size = 2 + 12 * entries + 4
    places = [8 + size * number for number in range(pages)]
    parts = [
        struct.pack("<H", entries) + bytes(12 * entries) + struct.pack("<I", following)
        for following in (*places[1:], 0)
    ]
    with pytest.raises(PictureTooLarge, match="more pages than are read"):
        count_pages(struct.pack("<4sI", b"II*\0", 8) + b"".join(parts))


def test_a_tiff_whose_pages_run_in_a_circle_ends():
    data = bytearray(make_document("one.tiff", SEVEN_PNG))
    (start,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, start)
    struct.pack_into("<I", data, start + 2 + 12 * count, start)
    assert count_pages(bytes(data)) == 1
