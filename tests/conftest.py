"""Fixtures for all tests. What a test needs and does not find is a skip with the reason; with CI=true, a failure."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

# Before the libraries look: threads of processes that share the processors only wait for each other.
if "PYTEST_XDIST_WORKER" in os.environ:
    for name in ("OMP_NUM_THREADS", "OPENCV_FOR_THREADS_NUM", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
        os.environ[name] = "1"

import numpy as np
import pytest

import train.data
from recognizer import Model
from train.pen import Writing, parse_unipen
from webapp import config, create_app

DATA = Path(os.environ.get("DIGITS_DATA", "/nowhere"))
AVERAGED = Path(__file__).parent / "data" / "averaged"  # a bundle of two tiny networks whose answers are averaged
SAMPLE = Path(__file__).parent / "data" / "pendigits-orig.tra.gz"  # in the form of the file that UCI publishes


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the tests that take minutes, too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the files that take longest first, so that no process ends alone, and leave out what takes minutes."""
    items.sort(key=lambda item: "tests/train/" not in item.nodeid)
    if not config.getoption("--long"):
        long = [item for item in items if item.get_closest_marker("long")]
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


def need(there: object, what: str) -> None:
    """Skip, or in CI fail, unless something a test needs is there."""
    if there:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"needed in CI: {what}")
    pytest.skip(f"needs {what}")


def data_file(name: str) -> Path:
    path = DATA / name
    need(path.is_file(), f"{name} in the folder that DIGITS_DATA names")
    return path


@pytest.fixture(scope="session")
def model() -> Model:
    """The model that comes with the repository and reads by default."""
    return Model(config.find_model(config.read({})))


@pytest.fixture(scope="session")
def mnist_test() -> tuple[np.ndarray, np.ndarray]:
    """MNIST's test set as (10000, 28, 28) uint8 and labels."""
    with np.load(data_file("mnist.npz")) as archive:
        return archive["x_test"], archive["y_test"]


@pytest.fixture(scope="session")
def writings() -> list[Writing]:
    """420 digits of pendigits, 42 of each digit, by 30 writers."""
    return load_writings()


def load_writings() -> list[Writing]:
    return parse_unipen(gzip.decompress(SAMPLE.read_bytes()).decode("ascii"))


@pytest.fixture(scope="session")
def strokes_file(tmp_path_factory, writings) -> Path:
    """The same digits as somebody's own, as JSON."""
    items = [
        {"label": str(one.label), "strokes": [stroke.tolist() for stroke in one.strokes], "writer": one.writer}
        for one in writings
    ]
    path = tmp_path_factory.mktemp("strokes") / "strokes.json"
    path.write_text(json.dumps(items))
    return path


@pytest.fixture
def small_pendigits(monkeypatch) -> None:
    """The data set pendigits is the 420 digits, found and checked as all of it would be."""
    monkeypatch.setenv("DIGITS_DATA", str(SAMPLE.parent))
    checksum = hashlib.sha256(gzip.decompress(SAMPLE.read_bytes())).hexdigest()
    monkeypatch.setattr(train.data, "PENDIGITS_SHA256", checksum)


@pytest.fixture
def settings(tmp_path):
    return {"INSTANCE": tmp_path / "instance", "SECRET_KEY": "sixteen for tests"}


@pytest.fixture
def app(settings):
    app = create_app(settings)
    app.testing = True
    return app


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def runner(app):
    return app.test_cli_runner()


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Let Ctrl-C interrupt the test and what it starts, though who started the runner had it ignored, as nohup does."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of two megabytes, in memory."""
    folder = tmp_path / "small"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], check=False).returncode:
        pytest.skip("may not mount a file system here")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)
