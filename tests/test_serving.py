import http.client
import itertools
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests.drawing import FOUR_PNG, SEVEN_PNG
from tests.processes import PATIENCE, spawn, wait_until
from tests.serving import SERVE, find_token, resident, running, served, variables
from tests.webapp.test_batch import zipped
from webapp.config import ROOT

SMALL = ROOT / "models" / "small"


def post(url, body, path="/api/v1/recognize"):
    """Status and JSON of an answer."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url + path, body)) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def open_sockets(process):
    links = (os.path.realpath(link) for link in Path(f"/proc/{process}/fd").iterdir())  # also of those closed by now
    return sum("/socket:" in link for link in links)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with served(tmp_path_factory.mktemp("site") / "instance") as url:
        yield url


@pytest.fixture
def keras_only(tmp_path):
    folder = tmp_path / "keras-only"
    shutil.copytree(SMALL, folder, ignore=shutil.ignore_patterns("*.tflite"))
    return str(folder)


def test_where_strangers_may_come_they_are_counted_and_the_owner_is_told(tmp_path):
    with running(tmp_path / "instance", HOST="0.0.0.0", WORKERS="1") as site:
        statuses = {requests.get(f"{site.url}/api/v1/models", timeout=PATIENCE).status_code for _ in range(200)}
    assert statuses == {200, 429}
    assert "HOST=0.0.0.0 lets in everybody who reaches this machine" in (tmp_path / "instance" / "log").read_text()


def test_it_says_where_it_is(tmp_path):
    with served(tmp_path / "instance") as url:
        pass
    log = (tmp_path / "instance" / "log").read_text()
    assert f"Digits reads at {url}" in log
    assert "lets in" not in log


def test_it_answers_pages_and_programs(site):
    with urllib.request.urlopen(site) as response:
        assert 'id="canvas"' in response.read().decode()
    assert post(site, SEVEN_PNG)[1]["text"] == "7"


def test_many_at_once_are_answered_rightly(site):
    wanted = {SEVEN_PNG: "7", FOUR_PNG: "4"}
    pictures = [SEVEN_PNG, FOUR_PNG] * 100
    with ThreadPoolExecutor(8) as pool:
        texts = [answer["text"] for _, answer in pool.map(lambda picture: post(site, picture), pictures)]
    assert texts == [wanted[picture] for picture in pictures]


def test_bursts_of_connections_spread_over_the_workers(tmp_path):
    """Each of the two has eight threads, and one busy with half leaves what comes to the other, for a moment."""
    half = len(SEVEN_PNG) // 2
    head = f"POST /api/v1/recognize HTTP/1.1\r\nHost: x\r\nContent-Length: {len(SEVEN_PNG)}\r\n\r\n".encode()
    with running(tmp_path / "instance") as site:
        host, port = site.url.removeprefix("http://").split(":")

        def sockets() -> list[int]:
            """How many each worker holds besides that on which it listens."""
            return [open_sockets(worker) - 1 for worker in site.workers()]

        def burst() -> int:
            """How many of eight connections the worker holds that has the fewer."""
            connections = [socket.create_connection((host, int(port)), PATIENCE) for _ in range(8)]
            for connection in connections:
                connection.sendall(head + SEVEN_PNG[:half])
            wait_until(lambda: sum(sockets()) == 8)
            fewer = min(sockets())
            for connection in connections:
                connection.sendall(SEVEN_PNG[half:])
                assert connection.recv(100).startswith(b"HTTP/1.1 200")
                connection.close()
            wait_until(lambda: sum(sockets()) == 0)
            return fewer

        wait_until(lambda: sockets() == [0, 0])
        assert statistics.median(burst() for _ in range(9)) >= 3  # of gunicorn's own workers 1 or 2


def test_one_who_comes_late_is_answered_though_others_never_pause(tmp_path):
    others, most = 12, 1000
    with served(tmp_path / "instance", WORKERS="1") as url, ThreadPoolExecutor(others) as pool:
        host = url.removeprefix("http://")
        answered, enough = itertools.count(), threading.Event()

        def go_on() -> None:
            connection = http.client.HTTPConnection(host, timeout=PATIENCE)
            while not enough.is_set() and next(answered) < most:
                connection.request("POST", "/api/v1/recognize", SEVEN_PNG)
                assert connection.getresponse().read()

        busy = [pool.submit(go_on) for _ in range(others)]
        wait_until(lambda: next(answered) > others)
        late = http.client.HTTPConnection(host, timeout=PATIENCE)
        late.request("GET", "/healthz")
        assert late.getresponse().status == 200
        enough.set()
        assert next(answered) < most
        for one in busy:
            one.result()


def test_a_refused_upload_still_gets_its_answer(site):
    """The sender must see why, though the site stops before it has all of it."""
    status, answer = post(site, b"x" * 21_000_000)
    assert status == 413
    assert answer["detail"] == "The upload is larger than 20 MB."


def test_refused_uploads_leave_nothing_behind(tmp_path):
    """An empty ZIP is refused, and a large file beside it, too; nothing of either may be kept."""
    large, count = 5_000_000, 15
    with running(tmp_path / "instance", WORKERS="1") as site, requests.Session() as browser:
        (worker,) = site.workers()
        page = browser.get(f"{site.url}/upload", timeout=PATIENCE).text
        token = find_token(page)

        def send() -> None:
            files = [("image", ("nothing.zip", zipped([]))), ("image", ("notes.txt", b"x" * large))]
            answer = browser.post(f"{site.url}/upload/rows", {"csrf_token": token}, files=files, timeout=PATIENCE)
            assert "The ZIP has no files." in answer.text
            assert "This is not a picture" in answer.text

        for _ in range(3):
            send()  # what is loaded at the first, and what the allocator keeps for the next
        before = resident(worker)
        for _ in range(count):
            send()
        assert site.workers() == [worker]
        assert 1000 * (resident(worker) - before) < count * large / 3


def raw(url, request):
    """The answer to bytes that no well-behaved client sends."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 10) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return connection.makefile("rb").read()


