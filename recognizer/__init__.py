"""Picture in, digits out: decode → ink → layout → frame → model → reading. `docs/how-it-reads.md` shows the way."""

from recognizer.decode import MAX_MEGAPIXELS, Picture
from recognizer.errors import ModelError, NoInk, NotAPicture, PictureError, PictureTooLarge, UnreadablePicture
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
    "NotAPicture",
    "Picture",
    "PictureError",
    "PictureTooLarge",
    "Reading",
    "UnreadablePicture",
    "read",
    "read_picture",
]
