import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from recognizer import NotAPicture, PictureTooLarge, UnreadablePicture
from recognizer.decode import FORMATS, TURNS, WORKING_SIDE, decode
from tests.drawing import SEVEN, SEVEN_PNG, draw, encode

GREY = draw(SEVEN, (60, 40), pen=4)
SEEN = np.asarray(GREY)


def test_a_grey_png_comes_back_as_it_is():
    picture = decode(encode(GREY))
    assert np.array_equal(picture.grey, SEEN)
    assert picture.size == (60, 40)
    assert picture.reduction == 1


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "AVIF"])
def test_every_format_is_read(kind):
    assert kind in FORMATS
    assert np.abs(decode(encode(GREY, kind)).grey.astype(int) - SEEN).mean() < 3


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_undone(orientation):
    undo = {6: 8, 8: 6}.get(orientation, orientation)
    stored = GREY.transpose(TURNS[undo]) if undo in TURNS else GREY
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = decode(encode(stored, exif=exif))
    assert np.array_equal(picture.grey, SEEN)
    assert picture.size == (60, 40)


def test_transparency_is_laid_over_white():
    ink = GREY.point(lambda value: 255 - value)
    black = Image.new("L", GREY.size, 0)
    assert np.array_equal(decode(encode(Image.merge("LA", (black, ink)))).grey, SEEN)
    assert np.array_equal(decode(encode(Image.merge("RGBA", (black, black, black, ink)))).grey, SEEN)


def test_a_palette_with_transparency_is_read():
    palette = Image.new("P", (4, 1))
    palette.putpalette([0, 0, 0, 90, 90, 90, 255, 255, 255, 0, 0, 0])
    palette.putdata([0, 1, 2, 3])
    assert decode(encode(palette, transparency=0)).grey.tolist() == [[255, 90, 255, 0]]


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_16_bits_become_8(kind):
    deep = Image.fromarray(SEEN.astype(np.uint16) * 257)
    assert np.array_equal(decode(encode(deep, kind)).grey, SEEN)


def test_floats_are_stretched_and_nan_is_dark():
    values = np.array([[0.5, 1.0], [np.nan, 0.25]], np.float32)
    assert decode(encode(Image.fromarray(values), "TIFF")).grey.tolist() == [[127, 255], [0, 63]]


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_is_read(kind):
    assert np.abs(decode(encode(GREY.convert("RGB").convert("CMYK"), kind)).grey.astype(int) - SEEN).mean() < 3


def test_the_first_frame_of_an_animation_is_read():
    other = Image.new("L", GREY.size, 128)
    assert np.array_equal(decode(encode(GREY, "GIF", save_all=True, append_images=[other])).grey, SEEN)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_large_picture_is_reduced_and_keeps_its_size(kind):
    picture = decode(encode(Image.new("L", (4000, 6000), 255), kind))
    assert picture.size == (4000, 6000)
    assert WORKING_SIDE <= max(picture.grey.shape) < 2 * WORKING_SIDE
    assert picture.reduction == pytest.approx(4000 / picture.grey.shape[1])


def test_no_bytes_are_unreadable():
    with pytest.raises(UnreadablePicture, match="empty"):
        decode(b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_a_truncated_picture_is_unreadable(kind, share):
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (100, 100), np.uint8))
    whole = encode(noise, kind)
    with pytest.raises(UnreadablePicture, match="damaged or incomplete"):
        decode(whole[: max(8, int(share * len(whole)))])


@pytest.mark.parametrize(
    "data",
    [b"<!doctype html><title>a picture</title>", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"\0" * 99],
)
def test_other_files_are_no_pictures(data):
    with pytest.raises(NotAPicture, match="send PNG, JPEG"):
        decode(data)


def bomb(width: int, height: int) -> bytes:
    """A PNG whose header announces a size that its pixels do not have."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + chunk + SEVEN_PNG[33:]


@pytest.mark.parametrize("size", [(10_001, 10_000), (60_000, 60_000), (2**31 - 1, 1)])
def test_too_many_pixels_are_refused_by_the_header(size):
    with pytest.raises(PictureTooLarge, match=f"{size[0]} × {size[1]} pixels; at most 50 megapixels"):
        decode(bomb(*size))


def test_the_pixel_limit_can_be_set():
    with pytest.raises(PictureTooLarge, match=r"at most 0\.001 megapixels"):
        decode(SEVEN_PNG, max_megapixels=0.001)