def test_who_sends_too_slowly_is_cut_off(tmp_path):
    beginnings = [b"GET / HT", b"POST /api/v1/recognize HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc"]
    with served(tmp_path / "instance", WORKERS="1") as url:
        address = (urlsplit(url).hostname, urlsplit(url).port)
        slow = [socket.create_connection(address, PATIENCE) for _ in range(8)]  # as many as there are threads
        for connection, beginning in zip(slow, itertools.cycle(beginnings), strict=False):
            connection.sendall(beginning)
        assert post(url, SEVEN_PNG)[1]["text"] == "7"
        answers = [connection.makefile("rb").readline() for connection in slow]
    assert answers == [b"", b"HTTP/1.1 400 BAD REQUEST\r\n"] * 4


def test_an_upload_that_ends_early_is_not_read(site):
    answer = raw(site, b"POST /api/v1/recognize HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n" + SEVEN_PNG)
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"not all of it came in time" in answer


@pytest.mark.parametrize("chunks", [b"ZZ\r\nabc\r\n0\r\n\r\n", b"3\r\nabcdef\r\n0\r\n\r\n"])
def test_malformed_chunks_are_a_problem(site, chunks):
    head = b"POST /api/v1/recognize HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = raw(site, head + chunks)
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"The request is malformed, or not all of it came in time." in answer


def test_a_chunked_upload_has_the_same_limit(site):
    chunk = b"%x\r\n" % 1_000_000 + b"\0" * 1_000_000 + b"\r\n"
    head = b"POST /api/v1/recognize HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = raw(site, head + chunk * 21 + b"0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"The upload is larger than 20 MB." in answer


@pytest.mark.parametrize("after", [b"ZZ\r\nabc\r\n", b"3\r\nabcdef\r\n", b"10\r\ncut"])
def test_a_chunked_upload_that_is_too_large_and_then_malformed_or_cut_is_too_large(site, after):
    chunk = b"%x\r\n" % 1_000_000 + b"\0" * 1_000_000 + b"\r\n"
    head = b"POST /api/v1/recognize HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = raw(site, head + chunk * 21 + after)
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"The upload is larger than 20 MB." in answer


def test_a_bundle_without_litert_is_served_by_keras(tmp_path, keras_only):
    with served(tmp_path / "instance", DIGITS_MODEL=keras_only, WORKERS="1") as url:
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda picture: post(url, picture), [SEVEN_PNG, FOUR_PNG] * 4))
        assert [answer["text"] for _, answer in answers] == ["7", "4"] * 4


def fail(instance, **environment):
    """Start a site that cannot be; its exit status, and all it printed."""
    options = {"env": variables(instance, PORT="0", **environment), "stdout": subprocess.PIPE, "text": True}
    with spawn([SERVE], stderr=subprocess.STDOUT, **options) as process:
        output = process.communicate(timeout=PATIENCE)[0]
    return process.returncode, output


@pytest.mark.parametrize("content", [None, b"", b"\0\0\0\0TFL3 and then nonsense"])
def test_a_missing_or_damaged_model_is_one_clear_line(tmp_path, content):
    folder = tmp_path / "own"
    if content is not None:
        folder.mkdir()
        (folder / "model.tflite").write_bytes(content)
    status, output = fail(tmp_path, DIGITS_MODEL=str(folder))
    lines = [line for line in output.splitlines() if not line.startswith(("INFO: ", "ERROR: "))]
    assert status != 0
    assert len(lines) == 1
    assert re.match(rf"Digits cannot start: {folder}", lines[0])


