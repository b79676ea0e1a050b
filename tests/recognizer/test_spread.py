"""Pictures read by Dask, on this machine and on a running cluster, and from addresses."""

import contextlib
import functools
import os
import re
import signal
import subprocess
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from zipfile import ZipFile

import fsspec
import pytest
from moto.server import ThreadedMotoServer

from recognizer import Model, spread
from recognizer.bulk import Files, load, rows
from recognizer.spread import FINEST, KILLING, SHARES, Left, _take
from tests.documents import make_document
from tests.drawing import FOUR_PNG, SEVEN_PNG
from tests.processes import PATIENCE, spawn, wait_until
from webapp.config import ROOT

READ = [sys.executable, "-m", "recognizer", "read"]
DASK = Path(sys.executable).with_name("dask")
COUNT = 800


def read(*arguments, **options):
    command = [*READ, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE, **options)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Many pictures, one of which is broken, and a document of two pages."""
    folder = tmp_path_factory.mktemp("pictures")
    for number in range(COUNT):
        (folder / f"{number:04}.png").write_bytes(SEVEN_PNG if number % 2 else FOUR_PNG)
    (folder / "broken.png").write_bytes(SEVEN_PNG[:200])
    (folder / "scan.pdf").write_bytes(make_document("scan.pdf", SEVEN_PNG, FOUR_PNG))
    return folder


@pytest.fixture(scope="module")
def wanted(folder):
    """What processes read in them, sorted."""
    done = read(folder, "--jobs", "2")
    lines = sorted(done.stdout.splitlines())
    assert len(lines) == COUNT + 3
    return lines


def test_dask_reads_what_processes_read(folder, wanted):
    done = read(folder, "--engine", "dask", "--jobs", "2")
    assert done.returncode == 1
    assert sorted(done.stdout.splitlines()) == wanted


AFTER_OPENCV = """
import sys, cv2, numpy
from recognizer import Model
from recognizer.bulk import rows
cv2.setNumThreads(4)
cv2.erode(numpy.zeros((4000, 4000), numpy.uint8), numpy.ones((5, 5)))
print(*(row["text"] for row in rows(sys.argv[1:], Model("flagship"), "auto", jobs=2)), cv2.getNumThreads())
"""


def test_processes_read_although_their_program_has_used_opencv(folder):
    files = [str(folder / f"{number:04}.png") for number in range(3)]
    done = subprocess.run(
        [sys.executable, "-c", AFTER_OPENCV, *files], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.stdout.split() == ["4", "7", "4", "4"]


def with_library(path):
    """The environment of a program that finds the library in a folder."""
    return os.environ | {"PYTHONPATH": str(path)}


@contextlib.contextmanager
def scheduling(log, path=ROOT):
    """Give the address of a running scheduler, and its process."""
    command = [DASK, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    with log.open("w") as out, spawn(command, env=with_library(path), stdout=out, stderr=out) as process:
        yield wait_until(lambda: re.search(r"Scheduler at: +(\S+)", log.read_text()))[1], process


@pytest.fixture
def scheduler(tmp_path):
    with scheduling(tmp_path / "scheduler") as (address, _):
        yield address


@contextlib.contextmanager
def working(scheduler):
    command = [DASK, "worker", scheduler, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
    with spawn(command, env=with_library(ROOT), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as worker:
        yield worker


def test_a_cluster_goes_on_when_a_worker_is_killed_and_nothing_is_lost(folder, wanted, scheduler, tmp_path):
    out = tmp_path / "out.tsv"
    command = [*READ, folder, "--scheduler", scheduler, "--out", out]
    with working(scheduler) as first, working(scheduler), spawn(command, cwd=ROOT) as reader:
        wait_until(lambda: out.exists() and out.stat().st_size)
        os.kill(first.pid, signal.SIGKILL)
        assert reader.wait(timeout=120) == 1
    assert sorted(out.read_text().splitlines()) == wanted


def test_a_scheduler_that_goes_away_ends_the_run_which_goes_on_with_another(folder, wanted, tmp_path):
    out, errors = tmp_path / "out.tsv", tmp_path / "errors"
    impatient = os.environ | {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "1s"}
    with errors.open("w") as log, scheduling(tmp_path / "log") as (address, scheduler), working(address):
        command = [*READ, folder, "--scheduler", address, "--out", out]
        with spawn(command, cwd=ROOT, env=impatient, stderr=log) as reader:
            wait_until(lambda: out.exists() and out.stat().st_size)
            scheduler.kill()
            assert reader.wait(timeout=PATIENCE) == 2
    assert errors.read_text().endswith("recognizer: The scheduler cannot be reached any more.\n")
    assert 0 < len(out.read_text().splitlines()) < len(wanted)
    assert read(folder, "--jobs", "2", "--out", out).returncode == 1
    assert sorted(out.read_text().splitlines()) == wanted


def test_a_cluster_that_lacks_the_library_is_an_error_that_says_so(folder, tmp_path):
    with scheduling(tmp_path / "log", tmp_path) as (address, _), working(address):
        done = read(folder / "0000.png", "--scheduler", address)
    assert done.returncode == 2
    assert "recognizer: The cluster cannot run this; it needs the same version of Digits." in done.stderr


def test_an_interrupted_run_goes_on(folder, wanted, tmp_path, ctrl_c):
    out = tmp_path / "out.tsv"
    command = [*READ, folder, "--engine", "dask", "--jobs", "2", "--out", out]
    with spawn(command, cwd=ROOT, stderr=subprocess.PIPE) as reader:
        wait_until(lambda: out.exists() and out.stat().st_size)
        reader.send_signal(signal.SIGINT)
        assert reader.wait(timeout=60) == 130
    assert 0 < len(out.read_text().splitlines()) < len(wanted)
    assert read(*command[len(READ) :]).returncode == 1
    assert sorted(out.read_text().splitlines()) == wanted


def test_without_a_scheduler_there_it_says_so():
    done = read(
        ROOT / "README.md",
        "--scheduler",
        "tcp://127.0.0.1:1",
        env=os.environ | {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "1s"},
    )
    assert done.returncode == 2
    assert done.stderr.count("recognizer: ") == 1
    assert "127.0.0.1:1" in done.stderr


def test_without_dask_it_says_what_to_do(folder, tmp_path):
    (tmp_path / "distributed.py").write_text("raise ImportError('there is none')")
    done = read(folder, "--engine", "dask", env=os.environ | {"PYTHONPATH": str(tmp_path)})
    assert done.returncode == 2
    assert "pip install -r requirements-bulk.txt" in done.stderr


class Failed:
    """A task of which nothing comes but an error."""

    def __init__(self, error):
        self.error = error

    def result(self):
        raise self.error


def give_out(left, workers=2):
    chunks = []
    while left:
        chunks.append(left.take(workers))
    return chunks


def test_what_got_lost_is_read_again_and_what_kills_is_found():
    from distributed import CancelledError, KilledWorker
    from distributed.comm.core import CommClosedError

    for error in (CancelledError(), CommClosedError()):
        left = Left(["c"])
        assert _take(Failed(error), ("a", "b"), left) == []
        assert sum(give_out(left), ()) == ("a", "b", "c")
    killed = KilledWorker("read_chunk", None, 4)
    files = tuple(map(str, range(110)))
    assert _take(Failed(killed), files, left) == []
    parts = give_out(left)
    assert max(map(len, parts)) == len(parts) - 1 == 10
    assert sum(parts, ()) == files
    assert _take(Failed(killed), ("a", "b"), left) == []
    assert give_out(left) == [("a",), ("b",)]
    assert _take(Failed(killed), ("a",), left) == [{"file": "a", "error": KILLING}]


class Done:
    """A task with an answer."""

    def __init__(self, *answer):
        self.answer = answer

    def result(self):
        return self.answer


def test_tasks_are_as_large_as_takes_a_second_and_small_towards_the_end():
    left = Left(list(map(str, range(20_000))))
    first = left.take(2)
    assert _take(Done(["row"] * len(first), len(first) / 800), first, left) == ["row"] * len(first)
    sizes = [len(chunk) for chunk in give_out(left)]
    assert sizes[0] == max(sizes) == 800
    assert sum(sizes) == 20_000 - len(first)
    assert max(sizes[-4:]) == 800 / FINEST


def test_no_more_files_are_held_than_are_given_out_soon():
    files = map(str, range(20_000))
    left = Left(files)
    first = left.take(2)
    _take(Done(["row"] * len(first), len(first) / 800), first, left)
    left.take(2)
    assert next(files) == str(len(first) + 800 * SHARES * 2)


def test_what_a_worker_gives_back_is_given_out_in_smaller_tasks():
    left = Left(["d"])
    assert _take(Done(["row"], 5.0), ("a", "b", "c"), left) == ["row"]
    assert give_out(left) == [("b",), ("c",), ("d",)]


def test_a_worker_gives_back_what_takes_long(folder, monkeypatch):
    monkeypatch.setattr(spread, "LONGEST", 0.0)
    files = tuple(str(folder / f"{number:04}.png") for number in range(3))
    (row,), seconds = spread.read_chunk(files, "flagship", "auto")
    assert row["file"] == files[0]
    assert row["text"] == "4"
    assert seconds > 0


@pytest.fixture
def bucket():
    memory = fsspec.filesystem("memory")
    memory.pipe({"/scans/a.png": SEVEN_PNG, "/scans/below/b.PNG": FOUR_PNG, "/scans/notes.txt": b"no picture"})
    memory.pipe("/scans/c.pdf", make_document("c.pdf", SEVEN_PNG, FOUR_PNG))
    yield "memory://scans"
    memory.rm("/scans", recursive=True)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("", ["a.png", "below/b.PNG", "c.pdf#page=1", "c.pdf#page=2"]),
        ("/*.png", ["a.png"]),
        ("/**/*.PNG", ["below/b.PNG"]),
        ("/c.pdf", ["c.pdf#page=1", "c.pdf#page=2"]),
        ("/nothing.png", ["nothing.png"]),
    ],
)
def test_addresses_are_looked_through_as_folders_are(bucket, name, found):
    assert [file.replace("memory:///", "memory://") for file in Files([bucket + name])] == [
        f"{bucket}/{file}" for file in found
    ]


def test_pictures_at_an_address_are_read(bucket, model):
    found = list(rows(Files([bucket]), model, "auto"))
    assert [row["text"] for row in found] == ["7", "4", "7", "4"]
    (missing,) = rows(Files([f"{bucket}/nothing.png"]), model, "auto")
    assert missing["error"]


def test_members_of_an_archive_are_read(tmp_path, model):
    with ZipFile(tmp_path / "scans.zip", "w") as archive:
        archive.writestr("a.png", SEVEN_PNG)
        archive.writestr("b/c.png", FOUR_PNG)
    files = Files([f"zip://**/*.png::{tmp_path}/scans.zip"])
    assert [row["text"] for row in rows(files, model, "auto")] == ["7", "4"]


@pytest.fixture
def web(tmp_path):
    """The address of a real web server that lists two pictures."""
    (tmp_path / "a.png").write_bytes(SEVEN_PNG)
    (tmp_path / "b.png").write_bytes(FOUR_PNG)
    handler = functools.partial(SimpleHTTPRequestHandler, directory=tmp_path)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_pictures_of_a_web_server_are_read(web):
    done = read(f"{web}/*.png", f"{web}/nothing.png", "--jobs", "2")
    assert done.stdout.splitlines()[:2] == [f"{web}/a.png\t7", f"{web}/b.png\t4"]
    assert re.search(r"nothing\.png\tnot read: .+", done.stdout)


@pytest.fixture
def storage(monkeypatch):
    """A server that speaks S3, with the pictures of a bucket."""
    keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in (keys | {"AWS_ENDPOINT_URL": f"http://{host}:{port}"}).items():
        monkeypatch.setenv(name, value)
    bucket = fsspec.filesystem("s3", skip_instance_cache=True)
    bucket.mkdir("scans")
    bucket.pipe({"scans/a.png": SEVEN_PNG, "scans/below/b.PNG": FOUR_PNG, "scans/notes.txt": b"no picture"})
    yield "s3://scans"
    server.stop()


def test_pictures_of_a_bucket_are_read(storage, tmp_path):
    done = read(storage, f"{storage}/nothing.png", "--jobs", "2")
    assert done.stdout.splitlines()[:2] == [f"{storage}/a.png\t7", f"{storage}/below/b.PNG\t4"]
    assert re.search(r"nothing\.png\tnot read: .+", done.stdout)


def test_one_picture_of_an_address_is_loaded(bucket):
    assert load(f"{bucket}/c.pdf#page=2") == (make_document("c.pdf", SEVEN_PNG, FOUR_PNG), 2)
    assert isinstance(Model("flagship"), Model)
