import contextlib
import random
import sys
from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import MetaData, Table, insert, inspect, select, text

from recognizer.page import SEARCH
from tests.drawing import FOUR_PNG
from tests.processes import PATIENCE, spawn
from tests.webapp.pages import keep_like_the_first, post, upload
from webapp import create_app
from webapp.config import ROOT
from webapp.history.store import BUSY_TIMEOUT, Entry, db

MOST_DIGITS = SEARCH.most


@pytest.fixture
def settings(settings, database_url):
    return settings | {"DATABASE_URL": database_url}


def test_the_migrations_make_the_tables_that_the_code_has(app):
    with app.app_context(), db.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), db.metadata) == []


def test_entries_outlast_a_restart(app, settings):
    client = app.test_client()
    upload(client, FOUR_PNG)
    cookie = client.get_cookie("digits").value
    later = create_app(settings).test_client()
    later.set_cookie("digits", cookie)
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


BEFORE_LABELS = """
INSERT INTO entry (visitor, created_at, source, model, text, confidence, digits, frames, thumbnail)
VALUES ('a', '2026-01-02 03:04:05', 'canvas', 'm', '2?', 0.5, '[]', '', '')
"""


def test_entries_of_before_there_were_labels_are_labelled_as_they_were_read(app):
    with app.app_context():
        downgrade(revision="0003")
        db.session.execute(text(BEFORE_LABELS))
        db.session.commit()
        upgrade()
        entry = db.session.scalars(select(Entry)).one()
        assert (entry.text, entry.label, entry.corrected, entry.deleted_at) == ("2?", "2?", None, None)
        assert entry.created_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_going_back_brings_nothing_deleted_back(app, client):
    for _ in range(2):
        upload(client, FOUR_PNG)
    post(client, "/history/1/delete")
    post(client, "/history/2/correct", label="9")
    with app.app_context():
        downgrade(revision="0003")
        assert db.session.execute(text("SELECT id, text FROM entry")).all() == [(2, "4")]
        db.session.rollback()  # PostgreSQL alters no table that is read
        upgrade()
        assert db.session.scalars(select(Entry.label)).all() == ["4"]


@pytest.mark.parametrize("version", ["0004", "0005", "0006"])
def test_a_node_that_is_not_yet_updated_keeps_and_finds_answers_in_the_new_schema(app, client, version):
    """Nodes are updated one after the other: migrations only add what the code of before need not know."""
    location = upload(client, FOUR_PNG).headers["Location"]
    with app.app_context():
        downgrade(revision=version)
        known = Table("entry", MetaData(), autoload_with=db.engine)  # to the code of that version
        with db.engine.connect() as connection:
            kept = dict(connection.execute(select(known)).mappings().one())
        upgrade()
        with db.engine.begin() as connection:
            connection.execute(insert(known), {name: value for name, value in kept.items() if name != "id"})
            assert connection.execute(select(known.c.label)).scalars().all() == ["4", "4"]
    assert "<strong>4</strong>" in client.get("/history").text
    for number in (1, 2):
        assert client.get(location.replace("1", str(number))).status_code == 200
    post(client, "/history/2/correct", label="9")
    with app.app_context(), db.engine.connect() as connection:
        assert connection.execute(select(known.c.label).order_by(known.c.id)).scalars().all() == ["4", "9"]


def test_the_longest_label_fits_into_the_index(app, client):
    """Each of the most digits that a page can have in a line of its own; hard to compress."""
    upload(client, FOUR_PNG)
    chance = random.Random(0)
    (number,) = keep_like_the_first(app, {"text": "\n".join(chance.choice("0123456789") for _ in range(MOST_DIGITS))})
    assert client.get(f"/history?search={chance.randrange(10)}").status_code == 200
    with app.app_context():
        assert len(db.session.get(Entry, number).label) == 2 * MOST_DIGITS - 1


def test_processes_that_start_together_agree(settings):
    environment = {
        "DIGITS_DATABASE_URL": settings["DATABASE_URL"],
        "DIGITS_INSTANCE": str(settings["INSTANCE"]),
    }
    command = [sys.executable, "-c", "import wsgi"]
    with contextlib.ExitStack() as stack:
        processes = [stack.enter_context(spawn(command, cwd=ROOT, env=environment)) for _ in range(6)]
        assert [process.wait(PATIENCE) for process in processes] == [0] * 6


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sqlite_lets_readers_and_a_writer_work_side_by_side(app):
    with app.app_context():
        assert db.session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert db.session.scalar(text("PRAGMA busy_timeout")) == BUSY_TIMEOUT
