"""How fast the site answers and what it weighs, beside an empty Flask site and one with Keras' model.predict.

WORKERS=2 scripts/bench serving [--seconds 5] [--rounds 3] [--requests 2000] [--files 5000]

Each round's requests a second are printed, too: an empty site is so rarely busy that chance decides whether one worker
takes all eight connections or both share them, and its rate differs threefold between the two.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from recognizer.bundle import Bundle
from tests.drawing import SEVEN_PNG
from tests.serving import children, memory

ROOT = Path(__file__).resolve().parent.parent
OURS, EMPTY, PEER = "this site", "empty Flask", "model.predict"
WORKERS = os.environ.get("WORKERS", "2")
APPS = {
    EMPTY: """
import flask
app = flask.Flask(__name__)

@app.post("/api/v1/recognize")
def recognize():
    return flask.jsonify(size=len(flask.request.get_data()))
""",
    PEER: f"""
import io, flask, keras, numpy as np
from PIL import Image
app = flask.Flask(__name__)
model = keras.models.load_model({str(Bundle(ROOT / "models" / "two-conv-dropout").keras)!r})

@app.post("/api/v1/recognize")
def recognize():
    picture = Image.open(io.BytesIO(flask.request.get_data())).convert("L").resize((28, 28))
    shares = model.predict(1 - np.asarray(picture)[None, ..., None] / 255, verbose=0)[0]
    return flask.jsonify(digit=int(shares.argmax()), confidence=float(shares.max()))
""",
}
WITHOUT_OURS = """
wsgi_app, preload_app = "{module}:app", {preload}
del when_ready, post_worker_init, on_exit
"""
WRK = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "image/png"
wrk.body = io.open("picture.png", "rb"):read("*a")
"""
UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}
MB = 1024  # kB, as /proc counts

Site = Callable[[], AbstractContextManager[tuple[subprocess.Popen, str, float]]]


def main() -> None:
    from benchmarks import bulk, live

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=5, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3, help="of which the median counts")
    parser.add_argument("--requests", type=int, default=2000, help="before memory is looked at")
    parser.add_argument("--files", type=int, default=5000, help="to read in bulk")
    options = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("wrk is needed (Debian and Ubuntu: apt-get install wrk).")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "post.lua").write_text(WRK)
        (Path(folder) / "picture.png").write_bytes(SEVEN_PNG)
        places = sites(Path(folder))
        print(f"a 400×400 PNG of a drawn digit; {WORKERS} workers of 8 threads; medians of {options.rounds}")
        starts, busy, calm, memories = measure(places, Path(folder), options)
    compare("requests a second, 8 at once", {name: found[0] for name, found in busy.items()})
    compare("half of the answers take, one at a time (ms)", {name: found[1] for name, found in calm.items()})
    compare("99 % of the answers take, one at a time (ms)", {name: found[2] for name, found in calm.items()})
    for number, kind in enumerate(("resident", "unique")):
        title = f"{kind} memory of the larger worker after {options.requests} requests (MB)"
        compare(title, {name: found[number] for name, found in memories.items()})
    compare("process start to first answered request (s)", starts)
    bulk.report(options.files)
    live.report(options.seconds)


def sites(folder: Path) -> dict[str, Site]:
    """Our site and those beside it, each served in the same way; the peer only where Keras is installed."""
    found: dict[str, Site] = {OURS: lambda: serving([ROOT / "scripts" / "serve"], ROOT, str(folder))}
    ours = (ROOT / "gunicorn.conf.py").read_text()
    for name, preload in ((EMPTY, True), (PEER, False)):  # TensorFlow does not survive a fork
        if name == PEER and not find_spec("tensorflow"):
            print(f"{PEER} is left out: scripts/train installs what it needs.")
            continue
        module = name.split()[0].replace(".", "_")
        (folder / f"{module}.py").write_text(APPS[name])
        (folder / f"{module}.conf.py").write_text(ours + WITHOUT_OURS.format(module=module, preload=preload))
        command = [sys.executable, "-m", "gunicorn", "-c", f"{module}.conf.py"]
        found[name] = partial(serving, command, folder, str(folder))
    return found


def measure(places: dict[str, Site], folder: Path, options: argparse.Namespace) -> tuple[dict, ...]:
    """Of each site: seconds to start; figures of wrk, 8 at once and one at a time; memory. In turn, round by round."""
    starts: dict[str, list[float]] = {name: [] for name in places}
    busy, calm, memories = ({name: list[Any]() for name in places} for _ in range(3))
    for number in range(options.rounds):  # in turn, so that a noisy moment meets all
        for name, site in places.items():
            with site() as (process, url, seconds):
                starts[name].append(seconds)
                busy[name].append(wrk(url, 8, options.seconds, folder))
                print(f"round {number + 1}: {name} {busy[name][-1][0]:.0f} a second", flush=True)
                calm[name].append(wrk(url, 1, options.seconds, folder))
                for _ in range(max(0, options.requests - int(busy[name][-1][0] * options.seconds))):
                    post(url)
                memories[name].append(weight(process))
    medians = [
        {name: [statistics.median(column) for column in zip(*found, strict=True)] for name, found in table.items()}
        for table in (busy, calm, memories)
    ]
    return {name: statistics.median(found) for name, found in starts.items()}, *medians


def wrk(url: str, clients: int, seconds: int, folder: Path) -> tuple[float, float, float]:
    """Requests a second, and what half and 99 % of the answers take at most, in milliseconds."""
    command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--latency", "-s", "post.lua", url]
    out = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in out or "Socket errors" in out:
        sys.exit(f"{url} did not answer well:\n{out}")
    half, most = (re.search(rf"^ +{share}% +([\d.]+)(us|ms|s)$", out, re.M) for share in (50, 99))
    latencies = [float(found[1]) * UNITS[found[2]] for found in (half, most) if found]
    return float(out.partition("Requests/sec:")[2].split()[0]), *latencies  # type: ignore[return-value]


def weight(process: subprocess.Popen) -> tuple[float, float]:
    """Resident and unique memory of the largest worker, in MB."""
    found = [memory(worker) for worker in children(process.pid)]
    unique = max(kinds["Private_Clean"] + kinds["Private_Dirty"] for kinds in found)
    return max(kinds["Rss"] for kinds in found) / MB, unique / MB


def compare(title: str, figures: dict[str, float]) -> None:
    """Print figures, and what the first is of each of the others."""
    first, *_ = figures.values()
    print(title)
    for number, (name, figure) in enumerate(figures.items()):
        ratio = f"   ×{first / figure:.2f}" if number else ""
        print(f"  {name:24}{figure:10.2f}{ratio}", flush=True)


@contextmanager
def serving(
    command: Sequence[str | Path], folder: Path, instance: str
) -> Iterator[tuple[subprocess.Popen, str, float]]:
    """Give the process, its address and the seconds from its start to its first answer."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"PORT": str(port), "DIGITS_INSTANCE": instance, "WORKERS": WORKERS}
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.DEVNULL)
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
    with urllib.request.urlopen(urllib.request.Request(url, SEVEN_PNG, {"Content-Type": "image/png"})) as answer:
        answer.read()


if __name__ == "__main__":
    main()
