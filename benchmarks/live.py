"""How fast a drawing is read while it is drawn, with history on: SQLite beside PostgreSQL.

scripts/bench live [--seconds 5]
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

import requests

from benchmarks.serving import ROOT, serving
from tests.drawing import SEVEN_PNG
from tests.servers import postgresql_server

VISITORS = 8  # at once
LIVE = 5  # answers while one draws, before the drawing is kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=5)
    report(parser.parse_args().seconds)


def report(seconds: int) -> None:
    """Print answers a second, and what they take, of each database."""
    print(f"{VISITORS} visitors draw, {LIVE} live answers and then one kept in the history")
    figure("SQLite", "", seconds)
    with postgresql_server() as url:
        figure("PostgreSQL", url, seconds)


def figure(name: str, database: str, seconds: int) -> None:
    os.environ["DIGITS_DATABASE_URL"] = database
    with tempfile.TemporaryDirectory() as folder, serving([ROOT / "scripts" / "serve"], ROOT, folder) as (_, url, _):
        site, end = url.removesuffix("/api/v1/recognize"), time.perf_counter() + seconds
        with ThreadPoolExecutor(VISITORS) as pool:
            found = list(pool.map(lambda _: drawn(site, end), range(VISITORS)))
    live, kept = ([took for visitor in found for took in visitor[kind]] for kind in (0, 1))
    medians = f"live {1000 * statistics.median(live):6.1f} ms   kept {1000 * statistics.median(kept):6.1f} ms"
    print(f"  {name:24}{(len(live) + len(kept)) / seconds:10.0f} a second   {medians}", flush=True)


def drawn(site: str, end: float) -> tuple[list[float], list[float]]:
    """What live answers, and answers kept, take a visitor who draws until the end, in seconds."""
    browser, live, kept = requests.Session(), [], []
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', browser.get(site).text)
    if token is None:
        sys.exit("The page has no form.")
    form = {"csrf_token": token[1], "source": "canvas"}
    while time.perf_counter() < end:
        live += [send(browser, f"{site}/live", form, 200) for _ in range(LIVE)]
        kept.append(send(browser, f"{site}/read", form, 303))
    return live, kept


def send(browser: requests.Session, url: str, form: dict[str, str], status: int) -> float:
    start = time.perf_counter()
    answer = browser.post(url, data=form, files={"image": ("drawing.png", SEVEN_PNG)}, allow_redirects=False)
    if answer.status_code != status:
        sys.exit(f"{url} answered {answer.status_code}.")
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