def test_a_keras_model_that_cannot_be_loaded_stops_the_start(tmp_path):
    shutil.make_archive(str(tmp_path / "model"), "zip", SMALL, "card.json")
    (tmp_path / "own").mkdir()
    (tmp_path / "model.zip").rename(tmp_path / "own" / "model.keras")
    status, output = fail(tmp_path, DIGITS_MODEL=str(tmp_path / "own"))
    assert status != 0
    assert "Digits cannot start: " in output
    assert "Traceback" not in output


@pytest.mark.parametrize("name", ["DIGITS_MAX_UPLOAD_MB", "WORKERS"])
def test_a_setting_that_cannot_be_used_is_one_clear_line(tmp_path, name):
    status, output = fail(tmp_path, **{name: "lots"})
    assert status != 0
    assert output.startswith(f"Digits cannot start: {name}=lots")
    assert output.count("\n") == 1


def test_a_second_start_installs_nothing(tmp_path, site):
    """The fixture's start was the first; pip must not even be asked."""
    stamp = ROOT / ".venv" / "requirements-web.lock"
    before = stamp.stat().st_mtime_ns
    with served(tmp_path / "instance"):
        pass
    assert stamp.stat().st_mtime_ns == before
    assert "installing" not in (tmp_path / "instance" / "log").read_text()


def run_environment(tmp_path: Path, python: str) -> subprocess.CompletedProcess:
    """`scripts/serve` of a bare clone, where only this Python is to be had."""
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("dirname", "basename", "cmp", "sh"):
        (tools / name).symlink_to(shutil.which(name))
    (tools / "python3").write_text(python)
    (tools / "python3").chmod(0o755)
    return subprocess.run(
        [tmp_path / "scripts" / "serve"], env={"PATH": str(tools)}, capture_output=True, text=True, check=False
    )


def test_a_python_that_is_too_old_is_said(tmp_path):
    done = run_environment(tmp_path, "#!/bin/sh\nexit 1\n")
    assert done.returncode == 1
    assert done.stderr == "serve: Python 3.11 or newer is needed and none was found; set PYTHON to its path.\n"


def test_a_missing_venv_module_is_said(tmp_path):
    done = run_environment(tmp_path, '#!/bin/sh\ncase "$2" in *venv*) exit 1;; esac\n')
    assert done.returncode == 1
    assert "has no venv module; install it (Debian and Ubuntu: apt-get install python3-venv)." in done.stderr


PYTHON_WITHOUT_LITERT = """#!/bin/sh
cat >> asked <<END
$*
END
for last; do :; done
if [ -f "$last" ]; then cp "$last" "installed.$$"; grep -q ^ai-edge-litert "$last" && exit 1; fi
[ "$2" != "import ai_edge_litert" ]
"""


def packages(lines: str) -> list[str]:
    return re.findall(r"^([\w.-]+)==", lines, re.M)


@pytest.fixture
def bare(tmp_path):
    """A folder with the scripts and locks, and an environment whose Python notes what it is asked for."""
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    for lock in ROOT.glob("requirements*.lock"):
        shutil.copy(lock, tmp_path)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    make_program(tmp_path / ".venv" / "bin" / "python", PYTHON_WITHOUT_LITERT)
    return tmp_path


def make_program(path, text):
    path.write_text(text)
    path.chmod(0o755)


def test_what_is_installed_has_hashes_and_without_litert_it_is_tensorflow(bare):
    locks = {name: (ROOT / name).read_text() for name in ("requirements-web.lock", "requirements.lock")}
    done = subprocess.run([bare / "scripts" / "serve"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "ai-edge-litert cannot be installed here" in done.stderr
    asked = (bare / "asked").read_text().splitlines()
    assert asked[-1] == "-m gunicorn"
    installs = [words for words in asked if " install " in words]
    assert all("--require-hashes" in words for words in installs)
    assert all("--only-binary" in words for words in installs if words.endswith("optional"))
    # Two run beside each other: each writes a file of its own.
    installed = "".join(path.read_text() for path in bare.glob("installed.*"))
    assert sorted(packages(installed)) == sorted(name for content in locks.values() for name in packages(content))
    assert len(re.findall(r"^ +--hash=", installed, re.M)) == sum(
        content.count("--hash=") for content in locks.values()
    )


def test_what_uv_cannot_install_pip_does(bare):
    make_program(bare / ".venv" / "bin" / "uv", '#!/bin/sh\necho "$*" >> "asked of uv"\nexit 1\n')
    install = ["sh", "-c", ". scripts/environment; install_tools", "scripts/test"]
    done = subprocess.run(install, cwd=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stderr.count("uv cannot install them; pip, which is slower, goes on") == 2
    assert all("--require-hashes" in words for words in (bare / "asked of uv").read_text().splitlines())
    installed = "".join(path.read_text() for path in bare.glob("installed.*"))
    assert sorted(packages(installed)) == sorted(packages((ROOT / "requirements-dev.lock").read_text()))
