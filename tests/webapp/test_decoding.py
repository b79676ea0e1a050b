import fcntl
import io
import json
import threading

import pytest

from recognizer.decode import is_costly
from tests.costly import make_jpeg
from tests.documents import make_document
from tests.drawing import SEVEN, SEVEN_PNG, draw, encode
from tests.webapp.test_api import RECOGNIZE, problem
from webapp.reading import decoding

COSTLY = encode(draw(SEVEN, (80, 80), 3), "TIFF")


@pytest.fixture
def others(app):
    """Other people's files, which are decoded until the end of the block."""
    locks = [path.open("w") for path in app.extensions["decoding"]]
    for lock in locks:
        fcntl.flock(lock, fcntl.LOCK_EX)
    yield locks
    for lock in locks:
        lock.close()


@pytest.mark.parametrize(
    ("data", "costly"),
    [
        (SEVEN_PNG, False),
        (encode(draw(SEVEN, (80, 80), 3), "WEBP"), False),
        (encode(draw(SEVEN, (80, 80), 3), "GIF"), False),
        (encode(draw(SEVEN, (80, 80), 3), "JPEG", progressive=True), False),
        (b"no picture", False),
        (b"\x89PNG, but damaged", False),
        (COSTLY, True),
        (encode(draw(SEVEN, (80, 80), 3), "AVIF"), True),
        (encode(draw(SEVEN, (3000, 3000), 9)), True),
        (encode(draw(SEVEN, (3000, 3000), 9), "WEBP"), True),
        (encode(draw(SEVEN, (3000, 3000), 9), "JPEG"), False),
        (make_jpeg(3000, 20), True),
        (make_document("scan.pdf", SEVEN_PNG), True),
    ],
)
def test_formats_and_sizes_that_may_cost_much_are_known_by_their_first_bytes(data, costly):
    assert is_costly(data) is costly


def test_who_comes_too_late_with_a_costly_file_is_asked_to_come_again(client, others):
    answer = client.post(RECOGNIZE, data=COSTLY)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert problem(answer) == "Other people's large files are being read. Try again in a moment."
    assert client.post(RECOGNIZE, data=SEVEN_PNG).json["text"] == "7"
    others[0].close()
    assert client.post(RECOGNIZE, data=COSTLY).json["text"] == "7"


def test_many_files_wait_for_their_turn(client, others, monkeypatch):
    monkeypatch.setattr(decoding, "PATIENCE", 0)
    threading.Timer(1.5, others[0].close).start()
    assert json.loads(client.post(f"{RECOGNIZE}/batch", data=COSTLY).data)["text"] == "7"


def test_a_turn_ends_with_the_reading_whether_it_went_well_or_not(client, app):
    for data in (COSTLY, b"II*\0 and nothing else") * app.config["DECODERS"]:
        assert client.post(RECOGNIZE, data=data).status_code in (200, 400)
    assert client.post(RECOGNIZE, data=COSTLY).json["text"] == "7"


@pytest.mark.parametrize("sent", [lambda body: {"data": body}, lambda body: {"input_stream": io.BytesIO(body)}])
def test_a_form_without_files_is_small(client, sent):
    more = {"content_type": "application/x-www-form-urlencoded", "environ_overrides": {"wsgi.input_terminated": True}}
    answer = client.post("/read", **sent(b"a=b&" * 4_700_000), **more)
    assert answer.status_code == 413
    assert b"larger fields" in answer.data
