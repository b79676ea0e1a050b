"""The database: what a visitor's history keeps of each picture read."""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from flask import Flask
from flask_migrate import Migrate, upgrade
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    URL,
    DateTime,
    Double,
    Engine,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    TypeDecorator,
    event,
    text,
)
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from recognizer.frame import SIDE
from webapp.history.labels import CELL, count_cells, locate, name_digits, split_cells

LAST = 2**31 - 1  # the largest id that every database takes
# A server that was away is found again by itself, and one that does not answer is not waited for long.
POSTGRESQL = {"pool_pre_ping": True, "connect_args": {"connect_timeout": 2}}
BUSY_TIMEOUT = 2000  # milliseconds that a writer waits for another. Then the answer is given without being kept.
SOURCES = {
    "canvas": "Drawn",
    "upload": "Uploaded",
    "camera": "By camera",
    "batch": "From a batch",
}  # in words


ADAPTED = text("adapted IS NOT NULL")


class Base(DeclarativeBase):
    """The declarative base of all tables."""


db = SQLAlchemy(model_class=Base)
migrate = Migrate(db=db, directory=str(Path(__file__).parent.parent / "migrations"))


class UTCDateTime(TypeDecorator[datetime]):
    """A moment: kept as UTC, given back aware of it, also by databases that keep no zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: object) -> datetime | None:
        """Take the zone off an aware moment."""
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: object) -> datetime | None:
        """Give the zone back."""
        return value.replace(tzinfo=UTC) if value else None


class Entry(db.Model):  # type: ignore[name-defined, misc]  # made at run time
    """One picture read for one visitor. Of the picture itself a thumbnail, its ink and the frames are kept."""

    __tablename__ = "entry"
    __table_args__ = (
        # All that filters ask for, so that none reads the rows, which are long. PostgreSQL takes 2,700 bytes of them.
        # The longest label, of 1,000 digits in as many lines, has 1,999.
        Index(
            "ix_entry_filter", "visitor", "id", "deleted_at", "created_at", "source", "confidence", "corrected", "label"
        ),
        Index("ix_entry_byte_count", "visitor", "id", "byte_count"),
        Index("ix_entry_document", "document"),
        Index("ix_entry_adapted", "visitor", "id", sqlite_where=ADAPTED, postgresql_where=ADAPTED),
        Index("ix_entry_created_at", "created_at"),
        Index("ix_entry_deleted_at", "deleted_at"),
        # An id is never used again: browsers keep the pictures of an entry for as long as they like.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visitor: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=lambda: datetime.now(UTC))
    source: Mapped[str] = mapped_column(String(16))  # one of SOURCES
    model: Mapped[str] = mapped_column(String(100))
    text: Mapped[str] = mapped_column(Text)  # as it was read, with a "?" for what is no digit
    label: Mapped[str] = mapped_column(Text)  # what it is: as it was read, until the visitor says what it really is
    corrected: Mapped[bool | None] = mapped_column()  # whether the visitor changed what was read
    deleted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # by the visitor, who may still change their mind
    confidence: Mapped[float] = mapped_column(Double)
    digits: Mapped[list[dict[str, Any]]] = mapped_column(JSON)  # as in the API
    frames: Mapped[bytes] = mapped_column(LargeBinary)  # 28 × 28 bytes a digit
    thumbnail: Mapped[bytes] = mapped_column(LargeBinary)  # PNG
    # Older entries have none of these.
    ink: Mapped[bytes | None] = mapped_column(LargeBinary)  # PNG as large as the thumbnail, of what was read
    width: Mapped[int | None] = mapped_column()  # of the upright picture, in pixels, in which the digits' boxes are
    height: Mapped[int | None] = mapped_column()
    strokes: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # of a drawing
    by_page_network: Mapped[bool | None] = mapped_column()  # which found the digits and read them, not the `model`
    marks: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))  # as in the API
    others: Mapped[list[list[int]] | None] = mapped_column(JSON(none_as_null=True))  # boxes of what is left out
    left_out: Mapped[int | None] = mapped_column()  # glyphs seen that are no part of the answer
    turned: Mapped[int | None] = mapped_column()  # degrees clockwise by which the picture was turned to be read
    document: Mapped[str | None] = mapped_column(String(32))  # the same for all pages of a file that has several
    page: Mapped[int | None] = mapped_column()  # of these `pages`, counted from 1
    pages: Mapped[int | None] = mapped_column()
    byte_count: Mapped[int | None] = mapped_column()  # of its pictures, frames and strokes, when it was kept
    # Which digits the visitor's hand has changed, as recognizer.reading.Adapted, with the frame of the example.
    adapted: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))

    @property
    def places(self) -> list[int | None]:
        """Where in the label each of the digits is that were read, or None where it is not one of them."""
        return locate(self.text, self.label)

    @property
    def table(self) -> list[list[str]] | None:
        """The cells of a table, row by row, as the label says; None where the picture shows none."""
        return split_cells(self.label) if CELL in self.text else None

    @property
    def cells(self) -> list[int]:
        """In which cell of the table, counted row by row, each of the digits is that were read."""
        return count_cells(self.text)

    @property
    def characters(self) -> str:
        """What each of the digits is that were read, as the label says."""
        return name_digits(self.text, self.label)

    def count_bytes(self) -> int:
        """How many bytes its pictures, frames, digits and strokes take in the database."""
        texts = map(json.dumps, (self.digits, self.marks, self.others, self.strokes))
        return sum(map(len, (self.frames, self.thumbnail, self.ink or b"", *texts)))

    def frame(self, number: int) -> np.ndarray:
        """The frame of one digit, (28, 28) uint8. Raises IndexError."""
        frame: np.ndarray = self._frames()[number]
        return frame

    def inputs(self) -> np.ndarray:
        """The frames of all digits as models take them, (n, 28, 28) float32 from 0 to 1."""
        return self._frames() / np.float32(255)

    def _frames(self) -> np.ndarray:
        return np.frombuffer(self.frames, np.uint8).reshape(-1, SIDE, SIDE)


class Example(db.Model):  # type: ignore[name-defined, misc]  # made at run time
    """A digit of an entry of which the visitor has said what it is, as the network sees it. It goes with its entry."""

    __tablename__ = "example"
    __table_args__ = (Index("ix_example_visitor", "visitor", "id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    visitor: Mapped[str] = mapped_column(String(32))
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"), index=True)
    number: Mapped[int] = mapped_column()  # of the digit in its entry, from 0
    digit: Mapped[int] = mapped_column()  # what it is, 0 to 9
    model: Mapped[str] = mapped_column(String(16))  # what its look is made of, `recognizer.hand.LOOK`
    features: Mapped[bytes] = mapped_column(LargeBinary)  # its look, packed by `recognizer.hand`


class Consent(db.Model):  # type: ignore[name-defined, misc]  # made at run time
    """A visitor who allows the site's owner to train with the frames whose labels they have checked."""

    __tablename__ = "consent"

    visitor: Mapped[str] = mapped_column(String(32), primary_key=True)
    given_at: Mapped[datetime] = mapped_column(UTCDateTime, default=lambda: datetime.now(UTC))


