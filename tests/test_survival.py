"""The running site while its processes are renewed or killed under load."""

import itertools
import os
import re
import signal
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.drawing import FOUR_PNG, SEVEN_PNG
from tests.servers import PATIENCE
from tests.serving import Site, resident, running

CLIENTS = 8


def upload(browser: requests.Session, url: str, picture: bytes) -> requests.Response:
    page = browser.get(f"{url}/upload", timeout=PATIENCE).text
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page)[1]
    form = {"csrf_token": token, "source": "upload"}
    return browser.post(
        f"{url}/read", data=form, files={"image": ("a.png", picture)}, timeout=PATIENCE, allow_redirects=False
    )


def kept(instance: Path) -> list[int]:
    connection = sqlite3.connect(instance / "digits.sqlite")
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return [number for (number,) in connection.execute("SELECT id FROM entry")]
    finally:
        connection.close()


def answers_while_killed(site: Site, instance: Path, seconds: float) -> None:
    """What clients were answered while a worker is killed each second: all of it is kept, none of it twice."""
    done = threading.Event()

    def ask(number: int) -> tuple[list[int], int]:
        browser, ids, lost = requests.Session(), [], 0
        while not done.is_set():
            try:
                answer = upload(browser, site.url, [SEVEN_PNG, FOUR_PNG][number % 2])
            except requests.RequestException:
                lost += 1
                continue
            assert answer.status_code == 303
            ids.append(int(answer.headers["Location"].rpartition("/")[2]))
        return ids, lost

    with ThreadPoolExecutor(CLIENTS) as pool:
        results = [pool.submit(ask, number) for number in range(CLIENTS)]
        try:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                time.sleep(1)
                for worker in site.workers()[:1]:
                    os.kill(worker, signal.SIGKILL)
        finally:
            done.set()
        answered = [result.result() for result in results]
    ids = list(itertools.chain(*(found for found, _ in answered)))
    lost = sum(count for _, count in answered)
    stored = kept(instance)
    assert len(ids) > 10 * seconds / 5
    assert len(set(ids)) == len(ids)
    assert set(ids) <= set(stored)
    assert len(stored) <= len(ids) + lost  # what is kept besides was read for those whose answer was lost


def test_what_was_answered_is_kept_though_workers_are_killed(tmp_path):
    with running(tmp_path / "instance") as site:
        answers_while_killed(site, tmp_path / "instance", 5)


@pytest.mark.long
def test_what_was_answered_is_kept_though_workers_are_killed_for_a_minute(tmp_path):
    with running(tmp_path / "instance") as site:
        answers_while_killed(site, tmp_path / "instance", 60)


def renew(site: Site) -> None:
    """Have all workers replaced, and wait until they are."""
    before = set(site.workers())
    os.kill(site.gunicorn, signal.SIGHUP)
    end = time.monotonic() + PATIENCE
    while before & (now := set(site.workers())) or not now:
        assert time.monotonic() < end, f"{before} are still among {now}"
        time.sleep(0.1)


def test_a_reload_under_load_drops_nothing(tmp_path):
    with running(tmp_path / "instance") as site:
        done = threading.Event()

        def ask() -> list[int]:
            browser, codes = requests.Session(), []
            browser.headers["Connection"] = "close"  # as nginx asks; an idle one may end just when it is used
            while not done.is_set():
                codes.append(upload(browser, site.url, SEVEN_PNG).status_code)
            return codes

        with ThreadPoolExecutor(CLIENTS) as pool:
            results = [pool.submit(ask) for _ in range(CLIENTS)]
            try:
                for _ in range(3):
                    time.sleep(1)
                    renew(site)
            finally:
                done.set()
            codes = [code for result in results for code in result.result()]
        assert len(codes) > 30
        assert set(codes) == {303}


@pytest.mark.long
def test_memory_does_not_grow_over_twenty_thousand_requests(tmp_path):
    with running(tmp_path / "instance", WORKERS="1") as site:
        url, (worker,) = site.url, site.workers()

        def ask(count: int) -> int:
            with ThreadPoolExecutor(CLIENTS) as pool:
                codes = pool.map(
                    lambda _: requests.post(f"{url}/api/v1/recognize", data=SEVEN_PNG, timeout=PATIENCE).status_code,
                    range(count),
                )
                assert set(codes) == {200}
            return resident(worker)

        settled = ask(2000)
        assert ask(18_000) < 1.05 * settled


def visit(browser: requests.Session, url: str) -> set[int]:
    """What somebody is answered who has a picture kept, looks at it and at the history; a program asks meanwhile."""
    kept = upload(browser, url, FOUR_PNG)
    answers = [browser.get(url + place, timeout=PATIENCE) for place in (kept.headers["Location"], "/history")]
    answers.append(requests.post(f"{url}/api/v1/recognize", data=SEVEN_PNG, timeout=PATIENCE))
    return {kept.status_code, *(answer.status_code for answer in answers)}


def visits(url: str, seconds: float, rate: float | None = None) -> int:
    """How many visits there were, all of them answered well; `rate` a second at most."""
    pause = CLIENTS / rate if rate else 0.0
    start = time.monotonic()

    def come_again(_: int) -> int:
        count = 0
        while (now := time.monotonic() - start) < seconds:
            assert visit(requests.Session(), url) == {200, 303}
            count += 1
            time.sleep(max(0.0, start + now + pause - time.monotonic()))
        return count

    with ThreadPoolExecutor(CLIENTS) as pool:
        return sum(pool.map(come_again, range(CLIENTS)))


@pytest.mark.long
def test_memory_does_not_grow_in_half_an_hour_at_half_load(tmp_path):
    with running(tmp_path / "instance") as site:
        seconds = float(os.environ.get("SOAK_SECONDS", "1800"))
        half = visits(site.url, 10) / 10 / 2
        visits(site.url, seconds / 5, half)
        workers = site.workers()
        settled = max(map(resident, workers))
        assert visits(site.url, seconds * 4 / 5, half) > half * seconds * 4 / 5 / 2
        assert site.workers() == workers
        assert max(map(resident, workers)) < 1.05 * settled
