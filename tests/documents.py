"""PDFs and TIFFs of several pages, made of pictures."""

import io

from PIL import Image


def make_document(name: str, *pictures: bytes) -> bytes:
    """Return a file of a page for each picture, of the format that its name ends with."""
    first, *others = (Image.open(io.BytesIO(picture)).convert("RGB") for picture in pictures)
    file = io.BytesIO()
    first.save(file, name.rpartition(".")[2], save_all=True, append_images=others)
    return file.getvalue()
