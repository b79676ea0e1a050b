"""Bytes of a picture file → upright grey picture, within limits."""

from __future__ import annotations

import io
import math
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module

import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError
from PIL.TiffImagePlugin import TiffImageFile

from recognizer import apart as process
from recognizer import errors
from recognizer.document import check_page, count_pages, draw_page, is_pdf
from recognizer.errors import NotAPicture, PictureError, PictureTooLarge, UnreadablePicture
from recognizer.grey import SAMPLE, Tone, find_tone

try:
    from kornia_rs.io import decode_image_png_u8 as decode_png
except ImportError:  # there is none for this platform; Pillow reads the same, only slower
    decode_png = None

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF")
for _plugin in ("Png", "Jpeg", "WebP", "Gif", "Bmp", "Tiff", "Avif"):  # else Pillow imports all its forty
    import_module(f"PIL.{_plugin}ImagePlugin")

PNG, JPEG, GIF, BMP, WEBP = b"\x89PNG", b"\xff\xd8", b"GIF8", b"BM", b"RIFF"
PLAINLY_SIZED = (PNG, JPEG, GIF, BMP)
SIGNATURES = (*PLAINLY_SIZED, WEBP, b"II*\0", b"MM\0*")
MAX_MEGAPIXELS = 50  # a phone's 48-megapixel photo passes
WORKING_SIDE = 1600  # pixels; a larger picture is reduced by a whole factor, but never below this

LIGHT = 4e6  # pixels of a picture that costs no more than a moment
UNKNOWN = 25.0  # megapixels, for which a file counts whose header does not tell, or need not be true
HEAD = "<5I"  # of what the process that decodes a picture answers: full width and height, rows, columns, pages

TURNS = {  # EXIF orientation → what makes the picture upright (Exif 2.32, tag 0x0112)
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SIDEWAYS = range(5, 9)  # the orientations that swap width and height
PLAIN = {"L": "mono", "RGB": "rgb", "RGBA": "rgba"}  # Pillow's modes of PNGs, and what kornia calls them
NOT_PLAIN = (b"tRNS", b"eXIf", b"Raw profile type")  # chunks with transparency or EXIF
SCAN = b"\xff\xda"  # what each scan of a JPEG begins with (ITU-T T.81, B.2.3); its data cannot hold this
TILE_WIDTH, TILE_LENGTH = 322, 323  # tags of a TIFF (TIFF 6.0, section 15)
SCANS = 12  # of a JPEG that costs no more than a moment; 10 are usual
FILE_TYPE = b"ftyp"  # what HEIC and AVIF begin with, after a length
WEBP_MEGAPIXELS = 28  # as Pillow takes 16 bytes a pixel
WORK = {"JPEG": 30, "MPO": 30, "TIFF": 2}  # times the largest picture that are decoded for one; 10 scans are usual
REDUCIBLE = ("L", "RGB", "CMYK", "YCbCr", "I", "F")  # modes that Pillow reduces without a copy as large as the picture
BAND = 2**21  # pixels; so much is made grey at once, as that takes several bytes a pixel
DIM = 24  # grey levels; where luma deviates less, the colours of a JPEG are looked at, too


@dataclass(frozen=True)
class Picture:
    """An upright picture: `grey` (height, width) uint8, maybe reduced, and its full `size` (width, height).

    `turned` says by how many degrees it was turned clockwise, where its file did not ask for it; `page` which of the
    `pages` of its file it is, counted from 1.
    """

    grey: np.ndarray
    size: tuple[int, int]
    turned: int = 0
    page: int = 1
    pages: int = 1

    @classmethod
    def of(cls, pixels: np.ndarray) -> Picture:
        """Make a picture of upright pixels, 0 to 255: (height, width) grey, or (height, width, 3 or 4), RGB(A).

        Raises ValueError for an array of another type or shape.
        """
        is_colour = pixels.ndim == 3 and pixels.shape[2] in (3, 4)
        if pixels.dtype != np.uint8 or not (pixels.ndim == 2 or is_colour) or not pixels.size:
            wanted = "a picture is an array of uint8, (height, width) or (height, width, 3 or 4)"
            raise ValueError(f"{wanted}, not of {pixels.dtype}, {pixels.shape}")
        return _upright(Image.fromarray(np.ascontiguousarray(pixels)), "L")

    def turn(self, quarters: int) -> Picture:
        """Return the picture turned clockwise by quarters of a circle."""
        size = self.size[::-1] if quarters % 2 else self.size
        grey = np.ascontiguousarray(np.rot90(self.grey, -quarters))
        return replace(self, grey=grey, size=size, turned=(self.turned + 90 * quarters) % 360)

    def full_box(self, box: tuple[float, float, float, float]) -> list[int]:
        """The x, y, width and height of a box in `grey`, in whole pixels of the full picture."""
        (full_width, full_height), (height, width) = self.size, self.grey.shape
        x, y, right, bottom = (
            round(box[0] * full_width / width),
            round(box[1] * full_height / height),
            round((box[0] + box[2]) * full_width / width),
            round((box[1] + box[3]) * full_height / height),
        )
        return [x, y, right - x, bottom - y]


def decode(data: bytes, max_megapixels: float = MAX_MEGAPIXELS, page: int = 1, apart: bool = True) -> Picture:
    """Return the first frame of a picture file, or a page of a PDF or TIFF, turned as its EXIF says, grey.

    What may cost much time or memory is decoded in a process with limits, unless `apart` is False; PDFs always are.
    Raises UnreadablePicture (empty, damaged), NotAPicture, NoSuchPage, or PictureTooLarge (by the header, before
    decoding, or at a limit).
    """
    if not data:
        raise UnreadablePicture("The file is empty.")
    if is_pdf(data):
        drawn, pages = draw_page(data, page, WORKING_SIDE)
        return replace(_upright(drawn, "RGB"), page=page, pages=pages)
    if data.startswith(WEBP):  # Pillow takes the memory of its canvas as soon as it is opened
        _check_size(_measure_webp(data), min(max_megapixels, WEBP_MEGAPIXELS))
    if apart and weigh(data):
        return _decode_apart(data, max_megapixels, page)
    pages = count_pages(data)
    check_page(page, pages)
    with _open(data, max_megapixels) as image:
        image.seek(page - 1)
        _check_size(image.size, max_megapixels)
        _check_work(image, data, max_megapixels)
        grey = _plain(image, data)
        picture = Picture(grey, image.size) if grey is not None else _upright(image, "L")
    if image.format == "JPEG" and picture.grey.std() < DIM:
        with _open(data, max_megapixels) as image:
            picture = _upright(image, "RGB")
    return replace(picture, page=page, pages=pages)


def weigh(data: bytes) -> float:
    """The megapixels of a file that may take long or much memory to decode; of one that costs a moment, 0."""
    if not data.startswith((*PLAINLY_SIZED, WEBP)):
        return UNKNOWN if data.startswith(SIGNATURES) or data[4:8] == FILE_TYPE or is_pdf(data) else 0.0
    pixels = _count_pixels(data)
    if data.startswith(JPEG):  # which is reduced while it is decoded, but not where it comes in several scans
        costly = (scans := data.count(SCAN)) > 1 and scans * pixels > SCANS * LIGHT
    else:
        costly = pixels > LIGHT
    return pixels / 1e6 if costly else 0.0


def _count_pixels(data: bytes) -> int:
    """How many pixels a picture has by its header, or 0 where that is damaged, as decoding it will say."""
    if data.startswith(WEBP):
        return math.prod(_measure_webp(data))
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS[:-2]) as image:
            return image.width * image.height
    except Exception:  # as everywhere in Pillow
        return 0


