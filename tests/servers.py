"""Servers that the site stands on, each started for a test alone."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.conftest import need
from tests.processes import spawn, wait_until


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def redis_server(port: int) -> Iterator[str]:
    """Give the URL of a Redis on this port that keeps nothing on disk."""
    need(shutil.which("redis-server"), "Redis (Debian and Ubuntu: apt-get install redis-server)")
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with spawn(command, stdout=subprocess.DEVNULL):
        wait_for(port)
        yield f"redis://127.0.0.1:{port}/0"


def wait_for(port: int) -> None:
    """Wait until somebody listens there."""

    def does_listen() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    wait_until(does_listen)


@contextmanager
def postgresql_server() -> Iterator[str]:
    """Give the SQLAlchemy URL of the own database of a PostgreSQL, a cluster that is gone afterwards."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    need(programs, "PostgreSQL's server programs (Debian and Ubuntu: apt-get install postgresql)")
    programs_folder, port = programs[-1].parent, free_port()
    with tempfile.TemporaryDirectory() as folder:
        user = _unprivileged(folder)
        cluster = Path(folder) / "cluster"
        initdb = [programs_folder / "initdb", "-D", cluster, "-U", "digits", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(initdb, check=True, user=user, stdout=subprocess.DEVNULL, cwd=folder)
        options = ["-D", cluster, "-p", str(port), "-k", folder, "-c", "fsync=off", "-c", "listen_addresses=127.0.0.1"]
        command = [programs_folder / "postgres", *options]
        how = signal.SIGINT  # ends without waiting for open connections
        with spawn(command, how, user=user, stderr=subprocess.DEVNULL, cwd=folder):
            wait_until(lambda: _does_answer(port))
            yield f"postgresql+psycopg://digits@127.0.0.1:{port}/postgres"


def _unprivileged(folder: str) -> str | None:
    """PostgreSQL refuses to run as root; then its own user takes the folder."""
    if os.geteuid() != 0:
        return None
    user = pwd.getpwnam("postgres")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return user.pw_name


def _does_answer(port: int) -> bool:
    try:
        psycopg.connect(host="127.0.0.1", port=port, user="digits", dbname="postgres").close()
    except psycopg.OperationalError:
        return False
    return True
