"""The running site while its processes are renewed or killed under load."""

import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.drawing import FOUR_PNG, SEVEN_PNG
from tests.processes import PATIENCE, wait_until
from tests.serving import Site, find_token, resident, running

CLIENTS = 8


def upload(browser: requests.Session, url: str, picture: bytes) -> requests.Response:
    page = browser.get(f"{url}/upload", timeout=PATIENCE).text
    token = find_token(page)
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


@contextmanager
def asked(ask: Callable[[int], None]) -> Iterator[None]:
    """Have each of the clients, by its number, ask again and again meanwhile; what it raises is raised here."""
    done = threading.Event()

    def go_on(number: int) -> None:
        while not done.is_set():
            ask(number)

    with ThreadPoolExecutor(CLIENTS) as pool:
        clients = [pool.submit(go_on, number) for number in range(CLIENTS)]
        try:
            yield
        finally:
            done.set()
            for client in clients:
                client.result()


def wait_for_more(answers: list) -> None:
    """Wait until there are some more for each client."""
    enough = len(answers) + 3 * CLIENTS
    wait_until(lambda: len(answers) >= enough)


def kill_workers(instance: Path, times: int) -> None:
    """Kill a worker so many times under load: all that was answered is kept, none of it twice."""
    ids, lost = [], []
    browsers = [requests.Session() for _ in range(CLIENTS)]

    def ask(number: int) -> None:
        try:
            answer = upload(browsers[number], site.url, [SEVEN_PNG, FOUR_PNG][number % 2])
        except requests.RequestException as error:
            lost.append(error)
        else:
            assert answer.status_code == 303
            ids.append(int(answer.headers["Location"].rpartition("/")[2]))

    with running(instance) as site:
        with asked(ask):
            for _ in range(times):
                wait_for_more(ids)
                os.kill(wait_until(site.workers)[0], signal.SIGKILL)
            wait_for_more(ids)
        stored = kept(instance)
    assert len(set(ids)) == len(ids)
    assert set(ids) <= set(stored)
    assert len(stored) <= len(ids) + len(lost)  # what is kept besides was read for those whose answer was lost


def test_what_was_answered_is_kept_though_workers_are_killed(tmp_path):
    kill_workers(tmp_path / "instance", 5)


@pytest.mark.long
def test_what_was_answered_is_kept_though_sixty_workers_are_killed(tmp_path):
    kill_workers(tmp_path / "instance", 60)


def renew(site: Site) -> None:
    """Have all workers replaced, and wait until they are."""
    before = set(site.workers())
    os.kill(site.gunicorn, signal.SIGHUP)
    wait_until(lambda: (now := set(site.workers())) and not before & now)


def test_a_reload_under_load_drops_nothing(tmp_path):
    codes = []
    browsers = [requests.Session() for _ in range(CLIENTS)]
    for browser in browsers:
        browser.headers["Connection"] = "close"  # as nginx asks; an idle one may end just when it is used

    with running(tmp_path / "instance") as site:
        with asked(lambda number: codes.append(upload(browsers[number], site.url, SEVEN_PNG).status_code)):
            for _ in range(3):
                wait_for_more(codes)
                renew(site)
            wait_for_more(codes)
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
