"""The site while its database cannot write, or is not there at all, and afterwards."""

import contextlib
import os
import resource
import shutil
import sqlite3
from collections.abc import Iterator

import psycopg
import pytest

from tests.drawing import SEVEN_PNG
from tests.webapp.pages import error, token, upload
from webapp import create_app
from webapp.history.store import db

NOT_KEPT = "this answer is not kept"


@contextlib.contextmanager
def locked(app) -> Iterator[None]:
    """Another process writes to the SQLite file, and does not come to an end."""
    with contextlib.closing(sqlite3.connect(app.config["INSTANCE"] / "digits.sqlite")) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextlib.contextmanager
def limited(app) -> Iterator[None]:
    """No file of this process may grow beyond a byte."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextlib.contextmanager
def filled(app) -> Iterator[None]:
    """The disk has no room for another byte."""
    filler = app.config["INSTANCE"] / "filler"
    filler.write_bytes(bytes(shutil.disk_usage(filler.parent).free))
    assert shutil.disk_usage(filler.parent).free == 0
    yield
    filler.unlink()


@pytest.fixture
def own_database(postgresql):
    """A database of PostgreSQL, and the server's own to control it from."""
    name = f"test_{os.urandom(4).hex()}"
    with psycopg.connect(postgresql.replace("+psycopg", ""), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield postgresql.rpartition("/")[0] + f"/{name}", name, server


def check(app, trouble) -> None:
    client = app.test_client()
    assert upload(client).status_code == 303
    with trouble(app):
        response = upload(client)
        assert response.status_code == 200
        assert "Read as 7" in response.text
        assert NOT_KEPT in response.text
        assert "/history/" not in response.text.partition("<main")[2]
        assert client.post("/api/v1/recognize", data=SEVEN_PNG).json["text"] == "7"
        answer = client.post("/history/1/delete", data={"csrf_token": token(client)})
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert "The history is not available just now" in error(answer)
    assert upload(client).status_code == 303
    assert "this answer is not kept" not in client.get("/history/2").text
    with contextlib.closing(sqlite3.connect(app.config["INSTANCE"] / "digits.sqlite")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("SELECT count(*) FROM entry").fetchone() == (2,)


@pytest.mark.parametrize("trouble", [locked, limited])
def test_sqlite_that_cannot_write_stops_no_reading_and_recovers(app, trouble):
    check(app, trouble)


def test_a_full_disk_stops_no_reading_and_recovers(settings, small_disk):
    check(create_app(settings | {"INSTANCE": small_disk}), filled)


def damage(path):
    """Overwrite all of a SQLite file but the first page."""
    path.write_bytes(path.read_bytes()[:4096] + b"\xa5" * (path.stat().st_size - 4096))


def lose(path):
    path.unlink()


@pytest.mark.parametrize("trouble", [damage, lose, lambda path: path.write_bytes(b"no database, but a text\n" * 999)])
def test_a_database_that_is_damaged_or_lost_stops_no_reading(app, client, trouble):
    upload(client)
    path = app.config["INSTANCE"] / "digits.sqlite"
    with app.app_context():
        db.engine.dispose()
    whole = path.read_bytes()
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    trouble(path)
    assert NOT_KEPT in upload(client).text
    assert client.post("/api/v1/recognize", data=SEVEN_PNG).json["text"] == "7"
    for page in ("/history", "/history/1", "/history/label", "/history/export.csv", "/readyz"):
        answer = client.get(page)
        assert (answer.status_code, "The history is not available" in answer.text) == (503, True), page
    with app.app_context():
        db.engine.dispose()
    path.write_bytes(whole)
    assert upload(client).status_code == 303


def test_postgresql_gone_stops_no_reading_and_is_found_again(settings, own_database):
    url, name, server = own_database
    client = create_app(settings | {"DATABASE_URL": url}).test_client()
    assert upload(client).status_code == 303
    server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
    response = upload(client)
    assert response.status_code == 200
    assert NOT_KEPT in response.text
    exports = [f"/history/export.{kind}" for kind in ("csv", "json", "npz")]
    for path in ("/history", "/history/label", "/history/1", "/history/1/thumbnail.png", *exports, "/readyz"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
    assert client.get("/healthz").status_code == 200
    server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    assert upload(client).status_code == 303
    assert client.get("/readyz").status_code == 200


def test_a_drawing_that_is_not_kept_is_still_an_answer(app, client):
    """The drawing page takes what has the class `answer` out of the page; the notice is in it."""
    with locked(app):
        page = upload(client, source="canvas").text
    assert NOT_KEPT in page.partition('class="answer"')[2].partition("</section>")[0]