def _decode_apart(data: bytes, max_megapixels: float, page: int) -> Picture:
    """The same picture, decoded by the program `picture.py`. Raises PictureError."""
    try:
        answer = process.run("picture.py", max_megapixels, page, data=data)
    except process.Stopped:
        raise PictureTooLarge("The picture takes too much time or memory; send it smaller, or as JPEG.") from None
    except process.Failed as error:
        name, _, message = str(error).partition(": ")
        kind = getattr(errors, name, None)
        if not (isinstance(kind, type) and issubclass(kind, PictureError)):
            raise
        raise kind(message) from error
    width, height, rows, columns, pages = struct.unpack_from(HEAD, answer)
    grey = np.frombuffer(answer, np.uint8, offset=struct.calcsize(HEAD)).reshape(rows, columns)
    return Picture(grey, (width, height), page=page, pages=pages)


@contextmanager
def _open(data: bytes, max_megapixels: float) -> Iterator[Image.Image]:
    """The picture in a file, whose pixels are not decoded yet. What goes wrong with it becomes a PictureError."""
    try:
        with Image.open(io.BytesIO(data), formats=_formats(data)) as image:
            yield image
    except (PictureError, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:  # a warning where it is an error
        most = min(max_megapixels, 2 * (Image.MAX_IMAGE_PIXELS or np.inf) / 1e6)  # Pillow opens no larger ones
        raise PictureTooLarge(f"The picture has too many pixels; at most {most:g} megapixels are read.") from error
    except UnidentifiedImageError as error:
        raise _explain_unknown(data) from error
    except Exception as error:  # damaged files make Pillow's decoders raise nearly anything
        raise UnreadablePicture("The picture is damaged or incomplete.") from error


def _formats(data: bytes) -> tuple[str, ...]:
    """The formats that these bytes may be in; what reads iPhones' HEIC takes 8 MB and is loaded when it is needed."""
    if data[4:8] != FILE_TYPE:
        return FORMATS[:-1]
    from pillow_heif import register_heif_opener

    register_heif_opener()
    return FORMATS


def _check_size(size: tuple[int, int], max_megapixels: float) -> None:
    width, height = size
    if width * height > max_megapixels * 1e6:
        raise PictureTooLarge(
            f"The picture has {width} × {height} pixels; at most {max_megapixels:g} megapixels are read."
        )


def _measure_webp(data: bytes) -> tuple[int, int]:
    """The width and height of a WebP's canvas (RFC 9649, section 2.5 to 2.7), or 0 and 0 where there is none."""
    head = data[:30].ljust(30, b"\0")
    number = int.from_bytes
    match head[12:16]:
        case b"VP8X":
            return number(head[24:27], "little") + 1, number(head[27:30], "little") + 1
        case b"VP8L":
            bits = number(head[21:25], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 ":
            return number(head[26:28], "little") & 0x3FFF, number(head[28:30], "little") & 0x3FFF
        case _:
            return 0, 0


def _check_work(image: Image.Image, data: bytes, max_megapixels: float) -> None:
    """Refuse a picture whose scans or tiles hold far more than it shows, for minutes. Raises PictureTooLarge."""
    pixels = _count_decoded(image, data)
    if pixels > WORK.get(image.format or "", 1) * max_megapixels * 1e6:
        raise PictureTooLarge(f"The picture takes too long: {pixels / 1e6:.0f} megapixels are to be decoded for it.")


def _count_decoded(image: Image.Image, data: bytes) -> int:
    """How many pixels are decoded for a picture: of a JPEG in all its scans, of a TIFF in all its tiles."""
    width, height = image.size
    if image.format in ("JPEG", "MPO"):
        return width * height * data.count(SCAN)
    if isinstance(image, TiffImageFile) and (tile := image.tag_v2.get(TILE_WIDTH)):
        long = image.tag_v2.get(TILE_LENGTH, 1)
        return math.ceil(width / tile) * math.ceil(height / long) * tile * long
    return width * height


def _explain_unknown(data: bytes) -> PictureError:
    if data.startswith(SIGNATURES):
        return UnreadablePicture("The picture is damaged or incomplete.")
    return NotAPicture(
        "This is not a picture that can be read; send PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF, HEIC or PDF."
    )


def _plain(image: Image.Image, data: bytes) -> np.ndarray | None:
    """The grey pixels of a PNG as browsers make them of a canvas, for which Pillow takes five times as long as kornia.

    None without kornia, of any other picture, or one that is damaged: what can be made of those, Pillow decides.
    """
    is_plain = image.format == "PNG" and image.mode in PLAIN and max(image.size) <= WORKING_SIDE
    if decode_png is None or not is_plain or any(chunk in data for chunk in NOT_PLAIN):
        return None
    try:
        pixels = decode_png(data, image.size[::-1], PLAIN[image.mode])
    except Exception:  # it raises nothing else
        return None
    return pixels[..., 0] if image.mode == "L" else find_tone(pixels).apply(pixels)


def _upright(image: Image.Image, mode: str) -> Picture:
    """The whole picture, turned, reduced and grey; a JPEG is decoded in a `mode`, L or RGB, as that is faster."""
    orientation = _orientation(image)
    size = image.size[::-1] if orientation in SIDEWAYS else image.size
    image.draft(mode, (WORKING_SIDE, WORKING_SIDE))  # JPEG only: decodes at ½, ¼ or ⅛
    factor = max(1, max(image.size) // WORKING_SIDE)
    if factor > 1 and image.mode in REDUCIBLE:  # before anything else that takes memory by the pixel
        image, factor = image.reduce(factor), 1
    grey = _grey(image)
    if factor > 1:
        grey = grey.reduce(factor)
    if orientation in TURNS:
        grey = grey.transpose(TURNS[orientation])
    return Picture(np.asarray(grey), size)


def _orientation(image: Image.Image) -> int:
    """How the camera was held; a picture whose EXIF is damaged is taken as it is."""
    try:
        orientation = image.getexif().get(ExifTags.Base.Orientation)
    except Exception:  # as with pixels, Pillow raises nearly anything for damaged EXIF
        return 1
    return orientation if orientation in TURNS else 1


def _grey(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.mode in ("I", "F"):
        return Image.fromarray(_stretch(np.asarray(image, np.float32)))
    if image.mode in ("1", "L", "LA") and not image.has_transparency_data:
        return image.convert("L")
    return Image.fromarray(_apply_tone(image, "RGBA" if image.has_transparency_data else "RGB"))


def _apply_tone(image: Image.Image, mode: str) -> np.ndarray:
    """The grey pixels of a picture in colour, made band by band."""
    sample = image.resize([min(side, SAMPLE) for side in image.size], Image.Resampling.NEAREST).convert(mode)
    tone = find_tone(np.asarray(sample))
    if tone == Tone() and mode == "RGB":
        return np.asarray(image.convert("L"))
    rows = max(1, BAND // image.width)
    grey = np.empty(image.size[::-1], np.uint8)
    for top in range(0, image.height, rows):
        band = image.crop((0, top, image.width, min(top + rows, image.height))).convert(mode)
        grey[top : top + rows] = tone.apply(np.asarray(band))
    return grey


def _stretch(values: np.ndarray) -> np.ndarray:
    """Pixels of a type without a fixed range (32-bit integers, floats), as 0..255 between their finite extremes."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return np.zeros(values.shape, np.uint8)
    low, high = float(finite.min()), float(finite.max())
    values = np.nan_to_num(values, nan=low, posinf=high, neginf=low).astype(np.float64)
    return ((values - low) * (255 / max(high - low, 1e-12))).astype(np.uint8)
