"""How fast the site starts and what a worker weighs, beside a Flask site under gunicorn that does nothing.

scripts/bench serving [--runs 5] [--requests 100]
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
EMPTY = "import flask\napp = flask.Flask(__name__)\napp.post('/api/v1/recognize')(lambda: {})\n"
MB = 1024  # kB, as /proc counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--requests", type=int, default=100)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "empty.py").write_text(EMPTY)
        empty = [sys.executable, "-m", "gunicorn", "-c", "/dev/null", "-w", "2", "--preload", "empty:app"]
        sites = {
            "this site": lambda: serving([ROOT / "scripts" / "serve"], ROOT, folder),
            "empty Flask": lambda: serving(empty, Path(folder), folder),
        }
        starts: dict[str, list[float]] = {name: [] for name in sites}
        for _ in range(options.runs):  # in turn, so that a noisy moment meets both
            for name, site in sites.items():
                with site() as (_, _, seconds):
                    starts[name].append(seconds)
        print(f"process start to first answered request, median of {options.runs} (s)")
        compare({name: statistics.median(seconds) for name, seconds in starts.items()})
        resident = {}
        for name, site in sites.items():
            with site() as (process, url, _):
                for _ in range(options.requests):
                    post(url)
                resident[name] = max(memory(worker)["Rss"] for worker in children(process.pid)) / MB
        print(f"resident memory of the larger worker after {options.requests} requests (MB)")
        compare(resident)


def compare(figures: dict[str, float]) -> None:
    first, second = figures.values()
    for name, figure in figures.items():
        print(f"  {name:12}{figure:8.2f}")
    print(f"  {'ratio':12}{first / second:8.2f}")


@contextmanager
def serving(
    command: Sequence[str | Path], folder: Path, instance: str
) -> Iterator[tuple[subprocess.Popen, str, float]]:
    """Give the process, its address and the seconds from its start to its first answer."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    bind = [] if "serve" in str(command[0]) else ["-b", f"127.0.0.1:{port}"]
    environment = os.environ | {"PORT": str(port), "DIGITS_INSTANCE": instance}
    start = time.perf_counter()
    process = subprocess.Popen([*command, *bind], cwd=folder, env=environment, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}/api/v1/recognize"
        while True:
            try:
                post(url)
                break
            except (urllib.error.URLError, ConnectionError):
                if process.poll() is not None:
                    sys.exit(f"{command[0]} did not start.")
                time.sleep(0.005)
        yield process, url, time.perf_counter() - start
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def post(url: str) -> None:
    """Post a drawn 7 of 400×400 pixels."""
    with urllib.request.urlopen(urllib.request.Request(url, PICTURE, {"Content-Type": "image/png"})) as answer:
        answer.read()


def _picture() -> bytes:
    canvas = np.full((400, 400), 255, np.uint8)
    cv2.polylines(canvas, [np.array([[100, 80], [300, 80], [180, 340]])], False, 0, 16, cv2.LINE_AA)
    return cv2.imencode(".png", canvas)[1].tobytes()


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def memory(pid: int) -> dict[str, int]:
    """Kilobytes by kind, such as Rss (resident), Pss and Private_Dirty (unique)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    return {line.split(":")[0]: int(line.split()[1]) for line in lines}


PICTURE = _picture()

if __name__ == "__main__":
    main()