def init_app(app: Flask) -> None:
    """Bind the database that DIGITS_DATABASE_URL names to the app, and bring its schema up to date."""
    url, own_file = app.config["DATABASE_URL"], app.config["INSTANCE"] / "digits.sqlite"
    app.config["SQLALCHEMY_DATABASE_URI"] = url or URL.create("sqlite", database=str(own_file))
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = POSTGRESQL if url.startswith("postgresql") else {}
    db.init_app(app)
    migrate.init_app(app)
    with app.app_context(), _lock(app.instance_path):
        if not url:
            own_file.touch(mode=0o600)
            own_file.chmod(0o600)  # as its log will be
        upgrade()
        db.engine.dispose()  # no connection may be carried across gunicorn's forks


def empty_log() -> None:
    """Let what was erased stand in no file of SQLite, as far as nobody reads just now; other databases see to it."""
    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def _lock(folder: str) -> Iterator[None]:
    """Make other processes of the same instance wait: of two that turn a new SQLite file to WAL at once, one fails."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: object, record: object) -> None:
    """Let readers and one writer work side by side, and writers wait for each other. Raises OperationalError."""
    if isinstance(connection, sqlite3.Connection):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("PRAGMA foreign_keys=ON")
            connection.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten
            connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT}")
        except sqlite3.DatabaseError as error:
            raise OperationalError("PRAGMA", {}, error) from error


@event.listens_for(Engine, "handle_error")
def _tell_damage(context: ExceptionContext) -> OperationalError | None:
    """Take a damaged SQLite file for what it is to the site, a database that is not available."""
    if type(error := context.original_exception) is sqlite3.DatabaseError:
        return OperationalError(context.statement, context.parameters, error)
    return None
