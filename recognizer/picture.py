"""A program: a picture file at standard input → its grey pixels at standard output, decoded within limits.

Run by `recognizer.decode` in a process of its own, as some formats ask for any amount of time and memory.
"""

import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # as it is run by its path

from recognizer.decode import HEAD, decode
from recognizer.errors import PictureError


def main() -> str | None:
    """Write sizes and pixels, or return the name of the error and what it says."""
    megapixels, page = float(sys.argv[1]), int(sys.argv[2])
    try:
        picture = decode(sys.stdin.buffer.read(), megapixels, page, apart=False)
    except PictureError as error:
        if "memory" in str(error.__cause__).lower():
            raise MemoryError from error
        return f"{type(error).__name__}: {error}"
    sys.stdout.buffer.write(struct.pack(HEAD, *picture.size, *picture.grey.shape, picture.pages))
    sys.stdout.buffer.write(picture.grey.tobytes())
    return None


if __name__ == "__main__":
    sys.exit(main())
