"""Programs that tests start, each in a session of its own, so that no signal meant for one reaches the test runner."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

PATIENCE = 60  # seconds

Found = TypeVar("Found")


def start(command: list, **options: object) -> subprocess.Popen:
    """Start a program that leads a session, and so a process group, of its own."""
    return subprocess.Popen(command, start_new_session=True, **options)


def end(process: subprocess.Popen, how: signal.Signals = signal.SIGTERM) -> None:
    """Ask a program to end, and kill what is left of its process group when it has ended or its time is up."""
    process.send_signal(how)
    try:
        process.wait(PATIENCE)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def spawn(command: list, how: signal.Signals = signal.SIGTERM, **options: object) -> Iterator[subprocess.Popen]:
    """Start a program, and end it afterwards."""
    with start(command, **options) as process:
        try:
            yield process
        finally:
            end(process, how)


def wait_until(find: Callable[[], Found]) -> Found:
    """Look again and again until there is something to find, and return it."""
    limit = time.monotonic() + PATIENCE
    while not (found := find()):
        assert time.monotonic() < limit, f"waited {PATIENCE} seconds in vain"
        time.sleep(0.02)
    return found
