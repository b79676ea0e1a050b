import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, select, text

from tests.drawing import FOUR_PNG
from tests.webapp.pages import upload
from webapp import create_app
from webapp.config import ROOT
from webapp.store import BUSY_TIMEOUT, Entry, db


@pytest.fixture
def settings(settings, database_url):
    return settings | {"DATABASE_URL": database_url}


def test_the_migrations_make_the_tables_that_the_code_has(app):
    with app.app_context(), db.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), db.metadata) == []


def test_entries_outlast_a_restart(app, settings):
    client = app.test_client()
    upload(client, FOUR_PNG)
    cookie = client.get_cookie("session").value
    later = create_app(settings).test_client()
    later.set_cookie("session", cookie)
    assert "<strong>4</strong>" in later.get("/history").text
    assert later.get("/history/1/thumbnail.png").status_code == 200


def test_an_empty_schema_is_filled_and_emptied_again(app):
    with app.app_context():
        downgrade(revision="base")
        assert "entry" not in inspect(db.engine).get_table_names()
        upgrade()
        assert db.session.scalars(select(Entry)).all() == []


def test_an_entry_of_the_first_schema_is_still_shown(app, client):
    location = upload(client, FOUR_PNG).headers["Location"]
    with app.app_context():
        downgrade(revision="0001")
        upgrade()
    page = client.get(location)
    assert page.status_code == 200
    assert "What the computer saw" not in page.text
    assert client.get(f"{location}/thumbnail.png").status_code == 200
    assert client.get(f"{location}/ink.png").status_code == 404


def test_processes_that_start_together_agree(settings):
    environment = {
        "DIGITS_DATABASE_URL": settings["DATABASE_URL"],
        "DIGITS_INSTANCE": str(settings["INSTANCE"]),
    }
    command = [sys.executable, "-c", "import wsgi"]
    processes = [subprocess.Popen(command, cwd=ROOT, env=environment) for _ in range(6)]
    assert [process.wait(60) for process in processes] == [0] * 6


def test_sqlite_lets_readers_and_a_writer_work_side_by_side(app, database_url):
    if not database_url.startswith("sqlite"):
        return
    with app.app_context():
        assert db.session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert db.session.scalar(text("PRAGMA busy_timeout")) == BUSY_TIMEOUT
