import struct
import subprocess
import sys
import tracemalloc
import zlib
from importlib import import_module

import numpy as np
import pytest
from PIL import Image
from pillow_heif import register_heif_opener

from recognizer import NotAPicture, PictureTooLarge, UnreadablePicture
from recognizer.decode import BAND, FORMATS, TURNS, WORKING_SIDE, decode
from tests.costly import make_jpeg, make_tiff
from tests.drawing import SEVEN, SEVEN_PNG, draw, encode

GREY = draw(SEVEN, (60, 40), pen=4)
SEEN = np.asarray(GREY)


register_heif_opener()


@pytest.fixture(params=["kornia", "Pillow"])
def png_reader(request, monkeypatch):
    """What reads a common PNG: kornia, or Pillow, where kornia is not installed."""
    module = import_module("recognizer.decode")  # which the function of the same name hides
    if request.param == "Pillow":
        monkeypatch.setattr(module, "decode_png", None)
    else:
        assert module.decode_png


@pytest.mark.usefixtures("png_reader")
def test_a_grey_png_comes_back_as_it_is():
    picture = decode(encode(GREY))
    assert np.array_equal(picture.grey, SEEN)
    assert picture.size == (60, 40)
    assert picture.full_box((1, 2, 3, 4)) == [1, 2, 3, 4]


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_is_read(kind):
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


@pytest.mark.usefixtures("png_reader")
def test_transparency_is_laid_over_white():
    ink = GREY.point(lambda value: 255 - value)
    black = Image.new("L", GREY.size, 0)
    assert np.array_equal(decode(encode(Image.merge("LA", (black, ink)))).grey, SEEN)
    assert np.array_equal(decode(encode(Image.merge("RGBA", (black, black, black, ink)))).grey, SEEN)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
@pytest.mark.usefixtures("png_reader")
def test_png_gives_the_grey_that_other_formats_give(mode):
    noise = np.random.default_rng(0).integers(0, 256, (40, 60, len(mode)), np.uint8)
    picture = Image.fromarray(noise.squeeze())
    assert picture.mode == mode
    seen = decode(encode(picture)).grey
    assert np.abs(seen.astype(int) - decode(encode(picture, "TIFF")).grey).max() <= 1


@pytest.mark.parametrize(("mode", "clear"), [("L", 0), ("RGB", (0, 0, 0))])
def test_a_transparent_colour_of_a_png_is_white(mode, clear):
    assert (decode(encode(Image.new(mode, (9, 9)), transparency=clear)).grey == 255).all()


def test_a_palette_with_transparency_is_read():
    palette = Image.new("P", (4, 1))
    palette.putpalette([0, 0, 0, 90, 90, 90, 255, 255, 255, 0, 0, 0])
    palette.putdata([0, 1, 2, 3])
    assert decode(encode(palette, transparency=0)).grey.tolist() == [[255, 90, 255, 0]]


def test_pictures_are_read_where_kornia_is_not_installed():
    program = (
        "import sys; sys.modules['kornia_rs'] = None; from recognizer.decode import decode;"
        "sys.stdout.buffer.write(decode(sys.stdin.buffer.read()).grey.tobytes())"
    )
    run = subprocess.run([sys.executable, "-c", program], input=encode(GREY), capture_output=True, check=True)
    assert run.stdout == SEEN.tobytes()


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_16_bits_become_8(kind):
    deep = Image.fromarray(SEEN.astype(np.uint16) * 257)
    assert np.array_equal(decode(encode(deep, kind)).grey, SEEN)


def test_floats_are_stretched_between_their_finite_extremes():
    values = np.array([[0.5, 1.0], [np.nan, 0.0], [np.inf, -np.inf]], np.float32)
    assert decode(encode(Image.fromarray(values), "TIFF")).grey.tolist() == [[127, 255], [0, 0], [255, 0]]


def test_floats_that_are_none_are_blank():
    values = np.full((3, 3), np.nan, np.float32)
    assert not decode(encode(Image.fromarray(values), "TIFF")).grey.any()


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
    height, width = picture.grey.shape
    assert picture.full_box((0, 0, width, height)) == [0, 0, 4000, 6000]


def test_a_box_stays_inside_a_picture_of_one_row():
    picture = decode(encode(Image.new("L", (30_000, 1))))
    assert picture.full_box((0, 0, picture.grey.shape[1], 1)) == [0, 0, 30_000, 1]


