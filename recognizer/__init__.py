"""Picture in, digits out. `docs/how-it-reads.md` shows the way with pictures."""

from recognizer.decode import MAX_MEGAPIXELS, Picture
from recognizer.document import count_pages
from recognizer.errors import (
    ModelError,
    NoInk,
    NoSuchPage,
    NotAPicture,
    PictureError,
    PictureTooLarge,
    UnreadablePicture,
)
from recognizer.model import Model
from recognizer.pipeline import LAYOUTS, read, read_picture
from recognizer.reading import Digit, Reading

__all__ = [
    "LAYOUTS",
    "MAX_MEGAPIXELS",
    "Digit",
    "Model",
    "ModelError",
    "NoInk",
    "NoSuchPage",
    "NotAPicture",
    "Picture",
    "PictureError",
    "PictureTooLarge",
    "Reading",
    "UnreadablePicture",
    "count_pages",
    "read",
    "read_picture",
]
