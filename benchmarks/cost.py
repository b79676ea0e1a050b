"""What files that are valid, small and costly take of the site: time, memory, and how long somebody else waits for it.

WORKERS=2 scripts/bench cost [--at-once 8] [--curve]

Each file is read once alone, for the computing that it takes in all processes of the site, then by many at once, for
the memory of them all (each page counted once, PSS) and the longest wait of somebody who draws meanwhile. With --curve,
how the computing grows with the side of a picture full of strokes.
"""

from __future__ import annotations

import argparse
import contextlib
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

from tests.costly import make_all, make_strokes
from tests.drawing import SEVEN, SEVEN_PNG, draw, encode, photograph
from tests.serving import Site, memory, running

MB = 1024  # kB, as /proc counts
STEP = 0.02  # seconds between two looks
TICKS = 100  # of a second, as /proc/PID/stat counts time (USER_HZ)
SIDES = (800, 1600, 3200, 6400)
PATIENCE = 120  # seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--curve", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "instance") as site:
        press(site, encode(photograph(draw(SEVEN, (400, 400)))), options.at_once)  # until all is loaded
        if options.curve:
            draw_curve(site)
        else:
            list_costs(site, options.at_once)


def list_costs(site: Site, at_once: int) -> None:
    """A row for each costly file, and what the site weighs before and after."""
    before = weigh(site) / MB
    print(f"{'':38}{'kB':>7}{'status':>8}{'CPU s':>8}   {at_once} at once: {'MB':>6}{'wait s':>8}  statuses")
    for name, data in make_all().items():
        spent = computed(site)
        status = post(site, data)
        spent = computed(site) - spent
        statuses, most, longest = press(site, data, at_once)
        counted = ", ".join(f"{statuses.count(kind)} × {kind}" for kind in sorted(set(statuses)))
        print(f"{name:38}{len(data) / 1000:7.0f}{status:8}{spent:8.2f}{'':13}{most / MB:6.0f}{longest:8.2f}  {counted}")
    print(f"\nthe site weighs {before:.0f} MB before and {weigh(site) / MB:.0f} MB after")


def draw_curve(site: Site) -> None:
    """How the computing grows."""
    print(f"{'side':>6}{'megapixels':>12}{'CPU s':>8}")
    for side in SIDES:
        spent = computed(site)
        post(site, make_strokes(side, side // 15))
        print(f"{side:6}{side * side / 1e6:12.2f}{computed(site) - spent:8.2f}")


def post(site: Site, data: bytes) -> int:
    """Read a picture, and return the status."""
    return requests.post(f"{site.url}/api/v1/recognize", data=data, timeout=PATIENCE).status_code


def press(site: Site, data: bytes, at_once: int) -> tuple[list[int], float, float]:
    """The statuses of many readers at once, the most that the site weighed meanwhile (kB), and the longest wait (s)."""
    weights, waits = [], []
    with (
        repeating(lambda: weights.append(weigh(site))),
        repeating(lambda: waits.append(_wait(site))),
        ThreadPoolExecutor(at_once) as readers,
    ):
        statuses = list(readers.map(lambda _: post(site, data), range(at_once)))
    return statuses, max(weights), max(waits)


def _wait(site: Site) -> float:
    begun = time.perf_counter()
    assert post(site, SEVEN_PNG) == 200
    assert requests.get(f"{site.url}/healthz", timeout=PATIENCE).ok
    return time.perf_counter() - begun


@contextlib.contextmanager
def repeating(act: Callable[[], object]) -> Iterator[None]:
    """Do it again and again until the end of the block."""
    over = threading.Event()

    def run() -> None:
        while not over.is_set():
            act()
            time.sleep(STEP)

    thread = threading.Thread(target=run)
    thread.start()
    yield
    over.set()
    thread.join()


def processes(site: Site) -> list[int]:
    """The master, its workers, and what those started."""
    found, waiting = [], [site.gunicorn]
    while waiting:
        found.append(waiting.pop())
        for started in Path(f"/proc/{found[-1]}/task").glob("*/children"):
            with contextlib.suppress(OSError):  # it has ended
                waiting += map(int, started.read_text().split())
    return found


def weigh(site: Site) -> int:
    """The memory of all processes in kB, of which what several share counts once."""
    total = 0
    for pid in processes(site):
        with contextlib.suppress(OSError, IndexError):  # it has ended
            total += memory(pid)["Pss"]
    return total


def computed(site: Site) -> float:
    """The seconds that all processes have computed, those that have ended among them."""
    total = 0
    for pid in processes(site):
        with contextlib.suppress(OSError):  # as above
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += sum(map(int, fields[11:15]))  # user and system, its own and of its children that it waited for
    return total / TICKS


if __name__ == "__main__":
    main()
