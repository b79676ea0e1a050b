"""A real PostgreSQL for the tests that need one: a cluster of its own, on a free port, gone afterwards."""

from __future__ import annotations

import os
import pwd
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.conftest import need


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The SQLAlchemy URL of the server's own database."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    need(programs, "PostgreSQL's server programs (Debian and Ubuntu: apt-get install postgresql)")
    programs_folder, port = programs[-1].parent, free_port()
    with tempfile.TemporaryDirectory() as folder:
        user = _unprivileged(folder)
        cluster = Path(folder) / "cluster"
        initdb = [programs_folder / "initdb", "-D", cluster, "-U", "digits", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(initdb, check=True, user=user, stdout=subprocess.DEVNULL, cwd=folder)
        options = ["-D", cluster, "-p", str(port), "-k", folder, "-c", "fsync=off", "-c", "listen_addresses=127.0.0.1"]
        server = subprocess.Popen(
            [programs_folder / "postgres", *options], user=user, stderr=subprocess.DEVNULL, cwd=folder
        )
        try:
            _wait(port)
            yield f"postgresql+psycopg://digits@127.0.0.1:{port}/postgres"
        finally:
            server.send_signal(signal.SIGINT)  # ends without waiting for open connections
            server.wait(30)


def _unprivileged(folder: str) -> str | None:
    """PostgreSQL refuses to run as root; then its own user takes the folder."""
    if os.geteuid() != 0:
        return None
    user = pwd.getpwnam("postgres")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return user.pw_name


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            psycopg.connect(host="127.0.0.1", port=port, user="digits", dbname="postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("PostgreSQL does not answer")


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