@pytest.mark.parametrize("orientation", [0, 9, 99, 65535])
def test_an_orientation_that_is_none_turns_nothing(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = decode(encode(GREY, exif=exif))
    assert picture.size == (60, 40)
    assert np.array_equal(picture.grey, SEEN)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG"])
@pytest.mark.parametrize("exif", [b"junk" * 5, b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x02\0\0\0\x04abc\0\0\0\0\0"])
def test_damaged_exif_is_passed_over(kind, exif):
    assert decode(encode(GREY, kind, exif=exif)).size == (60, 40)


def test_a_large_float_picture_takes_little_more_memory_than_its_pixels():
    """7000×7000 floats are 196 MB; each further copy of them would be as much again."""
    floats = encode(Image.new("F", (7000, 7000), 0.5), "TIFF", compression="tiff_adobe_deflate")
    tracemalloc.start()
    decode(floats)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100e6  # numpy's own; Pillow's decoded picture is not traced


def test_no_bytes_are_unreadable():
    with pytest.raises(UnreadablePicture, match="empty"):
        decode(b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
@pytest.mark.usefixtures("png_reader")
def test_a_truncated_picture_is_unreadable(kind, share):
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (100, 100), np.uint8))
    whole = encode(noise, kind)
    with pytest.raises(UnreadablePicture, match="damaged or incomplete"):
        decode(whole[: max(8, int(share * len(whole)))])


@pytest.mark.parametrize(
    "data",
    [
        b"<!doctype html><title>a picture</title>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%!PS-Adobe-3.0",
        b"\0" * 99,
    ],
)
def test_other_files_are_no_pictures(data):
    with pytest.raises(NotAPicture, match="send PNG, JPEG"):
        decode(data)


def bomb(width: int, height: int) -> bytes:
    """A PNG whose header announces a size that its pixels do not have."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + chunk + SEVEN_PNG[33:]


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")  # which Pillow gives besides
@pytest.mark.parametrize("size", [(10_001, 10_000), (60_000, 60_000), (2**31 - 1, 1)])
def test_too_many_pixels_are_refused_by_the_header(size):
    with pytest.raises(PictureTooLarge, match="at most 50 megapixels are read"):
        decode(bomb(*size))


@pytest.mark.parametrize(
    "data",
    [make_tiff((1440, 100), (16, 1_000_000)), make_tiff((100, 100), (11_008, 11_008)), make_jpeg(2000, 500)],
    ids=["many tall tiles", "one large tile", "many scans"],
)
def test_what_takes_far_more_decoding_than_it_shows_is_refused_by_the_header(data):
    assert len(data) < 200_000
    with pytest.raises(PictureTooLarge, match=r"takes too long: \d+ megapixels"):
        decode(data)


@pytest.mark.parametrize(
    "data", [make_tiff((100, 100), (256, 256)), make_tiff((600, 500), (256, 64)), make_jpeg(300, 20)]
)
def test_tiles_larger_than_the_picture_and_many_scans_of_a_small_one_are_read(data):
    assert (decode(data).grey == 255).all()


def test_the_size_of_a_picture_that_is_too_large_is_said():
    with pytest.raises(PictureTooLarge, match="8000 × 7000 pixels; at most 50 megapixels"):
        decode(bomb(8000, 7000))


def test_what_pillow_refuses_by_itself_is_refused_in_our_words(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(PictureTooLarge, match=r"at most 0\.0002 megapixels are read"):
        decode(SEVEN_PNG)


def test_pillows_own_limit_is_left_as_it_is():
    program = (
        "from PIL import Image; before = Image.MAX_IMAGE_PIXELS; import recognizer;"
        "print(Image.MAX_IMAGE_PIXELS == before)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "True\n"


def test_the_pixel_limit_can_be_set():
    with pytest.raises(PictureTooLarge, match=r"at most 0\.001 megapixels"):
        decode(SEVEN_PNG, max_megapixels=0.001)


def test_transparency_of_a_large_picture_is_laid_over_white_everywhere():
    ink = np.random.default_rng(0).integers(0, 256, (1599, 1599), np.uint8)
    black = np.zeros_like(ink)
    assert ink.size > BAND
    assert np.array_equal(decode(encode(Image.fromarray(np.dstack([black, ink])))).grey, 255 - ink)


def test_a_large_picture_with_transparency_takes_little_more_memory_than_its_pixels(tmp_path):
    """7000×7000 pixels of a palette are 49 MB, with alpha 196 MB."""
    path = tmp_path / "large.png"
    Image.new("P", (7000, 7000)).save(path, transparency=0)
    program = (
        "import resource, sys; from pathlib import Path; from recognizer.decode import decode;"
        "used = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; before = used();"
        "decode(Path(sys.argv[1]).read_bytes()); print(used() - before)"
    )
    run = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=True)
    assert int(run.stdout) * 1024 < 200e6
