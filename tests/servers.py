"""Servers that the site stands on, each started for a test alone."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.conftest import need

PATIENCE = 30  # seconds


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def redis_server(port: int) -> Iterator[str]:
    """Give the URL of a Redis on this port that keeps nothing on disk."""
    need(shutil.which("redis-server"), "Redis (Debian and Ubuntu: apt-get install redis-server)")
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(PATIENCE)


def wait_for(port: int) -> None:
    """Wait until somebody listens there."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError(f"nobody listens on port {port}")


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
        server = subprocess.Popen(
            [programs_folder / "postgres", *options], user=user, stderr=subprocess.DEVNULL, cwd=folder
        )
        try:
            _wait_for_postgresql(port)
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


def _wait_for_postgresql(port: int) -> None:
    for _ in range(300):
        try:
            psycopg.connect(host="127.0.0.1", port=port, user="digits", dbname="postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("PostgreSQL does not answer")
