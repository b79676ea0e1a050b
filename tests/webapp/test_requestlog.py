import io
import json
from datetime import datetime

import pytest

from tests.drawing import SEVEN_PNG
from tests.webapp.pages import upload
from tests.webapp.test_batch import BATCH, form
from webapp import create_app

NUMBER = "0123456789abcdef"


@pytest.fixture
def log(tmp_path):
    return tmp_path / "requests.log"


@pytest.fixture
def settings(settings, log):
    return settings | {"REQUEST_LOG": str(log)}


def entries(log):
    return [json.loads(line) for line in log.read_text().splitlines()]


def test_each_request_is_a_line(client, log):
    response = client.post("/api/v1/recognize?layout=digit", data=SEVEN_PNG, buffered=True)
    (entry,) = entries(log)
    assert list(entry) == ["time", "id", "method", "path", "status", "received", "ms"]
    assert datetime.fromisoformat(entry["time"])
    assert entry["id"] == response.headers["X-Request-ID"]
    assert (entry["method"], entry["path"], entry["status"]) == ("POST", "/api/v1/recognize", 200)
    assert entry["received"] == len(SEVEN_PNG)
    assert entry["ms"] > 0


def test_errors_are_lines_too(client, log):
    client.get("/nowhere", buffered=True)
    client.post("/api/v1/recognize", data=b"nonsense", buffered=True)
    assert [entry["status"] for entry in entries(log)] == [404, 415]


def test_a_stream_is_a_line_when_it_has_ended(client, log):
    response = client.post(BATCH, data=form(("a.png", SEVEN_PNG)), buffered=False)
    assert log.read_text() == ""
    assert response.text
    response.close()
    assert entries(log)[0]["path"] == BATCH


def test_nothing_of_the_picture_or_the_visitor_is_in_it(client, log):
    upload(client, name="planted-name.png", buffered=True)
    client.post(
        "/read", data={"image": (io.BytesIO(SEVEN_PNG), "planted-name.png"), "source": "planted-field"}, buffered=True
    )
    text = log.read_text()
    assert "/read" in text
    with client.session_transaction() as session:
        assert session["visitor"] not in text
    assert "planted" not in text
    assert "127.0.0.1" not in text


@pytest.mark.parametrize(
    ("proxies", "given", "kept"), [(0, NUMBER, False), (1, NUMBER, True), (1, "x\tforged", False), (1, "x" * 65, False)]
)
def test_the_number_is_the_proxys_where_there_is_one(settings, log, proxies, given, kept):
    client = create_app(settings | {"PROXIES": proxies}).test_client()
    client.get("/healthz", headers={"X-Request-ID": given}, buffered=True)
    assert (entries(log)[0]["id"] == given) == kept


def test_each_request_has_another_number(client, log):
    for _ in range(3):
        client.get("/healthz", buffered=True)
    assert len({entry["id"] for entry in entries(log)}) == 3


def test_without_the_setting_there_is_no_log_but_still_a_number(settings, log):
    client = create_app(settings | {"REQUEST_LOG": ""}).test_client()
    assert client.get("/healthz").headers["X-Request-ID"]
    assert not log.exists()
