"""How many files of single digits are read a second from the shell.

scripts/bench bulk [--files 5000]
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from recognizer.encode import encode
from recognizer.strokes import rasterise

ROOT = Path(__file__).resolve().parent.parent
JOBS = 2
ENGINES = ["processes"] + ["dask"] * bool(find_spec("distributed"))
TURN = 0.2  # radians, at most, that a digit leans


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=5000)
    report(parser.parse_args().files)


def report(files: int) -> None:
    """Draw the files, read them, and print how fast that went."""
    for side in (28, 400):
        with tempfile.TemporaryDirectory() as folder:
            draw(Path(folder), files, side)
            print(f"bulk reading of {files} PNGs of {side}×{side} with --jobs {JOBS}, its start included")
            for engine in ENGINES:
                before, start = spent(), time.perf_counter()
                command = [sys.executable, "-m", "recognizer", "read", folder, "--jobs", str(JOBS), "--engine", engine]
                subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                seconds, cpu = time.perf_counter() - start, spent() - before
                print(
                    f"  {engine:10} a second{files / seconds:10.0f}, a second of a core{files / cpu:10.0f}", flush=True
                )


def draw(folder: Path, files: int, side: int) -> None:
    """Put so many sevens, each a little different, into a folder."""
    rng = np.random.default_rng(0)
    for number in range(files):
        angle, scale = rng.uniform(-TURN, TURN), side * rng.uniform(0.7, 1)
        seven = (np.array([[-0.25, -0.3], [0.25, -0.3], [-0.05, 0.35]]) + rng.normal(0, 0.01, (3, 2))) * scale
        turned = seven @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) + side / 2
        canvas = 255 - rasterise([turned], max(2, side / 25), (side, side))
        (folder / f"{number:05}.png").write_bytes(encode(canvas))


def spent() -> float:
    """Seconds of processor time that processes started here, and theirs, have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
