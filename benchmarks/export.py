"""How long the export of a long history takes, and how much memory: scripts/bench export [--entries 100000]."""

from __future__ import annotations

import argparse
import re
import tempfile
import time
from pathlib import Path

from flask import Flask

from benchmarks.history import VISITOR, fill, sqlite
from webapp import create_app
from webapp.history.export import KINDS
from webapp.history.store import db

STATUS, CLEAR_REFS = Path("/proc/self/status"), Path("/proc/self/clear_refs")
FORGET_PEAK = "5"  # what the kernel takes for that: man 5 proc
ROW = "  {:8}{:>8}{:>12}{:>14}{:>22}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sqlite() as url:
        app = create_app({"INSTANCE": Path(folder), "DATABASE_URL": url, "HISTORY_DAYS": 0})
        with app.app_context():
            fill(app, options.entries)
            db.session.remove()
        print(f"SQLite, {options.entries:,} entries")
        print(ROW.format("", "MB", "seconds", "to the first", "more memory, at most"))
        for kind in KINDS:
            size, seconds, first, memory = measure(app, kind)
            print(ROW.format(kind, f"{size:.1f}", f"{seconds:.1f}", f"{first:.2f} s", f"{memory:.1f} MB"), flush=True)


def measure(app: Flask, kind: str) -> tuple[float, float, float, float]:
    """Megabytes of an export, its seconds and those to its first part, and megabytes of memory beyond those before."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["visitor"] = VISITOR
    CLEAR_REFS.write_text(FORGET_PEAK)
    before, start, size, first = resident("VmRSS"), time.perf_counter(), 0, 0.0
    response = client.get(f"/history/export.{kind}", buffered=False)
    assert response.status_code == 200, response.text
    for part in response.response:
        first = first or time.perf_counter() - start
        size += len(part)
    return size / 1e6, time.perf_counter() - start, first, resident("VmHWM") - before


def resident(field: str) -> float:
    """Megabytes of this process in memory: `VmRSS` now, `VmHWM` at most until now."""
    return int(re.findall(rf"{field}:\s+(\d+) kB", STATUS.read_text())[0]) / 1000


if __name__ == "__main__":
    main()
