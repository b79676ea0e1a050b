"""Files that are valid, small and costly take a bounded time and memory of a real site, counted in what it computes."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from benchmarks.cost import MB, computed, post, press, weigh
from tests.costly import make_all
from tests.drawing import SEVEN, SEVEN_PNG, draw, encode, photograph
from tests.serving import running

SECONDS = 3  # of computing for a file
NODE = 1000  # megabytes of the whole site while eight are read at once
GROWTH = 20  # megabytes that it may have grown by after all


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site that has read what people send, so that all is loaded."""
    with running(tmp_path_factory.mktemp("site") / "instance", WORKERS="2") as found:
        press(found, encode(photograph(draw(SEVEN, (400, 400)))), 8)
        yield found


def test_costly_files_take_a_bounded_time(site):
    before = weigh(site)
    for name, data in make_all().items():
        spent = computed(site)
        assert post(site, data) in (200, 413, 422), name
        assert computed(site) - spent < SECONDS, name
    assert weigh(site) - before < GROWTH * MB


def test_many_at_once_take_a_bounded_memory_and_leave_room_for_others(site):
    worst = make_all()["WebP, animated, 25 megapixels"]
    statuses, most, _ = press(site, worst, 8)
    assert set(statuses) <= {200, 503}
    assert most < NODE * MB


def test_a_form_without_files_takes_little_memory(site):
    form = {"data": b"a=b&" * 4_700_000, "headers": {"Content-Type": "application/x-www-form-urlencoded"}}
    before = weigh(site)
    with ThreadPoolExecutor(4) as senders:
        statuses = senders.map(lambda _: requests.post(f"{site.url}/read", timeout=60, **form).status_code, range(4))
        assert set(statuses) == {413}
    assert post(site, SEVEN_PNG) == 200
    assert weigh(site) - before < GROWTH * MB
