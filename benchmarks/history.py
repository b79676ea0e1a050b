"""How long the database takes for a page of a visitor's history, for each filter, beside the page without one.

scripts/bench history [--entries 100000] [--runs 9] [--explain]
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import random
import statistics
import tempfile
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask, request, session
from sqlalchemy import Select, insert, text

from recognizer import read
from tests.drawing import SEVEN_PNG
from tests.servers import postgresql_server
from webapp import create_app
from webapp.history import paging
from webapp.history.entries import keep, select_deleted, select_own
from webapp.history.filters import Filter
from webapp.history.store import Entry, db

VISITOR = "a" * 32
OTHERS = 5  # entries of the visitor to one of another's
CHUNK = 5000  # entries
DAY = datetime(2026, 1, 1, tzinfo=UTC)
FILTERS = {
    "no filter": {},
    "digit": {"digit": "7"},
    "not a digit": {"digit": "?"},
    "source": {"source": "upload"},
    "doubtful": {"sure": "no"},
    "corrected": {"checked": "corrected"},
    "confirmed": {"checked": "confirmed"},
    "not checked": {"checked": "no"},
    "from a day": {"since": "2026-12-01"},
    "until a day": {"until": "2026-01-31", "zone": "Europe/Berlin"},
    "of a day": {"since": "2026-07-01", "until": "2026-07-01"},
    "of no day": {"since": "2020-01-01", "until": "2020-01-01"},
    "search": {"search": "2026"},
    "search in vain": {"search": "20262026"},
    "all at once": {"digit": "7", "source": "upload", "sure": "no", "checked": "corrected", "since": "2026-06-01"},
}
ROW = "  {:16}{:>9}{:>9}{:>9}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--explain", action="store_true", help="print the database's plans, too")
    options = parser.parse_args()
    for name, database in {"SQLite": sqlite, "PostgreSQL": postgresql_server}.items():
        with tempfile.TemporaryDirectory() as folder, database() as url:
            app = create_app({"INSTANCE": Path(folder), "DATABASE_URL": url, "HISTORY_DAYS": 0})
            with app.app_context():
                fill(app, options.entries)
                print(f"{name}: a page of {paging.PAGE} of {options.entries:,} entries, with all that it says; medians")
                measure(app, options)
                db.session.remove()
                db.engine.dispose()


@contextlib.contextmanager
def sqlite() -> Iterator[str]:
    """Give the URL of a file's database that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{folder}/history.sqlite"


def fill(app: Flask, count: int) -> None:
    """Keep an answer, and many like it with other digits, of the visitor and among them of others, over a year."""
    with app.test_request_context():
        first = keep(read(SEVEN_PNG, app.extensions["model"]), "canvas")
        same = {column.key: getattr(first, column.key) for column in Entry.__table__.columns if column.key != "id"}
    db.session.delete(first)
    db.session.commit()
    chance, rows = random.Random(0), count + count // OTHERS
    numbers = (_like(same, chance, number / rows) for number in range(rows))
    while chunk := list(itertools.islice(numbers, CHUNK)):
        db.session.execute(insert(Entry), chunk)
        db.session.commit()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if db.engine.dialect.name == "postgresql" else "ANALYZE"))


def _like(same: dict, chance: random.Random, share: float) -> dict:
    read_as = "".join(chance.choice("0123456789" * 9 + "?") for _ in range(chance.choice([1, 1, 1, 4])))
    corrected = chance.choice([None] * 18 + [True, False])
    return same | {
        "visitor": VISITOR if chance.random() < OTHERS / (OTHERS + 1) else uuid.UUID(int=chance.getrandbits(128)).hex,
        "created_at": DAY + share * timedelta(days=365),
        "source": chance.choice(["canvas", "upload"]),
        "text": read_as,
        "label": str(chance.randrange(10)) * len(read_as) if corrected else read_as,
        "corrected": corrected,
        "confidence": 1 - chance.random() ** 4,
        "digits": same["digits"] * len(read_as),
        "frames": same["frames"] * len(read_as),
    }


def measure(app: Flask, options: argparse.Namespace) -> None:
    """Print a row for each filter."""
    print(ROW.format("", "found", "ms", "ratio"))
    deep = {"before": oldest(app)}
    unfiltered = 0.0
    for name, arguments in (FILTERS | {"the oldest page": deep}).items():
        with app.test_request_context("/history?" + urlencode(arguments)):
            session["visitor"] = VISITOR
            seconds = [time_request() for _ in range(options.runs)]
            figure = 1000 * statistics.median(seconds)
            unfiltered = unfiltered or figure
            found = paging.load(Filter.of(request.args), request.args).count
            print(ROW.format(name, f"{found:,}", f"{figure:.1f}", f"{figure / unfiltered:.2f}"), flush=True)
            if options.explain:
                explain(
                    select_own(Entry.id)
                    .where(*Filter.of(request.args).conditions())
                    .order_by(Entry.id.desc())
                    .limit(51)
                )


def oldest(app: Flask) -> str:
    """The cursor of the entry before the visitor's oldest page."""
    with app.test_request_context():
        session["visitor"] = VISITOR
        ids = db.session.scalars(select_own(Entry.id).order_by(Entry.id).limit(paging.PAGE + 1)).all()
        return paging.make_cursor(ids[-1])


def time_request() -> float:
    """Seconds for what the page asks of the database."""
    which = Filter.of(request.args)
    start = time.perf_counter()
    paging.load(which, request.args)
    paging.count(select_deleted(Entry.id))
    seconds = time.perf_counter() - start
    db.session.rollback()
    return seconds


def explain(query: Select) -> None:
    dialect = db.engine.dialect
    command = "EXPLAIN (ANALYZE, COSTS OFF) " if dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
    compiled = str(query.compile(db.engine, compile_kwargs={"literal_binds": True}))
    for row in db.session.connection().exec_driver_sql(command + compiled):
        print("     ", row[-1])


if __name__ == "__main__":
    main()
