"""What can be wrong with a picture or a model; each message is a sentence that a person can act on."""


class PictureError(ValueError):
    """A picture that cannot be read; the subclasses say why."""


class UnreadablePicture(PictureError):
    """The bytes are empty, truncated or damaged."""


class NotAPicture(PictureError):
    """The bytes are of no picture format that is read."""


class PictureTooLarge(PictureError):
    """More pixels, pages, time or memory than are spent on a file."""


class NoSuchPage(PictureError):
    """The file has fewer pages."""


class NoInk(PictureError):
    """Nothing is drawn or written on the picture."""

    def __init__(self, message: str = "No digits found in this picture. Is the writing large and dark enough?") -> None:
        super().__init__(message)


class ModelError(RuntimeError):
    """A model bundle is missing, damaged or of another shape; the message names its path."""
