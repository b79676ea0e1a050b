import fcntl
import io
import json
import math
import threading

import pytest

from recognizer.decode import UNKNOWN, weigh
from tests.costly import make_jpeg
from tests.documents import make_document
from tests.drawing import SEVEN, SEVEN_PNG, draw, encode
from tests.webapp.test_api import RECOGNIZE, problem
from webapp import create_app
from webapp.reading import decoding

COSTLY = encode(draw(SEVEN, (80, 80), 3), "TIFF")
LARGE = math.ceil((UNKNOWN + decoding.PROCESS) / decoding.SHARE)  # locks that it needs


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
    ("data", "megapixels"),
    [
        (SEVEN_PNG, 0),
        (encode(draw(SEVEN, (80, 80), 3), "WEBP"), 0),
        (encode(draw(SEVEN, (80, 80), 3), "GIF"), 0),
        (encode(draw(SEVEN, (80, 80), 3), "JPEG", progressive=True), 0),
        (b"no picture", 0),
        (b"\x89PNG, but damaged", 0),
        (COSTLY, UNKNOWN),
        (encode(draw(SEVEN, (80, 80), 3), "AVIF"), UNKNOWN),
        (encode(draw(SEVEN, (3000, 3000), 9)), 9),
        (encode(draw(SEVEN, (3000, 3000), 9), "WEBP"), 9),
        (encode(draw(SEVEN, (3000, 3000), 9), "JPEG"), 0),
        (make_jpeg(3000, 20), 9),
        (make_document("scan.pdf", SEVEN_PNG), UNKNOWN),
    ],
)
def test_formats_and_sizes_that_may_cost_much_are_known_by_their_first_bytes(data, megapixels):
    assert weigh(data) == megapixels


def test_who_comes_too_late_with_a_costly_file_is_asked_to_come_again(client, others):
    answer = client.post(RECOGNIZE, data=COSTLY)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert problem(answer) == "Other people's large files are being read. Try again in a moment."
    assert client.post(RECOGNIZE, data=SEVEN_PNG).json["text"] == "7"
    for lock in others[: LARGE - 1]:
        lock.close()
    assert client.post(RECOGNIZE, data=COSTLY).status_code == 503
    others[LARGE - 1].close()
    assert client.post(RECOGNIZE, data=COSTLY).json["text"] == "7"


def test_a_smaller_file_waits_for_less(client, others):
    for lock in others[: LARGE - 1]:
        lock.close()
    assert client.post(RECOGNIZE, data=encode(draw(SEVEN, (2100, 2100), 60))).json["text"] == "7"


def test_a_file_larger_than_all_that_may_be_decoded_at_once_is_decoded_alone(settings):
    app = create_app(settings | {"DECODING_MEGAPIXELS": 5})
    assert app.test_client().post(RECOGNIZE, data=COSTLY).json["text"] == "7"


def test_many_files_wait_for_their_turn(client, others, monkeypatch):
    monkeypatch.setattr(decoding, "PATIENCE", 0)
    for lock in others[1:]:
        lock.close()
    taken = others[0]
    monkeypatch.setattr(decoding, "PROCESS", 1000)  # so that it needs all
    threading.Timer(1.5, taken.close).start()
    assert json.loads(client.post(f"{RECOGNIZE}/batch", data=COSTLY).data)["text"] == "7"


def test_a_turn_ends_with_the_reading_whether_it_went_well_or_not(client, app):
    for data in (COSTLY, b"II*\0 and nothing else") * 2:
        assert client.post(RECOGNIZE, data=data).status_code in (200, 400)
    assert client.post(RECOGNIZE, data=COSTLY).json["text"] == "7"


@pytest.mark.parametrize("sent", [lambda body: {"data": body}, lambda body: {"input_stream": io.BytesIO(body)}])
def test_a_form_without_files_is_small(client, sent):
    more = {"content_type": "application/x-www-form-urlencoded", "environ_overrides": {"wsgi.input_terminated": True}}
    answer = client.post("/read", **sent(b"a=b&" * 4_700_000), **more)
    assert answer.status_code == 413
    assert b"larger fields" in answer.data
