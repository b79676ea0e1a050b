"""A program of this package in a process of its own, which can be stopped: bytes of a file in, bytes out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PATIENCE = 10  # seconds, waiting for a processor included
OURS = "DIGITS_"  # what the site is told, keys among it, is not for a program that a file may take over
FRUGAL = {"MALLOC_ARENA_MAX": "1", "OPENBLAS_NUM_THREADS": "1"}  # else each thread asks for memory of its own


class Stopped(Exception):
    """The program asked for more time or memory than it may have."""


class Failed(Exception):
    """The program could not do its work; the message is what it said last."""


def run(program: str, *words: object, data: bytes) -> bytes:
    """Return what a program, a file beside this one, answers to words and `data`, within limits.

    Raises Stopped, Failed.
    """
    files = (str(Path(__file__).parent / name) for name in ("limits.py", program))
    command = [sys.executable, "-I", *files, *map(str, words)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(OURS)} | FRUGAL
    try:
        done = subprocess.run(  # noqa: S603, our own
            command, input=data, capture_output=True, timeout=PATIENCE, check=False, env=environment
        )
    except subprocess.TimeoutExpired:
        raise Stopped from None
    said = done.stderr.decode(errors="replace").strip()
    if done.returncode < 0 or "MemoryError" in said:
        raise Stopped
    if done.returncode:
        raise Failed(said.rpartition("\n")[2])  # after warnings
    return done.stdout
