"""Files that nobody means well with: each gets an answer below 500 with a sentence, from the page and from the API."""

import io
import random
import struct
from pathlib import Path

import numpy as np
import pytest
import requests
from PIL import Image

from benchmarks.cost import computed
from recognizer.limits import SECONDS
from tests.drawing import SEVEN, SEVEN_PNG, draw, encode
from tests.processes import PATIENCE
from tests.recognizer.test_decode import bomb
from tests.serving import peak, resident, running
from tests.webapp.pages import error
from tests.webapp.test_batch import zipped

SEED = 20
GROWTH = 100_000  # kilobytes that a worker may have grown by when all is over
PEAK = 400_000  # kilobytes that it may take meanwhile


def every_format() -> list[bytes]:
    """A drawn seven in each format that Pillow writes, in each mode that the format takes."""
    Image.init()
    pictures = []
    for kind in sorted(Image.SAVE):
        for mode in ("1", "L", "P", "RGB", "RGBA", "CMYK", "I;16", "F"):
            buffer = io.BytesIO()
            try:
                draw(SEVEN, (80, 80), 3).convert(mode).save(buffer, kind)
            except Exception:
                continue
            pictures.append(buffer.getvalue())
    return pictures


def nan_tiff() -> bytes:
    picture = np.full((50, 50), np.nan, np.float32)
    picture[20:30, 20:30] = np.inf
    return encode(Image.fromarray(picture), "TIFF")


def odd_ones() -> list[bytes]:
    """Bombs, polyglots, animations and pictures of strange sizes."""
    frames = [draw(SEVEN, (60, 60), 3).convert("P") for _ in range(30)]
    seven = draw(SEVEN, (60, 60), 3)
    return [
        b"",
        b"\0" * 100_000,
        bomb(30_000, 30_000),
        bomb(60_000, 1),
        struct.pack("<2sIHHI", b"BM", 70, 0, 0, 54)
        + struct.pack("<IiiHHIIiiII", 40, 1 << 30, 1 << 30, 1, 24, *[0] * 6),
        b"GIF89a" + SEVEN_PNG,
        SEVEN_PNG + zipped([("a.html", b"<script>alert(1)</script>")]),
        b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'aaaa'>]><svg>&a;</svg>",
        b"%PDF-1.4 " + SEVEN_PNG,
        b"#!/bin/sh\nexit 0\n",
        zipped([("a.png", SEVEN_PNG)]),
        encode(frames[0], "GIF", save_all=True, append_images=frames[1:]),
        encode(frames[0].convert("RGB"), "WEBP", save_all=True, append_images=frames[1:]),
        encode(seven, "PNG", save_all=True, append_images=[seven] * 5),
        *(encode(Image.new("L", size, 255)) for size in ((1, 1), (30_000, 1), (1, 30_000), (2, 2))),
        encode(seven.resize((30_000, 3))),
        encode(Image.new("RGBA", (40, 40), (0, 0, 0, 0))),
        nan_tiff(),
    ]


def mutated(sources: list[bytes], count: int) -> list[bytes]:
    """Files with some bytes changed, cut out or doubled, the same each time."""
    rng = random.Random(SEED)
    found = []
    for _ in range(count):
        data = bytearray(rng.choice(sources))
        for _ in range(rng.choice([1, 1, 3, 10, 100])):
            place = rng.randrange(len(data) + 1)
            length = rng.choice([1, 1, 2, 4, 50])
            change = rng.randrange(4)
            if change == 0:
                data[place : place + length] = rng.randbytes(length)
            elif change == 1:
                del data[place : place + length]
            elif change == 2:
                data[place:place] = data[place : place + length]
            else:
                data[place : place + 4] = rng.choice([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff"])
        found.append(bytes(data))
    return found


def hostile(count: int) -> list[bytes]:
    known, odd = every_format(), odd_ones()
    assert len(known) > 60
    return [*known, *odd, *mutated([data for data in known + odd if 0 < len(data) < 200_000], count)]


def check(tmp_path: Path, count: int) -> None:
    with running(tmp_path / "instance", WORKERS="1") as site, requests.Session() as browser:
        url, (worker,) = site.url, site.workers()
        before = resident(worker)
        page = browser.get(f"{url}/upload", timeout=PATIENCE).text
        token = page.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
        for number, data in enumerate(hostile(count)):
            name, spent = f"number {number}, {data[:16]!r}", computed(site)
            answer = browser.post(f"{url}/api/v1/recognize", data=data, timeout=PATIENCE)
            assert answer.status_code < 500, name
            assert answer.ok or answer.json()["detail"], name
            form = {"data": {"csrf_token": token, "source": "upload"}, "files": {"image": ("a.png", data)}}
            path, sent = [("/api/v1/recognize/batch", {"data": data}), ("/read", form), ("/upload/rows", form)][
                number % 3
            ]
            answer = browser.post(url + path, **sent, timeout=PATIENCE)
            assert answer.status_code < 500, name
            assert answer.ok or path != "/read" or error(answer), name
            assert answer.ok or path != "/upload/rows", name
            assert computed(site) - spent < 2 * SECONDS, name
        assert site.workers() == [worker]
        assert resident(worker) - before < GROWTH
        assert peak(worker) < PEAK
        assert browser.post(f"{url}/api/v1/recognize", data=SEVEN_PNG, timeout=PATIENCE).json()["text"] == "7"


def test_hostile_files_get_an_answer(tmp_path):
    check(tmp_path, 60)


@pytest.mark.long
def test_two_thousand_hostile_files_get_an_answer(tmp_path):
    check(tmp_path, 2000)
