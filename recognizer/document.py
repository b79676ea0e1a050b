"""Files of several pages, PDF and TIFF: how many there are, and a PDF's page as a picture."""

from __future__ import annotations

import struct

from PIL import Image

from recognizer import apart
from recognizer.errors import NoSuchPage, PictureTooLarge, UnreadablePicture

PDF, TIFF = b"%PDF-", (b"II*\0", b"MM\0*")
MAX_PAGES = 1000  # of a TIFF
MAX_ENTRIES = 50_000  # of the directories of all pages of a TIFF, as Pillow makes an object of each
HEAD = "<3I"  # of what PDFium's process answers: pages, width, height


def is_pdf(data: bytes) -> bool:
    """Whether these are the bytes of a PDF."""
    return data[:1024].lstrip().startswith(PDF)


def count_pages(data: bytes) -> int:
    """How many pages a file has; a file that is neither PDF nor TIFF has one. Raises PictureError."""
    if is_pdf(data):
        return _call_pdfium(data, 0, 1)[0]
    return _count_tiff(data) if data.startswith(TIFF) else 1


def check_page(page: int, pages: int) -> None:
    """Raise NoSuchPage unless there is such a page, counted from 1."""
    if not 1 <= page <= pages:
        raise NoSuchPage(f"The file has {pages} page{'s' * (pages != 1)}; there is no page {page}.")


def draw_page(data: bytes, page: int, side: int) -> tuple[Image.Image, int]:
    """Return a page of a PDF, from 1, in RGB, `side` pixels long, and how many there are. Raises PictureError."""
    pages, size, pixels = _call_pdfium(data, page, side)
    check_page(page, pages)
    return Image.frombytes("RGB", size, pixels), pages


def _call_pdfium(data: bytes, page: int, side: int) -> tuple[int, tuple[int, int], bytes]:
    """How many pages a PDF has, and width, height and pixels of one of them. Raises PictureError."""
    try:
        answer = apart.run("pdfium.py", page, side, data=data)
    except apart.Stopped:
        raise PictureTooLarge("The page of the PDF takes too much time or memory to be drawn.") from None
    except apart.Failed as error:
        if str(error) == "locked":
            raise UnreadablePicture("The PDF is locked with a password; send it without one.") from None
        raise UnreadablePicture("The PDF is damaged or incomplete.") from error
    pages, width, height = struct.unpack_from(HEAD, answer)
    return pages, (width, height), answer[struct.calcsize(HEAD) :]


def _count_tiff(data: bytes) -> int:
    """How many directories a TIFF has (TIFF 6.0, section 2). Raises PictureTooLarge where they are too many."""
    order = "<" if data.startswith(b"II") else ">"
    place, places, entries = 4, set[int](), 0
    while place + 4 <= len(data):
        (start,) = struct.unpack_from(f"{order}I", data, place)
        if not start or start in places or start + 2 > len(data):
            break
        places.add(start)
        (count,) = struct.unpack_from(f"{order}H", data, start)
        entries += count
        if len(places) > MAX_PAGES or entries > MAX_ENTRIES:
            raise PictureTooLarge(f"The TIFF has more pages than are read; at most {MAX_PAGES} are.")
        place = start + 2 + 12 * count
    return max(len(places), 1)
