"""The site as users run it: `scripts/serve` on a free port, in an instance folder of its own."""

from __future__ import annotations

import os
import re
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.processes import spawn, wait_until
from tests.servers import free_port
from webapp.config import ROOT

SERVE = ROOT / "scripts" / "serve"


class Site(NamedTuple):
    """A running site: its address, and gunicorn's process, whose children are the workers."""

    url: str
    gunicorn: int

    def workers(self) -> list[int]:
        return children(self.gunicorn)


@contextmanager
def served(instance: Path, **environment: str) -> Iterator[str]:
    """Give the address of a running site; its output goes to `instance`/log."""
    with running(instance, **environment) as site:
        yield site.url


@contextmanager
def running(instance: Path, **environment: str) -> Iterator[Site]:
    """Give a running site; its output goes to `instance`/log."""
    port = free_port()
    instance.mkdir(exist_ok=True)
    url = f"http://127.0.0.1:{port}"
    with (
        (instance / "log").open("w") as log,
        spawn([SERVE], env=variables(instance, PORT=str(port), **environment), stdout=log, stderr=log) as process,
    ):
        wait_until(lambda: _is_ready(url, process))
        yield Site(url, process.pid)


def find_token(page: str) -> str:
    """The CSRF token of the forms of a page."""
    return re.findall(r'name="csrf_token"[^>]* value="([^"]+)"', page)[0]


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def memory(pid: int) -> dict[str, int]:
    """Kilobytes by kind, such as Rss (resident), Pss and Private_Dirty (unique)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    return {line.split(":")[0]: int(line.split()[1]) for line in lines}


def resident(pid: int) -> int:
    return memory(pid)["Rss"]


def peak(pid: int) -> int:
    """The most memory that a process has had so far, in kB."""
    (line,) = (line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1])


def variables(instance: Path, **environment: str) -> dict[str, str]:
    """What a site with this instance folder finds in its environment."""
    return os.environ | {"DIGITS_INSTANCE": str(instance)} | environment


def _is_ready(url: str, process: subprocess.Popen) -> bool:
    try:
        urllib.request.urlopen(f"{url}/readyz").close()
    except (urllib.error.URLError, ConnectionError):
        if process.poll() is not None:
            raise RuntimeError("the site did not start") from None
        return False
    return True
