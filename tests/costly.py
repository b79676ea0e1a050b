"""Files that are valid and small, and would take a decoder minutes: made from their formats' descriptions."""

import io
import struct
import zlib

from PIL import Image


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
    file = io.BytesIO()
    Image.new("L", (side, side), 255).save(file, "JPEG", progressive=True)
    data = file.getvalue()
    last = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + last * scans + data[-2:]
