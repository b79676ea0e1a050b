"""The figures for Prometheus, of a site with several processes."""

import tempfile
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.drawing import FOUR_PNG, SEVEN_PNG
from tests.serving import served
from tests.test_serving import post


def folders() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob("digits-metrics-*"))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    before = folders()
    with served(tmp_path_factory.mktemp("site") / "instance", WORKERS="3", DIGITS_METRICS="1") as url:
        yield url
    assert folders() == before


def figures(url):
    """Each sample's value by its name and labels."""
    with urllib.request.urlopen(f"{url}/metrics") as response:
        assert response.headers["Content-Type"].startswith("text/plain")
        families = text_string_to_metric_families(response.read().decode())
    samples = [sample for family in families for sample in family.samples]
    return {(sample.name, *sorted(sample.labels.values())): sample.value for sample in samples}


def test_all_processes_are_counted_together(site):
    before = figures(site)
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda picture: post(site, picture)[0], [SEVEN_PNG, FOUR_PNG, b"nonsense"] * 30))
    assert codes == [200, 200, 415] * 30
    after = figures(site)
    wanted = {
        ("digits_requests_total", "200", "api.recognize"): 60,
        ("digits_requests_total", "415", "api.recognize"): 30,
        ("digits_request_seconds_count", "api.recognize"): 90,
        ("digits_request_seconds_bucket", "+Inf", "api.recognize"): 90,
        ("digits_read_total", "false", "flagship"): 60,
    }
    assert {key: after[key] - before.get(key, 0) for key in wanted} == wanted
    assert after["digits_request_seconds_sum", "api.recognize"] > 0


def test_the_figures_are_the_same_whoever_is_asked(site):
    post(site, SEVEN_PNG)
    read = {figures(site)["digits_read_total", "false", "flagship"] for _ in range(20)}
    assert len(read) == 1


def test_unless_asked_for_there_are_none(tmp_path):
    with served(tmp_path / "instance", WORKERS="1") as url, pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{url}/metrics")


def test_a_folder_that_the_owner_has_set_is_left_to_them(tmp_path):
    before, own = folders(), tmp_path / "own"
    own.mkdir()
    with served(tmp_path / "instance", WORKERS="1", DIGITS_METRICS="1", PROMETHEUS_MULTIPROC_DIR=str(own)) as url:
        assert figures(url)
        assert folders() == before
    assert list(own.glob("*.db"))
