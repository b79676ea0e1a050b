"""Files that are valid and small, and would take a decoder minutes: made from their formats' descriptions."""

import struct
import zlib
from functools import cache

import numpy as np
from PIL import Image

from tests.drawing import encode


def make_tiff(size: tuple[int, int], tile: tuple[int, int]) -> bytes:
    """A white picture whose tiles, as large as may be, all lie at the same place (TIFF 6.0, section 15)."""
    width, height = size
    count = -(-width // tile[0]) * -(-height // tile[1])
    packer, left, packed = zlib.compressobj(9), tile[0] * tile[1], b""
    while left > 0:
        packed += packer.compress(b"\xff" * min(left, 1 << 20))
        left -= 1 << 20
    packed += packer.flush()
    numbers = {256: width, 257: height, 258: 8, 259: 8, 262: 1, 277: 1, 322: tile[0], 323: tile[1]}
    directory = 8 + len(packed)
    lists = directory + 2 + 12 * (len(numbers) + 2) + 4
    entries = [struct.pack("<HHII", tag, 4, 1, number) for tag, number in numbers.items()]
    for tag, value, place in ((324, 8, lists), (325, len(packed), lists + 4 * count)):
        entries.append(struct.pack("<HHII", tag, 4, count, place if count > 1 else value))
    many = struct.pack(f"<{count}I", *[8] * count) + struct.pack(f"<{count}I", *[len(packed)] * count)
    head = b"II*\0" + struct.pack("<I", directory)
    return head + packed + struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4) + many


def make_jpeg(side: int, scans: int) -> bytes:
    """A white progressive picture whose last scan comes again and again (ITU-T T.81, annex G)."""
    data = encode(Image.new("L", (side, side), 255), "JPEG", progressive=True)
    last = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + last * scans + data[-2:]


def make_webp(side: int, frames: int) -> bytes:
    """A large canvas with small frames in its corner (RFC 9649, section 2.7)."""
    small = encode(Image.new("RGB", (64, 64), "white"), "WEBP", lossless=True)[12:]

    def chunk(name: bytes, content: bytes) -> bytes:
        return name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)

    def three(number: int) -> bytes:
        return number.to_bytes(3, "little")

    canvas = chunk(b"VP8X", bytes([2, 0, 0, 0]) + 2 * three(side - 1)) + chunk(b"ANIM", bytes(6))
    frame = chunk(b"ANMF", 2 * three(0) + 2 * three(63) + three(100) + b"\0" + small)
    body = b"WEBP" + canvas + frames * frame
    return b"RIFF" + struct.pack("<I", len(body)) + body


def make_avif(side: int, said: int) -> bytes:
    """A picture whose property of its size (ISO/IEC 14496-12, ispe) says less than there is."""
    data = encode(Image.new("L", (side, side), 255), "AVIF", speed=10)
    place = data.index(b"ispe") + 8
    return data[:place] + struct.pack(">II", said, said) + data[place + 8 :]


def make_nearly_empty(side: int, kind: str) -> bytes:
    """One large 1 on a large sheet with transparency."""
    picture = Image.new("RGBA", (side, side), "white")
    picture.paste((0, 0, 0, 255), (3 * side // 7, side // 3, 3 * side // 7 + side // 20, side // 2))
    return encode(picture, kind, lossless=True, quality=0, method=0)


def make_dots(side: int) -> bytes:
    """A dot at every fourth pixel."""
    pixels = np.full((side, side), 255, np.uint8)
    pixels[::4, ::4] = 0
    return encode(Image.fromarray(pixels))


def make_strokes(side: int, count: int) -> bytes:
    """Tall thin strokes side by side."""
    pixels = np.full((side, side), 255, np.uint8)
    pixels[50:-50, np.linspace(20, side - 20, count).astype(int)] = 0
    return encode(Image.fromarray(pixels))


def make_noise(side: int) -> bytes:
    """Each pixel black or white by chance."""
    return encode(Image.fromarray(np.random.default_rng(0).integers(0, 2, (side, side), np.uint8) * 255))


@cache
def make_all() -> dict[str, bytes]:
    """Those that once took a site down, or nearly so, by name."""
    return {
        "TIFF, 90 tiles at one place": make_tiff((1440, 100), (16, 4_000_000)),
        "TIFF, 1,200 tiles at one place": make_tiff((19_200, 100), (16, 4_000_000)),
        "TIFF, one tile of a gigapixel": make_tiff((100, 100), (32_000, 32_768)),
        "JPEG, 49 megapixels, 2,000 scans": make_jpeg(7000, 2000),
        "WebP, animated, 49 megapixels": make_webp(7000, 3),
        "WebP, animated, 25 megapixels": make_webp(5000, 3),
        "WebP, nearly empty, 49 megapixels": make_nearly_empty(7000, "WEBP"),
        "PNG, nearly empty, 49 megapixels": make_nearly_empty(7000, "PNG"),
        "AVIF, 144 megapixels said to be 0.01": make_avif(12_000, 100),
        "PNG of dots, 49 megapixels": make_dots(7000),
        "PNG of 480 strokes, 49 megapixels": make_strokes(7000, 480),
        "PNG of noise, 2.6 megapixels": make_noise(1600),
    }
