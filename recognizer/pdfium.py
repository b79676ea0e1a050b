"""A program: a PDF at standard input → how many pages it has, and the pixels of one of them, at standard output.

Run by `recognizer.document` in a process of its own: a page may ask for any amount of time and memory, PDFium is not to
be called by two threads, and a process can be stopped. It imports nothing of this package, so that it starts at once.
"""

import struct
import sys

import pypdfium2


def main() -> str | None:
    """Write how many pages there are, width and height, 32 bits each, then RGB pixels; or return why not."""
    page, side = map(int, sys.argv[1:])
    try:
        document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
        if not 1 <= page <= len(document):
            sys.stdout.buffer.write(struct.pack("<3I", len(document), 0, 0))
            return None
        document.init_forms()
        sheet = document[page - 1]
        scale = side / max(sheet.get_size())
        image = sheet.render(scale=scale, rev_byteorder=True, force_bitmap_format=pypdfium2.raw.FPDFBitmap_BGR)
    except pypdfium2.PdfiumError as error:
        return "locked" if error.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD else "damaged"
    sys.stdout.buffer.write(struct.pack("<3I", len(document), image.width, image.height))
    for row in range(image.height):
        start = row * image.stride
        sys.stdout.buffer.write(memoryview(image.buffer)[start : start + 3 * image.width])
    return None


if __name__ == "__main__":
    sys.exit(main())
