"""How many files are read a second from the shell, by processes and by Dask, and what the largest process weighs.

scripts/bench bulk [--files 20000] [--write]

Drawings of single digits, few and many; cells and cheques, and tables and pages, where DIGITS_DATA has them, each
several times. All with two jobs, the start included. Then, what a network takes for one item, alone and with others.
--write puts the tables into docs/scale.md.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from benchmarks.handwriting import sets
from benchmarks.latency import time_call
from recognizer.bundle import Bundle
from recognizer.encode import encode
from recognizer.frame import SIDE
from recognizer.glyphs import TILE
from recognizer.model import LiteRT, locate
from recognizer.strokes import rasterise
from train.cards import replace_between
from train.data import find_folder

ROOT = Path(__file__).resolve().parent.parent
SCALE = ROOT / "docs" / "scale.md"
START, END = "<!-- bulk: written by `scripts/bench bulk --write` -->", "<!-- end of bulk -->"
HEADER = """\
| files | read by | a second | a second of a core | largest process |
|---|---|--:|--:|--:|"""
BATCHES = (1, 8, 32)
BATCH_HEADER = f"""
| network, one thread: milliseconds for each | {" | ".join(f"{batch} at once" for batch in BATCHES)} |
|---|{"--:|" * len(BATCHES)}"""
ROUNDS, ITEMS = 5, 64  # rounds, of which the fastest counts, over so many items
CELLS = "cells, amounts on cheques"
BILLION, CORES = 1e9, 1000
JOBS = 2
PROCESSES, DASK = "--jobs", "--engine dask --jobs"
ENGINES = [PROCESSES] + [DASK] * bool(find_spec("distributed"))
FEW = 10  # times fewer files than there are, for what does not grow with them
PAPERS = {  # sets, and how many times fewer of them than of drawings, as they take longer
    CELLS: (("cells", "amounts"), 20),
    "tables, pages": (("tables", "notebook"), 100),
}
TURN = 0.2  # radians, at most, that a digit leans


@dataclass(frozen=True)
class Run:
    """A reading of a folder: seconds, those of processors, and the megabytes that its largest process took at most."""

    seconds: float
    computed: float
    megabytes: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/scale.md")
    options = parser.parse_args()
    lines = []
    for line in report(options.files):
        print(line, flush=True)
        lines.append(line)
    if options.write:
        page = replace_between(START, END, SCALE.read_text(encoding="utf-8"), "\n".join(lines))
        SCALE.write_text(page, encoding="utf-8")


def report(files: int) -> Iterator[str]:
    """Put files into folders, read them, and give the tables of how fast that went, line by line."""
    yield HEADER
    estimate = ""
    for words, count, fill in _cases(files):
        with tempfile.TemporaryDirectory() as folder:
            fill(Path(folder), count)
            for engine in ENGINES:
                run = read(folder, engine)
                yield describe(words, count, engine, run)
                if words == CELLS and engine == PROCESSES:
                    estimate = extrapolate(count, run)
    yield BATCH_HEADER
    yield describe_batches("flagship", "frames", SIDE)
    yield describe_batches("page", "tiles", TILE)
    if estimate:
        yield estimate


def _cases(files: int) -> list[tuple[str, int, Callable[[Path, int], None]]]:
    """What the files show, how many there are, and what puts them into a folder."""
    cases: list[tuple[str, int, Callable[[Path, int], None]]] = [
        ("drawings of 28 × 28", files // FEW, partial(draw, side=28)),
        ("drawings of 28 × 28", files, partial(draw, side=28)),
        ("drawings of 400 × 400", files, partial(draw, side=400)),
    ]
    data = find_folder()
    there = sets.find_names(data) if (data / "sets.json").is_file() else []
    for words, (names, fewer) in PAPERS.items():
        if set(names) <= set(there):
            cases.append((words, files // fewer, partial(copy, data, names)))
    return cases


def read(folder: str, engine: str) -> Run:
    """Read all files of a folder from the shell. Raises CalledProcessError."""
    command = [sys.executable, "-m", "recognizer", "read", folder, *engine.split(), str(JOBS)]
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Run(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def describe(words: str, count: int, engine: str, run: Run) -> str:
    """A row of the table."""
    rates = f"{count / run.seconds:,.0f} | {count / run.computed:,.0f}"
    return f"| {count:,} {words} | `{engine} {JOBS}` | {rates} | {run.megabytes:.0f} MB |"


def extrapolate(count: int, run: Run) -> str:
    """What a billion files would take at the same rate."""
    days = run.computed / count * BILLION / 86_400
    hours = 24 * days / CORES
    return (
        f"\nAt this rate a billion cells take {days:,.0f} days of one core, or {hours:,.0f} hours of {CORES:,} cores, "
        "besides what their storage takes to hand them out."
    )


def describe_batches(name: str, words: str, side: int) -> str:
    """A row of the table of batches, of a network that takes squares."""
    network = LiteRT(Bundle(locate(name)).litert, lambda *_: None, batch=max(BATCHES))
    items = np.random.default_rng(0).random((ITEMS, side, side, 1), np.float32)
    times = []
    for batch in BATCHES:
        chunks = [items[at : at + batch] for at in range(0, ITEMS, batch)]
        times.append(min(time_call(partial(list, map(network, chunks))) for _ in range(ROUNDS)) / ITEMS)
    return f"| {name}, {words} | {' | '.join(f'{1000 * seconds:.2f}' for seconds in times)} |"


def draw(folder: Path, files: int, side: int) -> None:
    """Put so many sevens, each a little different, into a folder."""
    rng = np.random.default_rng(0)
    for number in range(files):
        angle, scale = rng.uniform(-TURN, TURN), side * rng.uniform(0.7, 1)
        seven = (np.array([[-0.25, -0.3], [0.25, -0.3], [-0.05, 0.35]]) + rng.normal(0, 0.01, (3, 2))) * scale
        turned = seven @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) + side / 2
        canvas = 255 - rasterise([turned], max(2, side / 25), (side, side))
        (folder / f"{number:05}.png").write_bytes(encode(canvas))


def copy(data: Path, names: tuple[str, ...], folder: Path, files: int) -> None:
    """Put so many pictures of sets into a folder, each as often as the others."""
    pictures = [sample.picture() for name in names for sample in sets.load(data, name).samples]
    for number in range(files):
        (folder / f"{number:05}.png").write_bytes(pictures[number % len(pictures)])


if __name__ == "__main__":
    main()
