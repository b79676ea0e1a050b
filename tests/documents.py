"""PDFs and TIFFs of several pages, made of pictures."""

import io

from PIL import Image

LOCKED_PDF = b"""%%PDF-1.4
1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj
2 0 obj <</Type/Pages/Count 1/Kids[3 0 R]>> endobj
3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>> endobj
4 0 obj <</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>> endobj
trailer <</Root 1 0 R/Encrypt 4 0 R/ID[<00><00>]>>
""" % (b"11" * 32, b"22" * 32)


def make_document(name: str, *pictures: bytes) -> bytes:
    """Return a file of a page for each picture, of the format that its name ends with."""
    first, *others = (Image.open(io.BytesIO(picture)).convert("RGB") for picture in pictures)
    file = io.BytesIO()
    first.save(file, name.rpartition(".")[2], save_all=True, append_images=others)
    return file.getvalue()
