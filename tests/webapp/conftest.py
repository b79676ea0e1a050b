"""The databases that people use, each test with an empty one of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psycopg
import pytest

from tests.servers import postgresql_server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The SQLAlchemy URL of the server's own database."""
    with postgresql_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path) -> str:
    """An empty database of each kind that people use."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'own.sqlite'}"
    server = request.getfixturevalue("postgresql")
    name = f"test_{os.urandom(4).hex()}"
    with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server.rpartition("/")[0] + f"/{name}"
