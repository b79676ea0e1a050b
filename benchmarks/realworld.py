"""What real handwriting the library reads, of the sets in the folder that DIGITS_DATA names.

scripts/bench realworld [--sets unipen-pen16,strings] [--limit 300] [--model flagship] [--sheet DIR] [--write]

Beside it stands a published recipe fed as its author fed it, with grey pictures resized to 28×28, inverted if bright.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from tqdm import tqdm

from benchmarks.handwriting import figures, sheet
from benchmarks.handwriting.figures import AUTOS, Figures
from benchmarks.handwriting.sets import Handwriting, Sample, find_names, load
from benchmarks.handwriting.verdicts import Verdict, judge
from recognizer import Model
from recognizer.model import MODELS
from train.data import find_folder

ROOT = Path(__file__).resolve().parent.parent
PEER = "two-conv-dropout"
SIDE = 28
SHOWN = ("n", "right", "exact", "sure_wrong", "calibration_error", "error_rate", "rejected", "auroc", "plain")
ROW = "{:14}" + "{:>12}" * len(SHOWN)


@dataclass
class Models:
    """What a process reads with."""

    ours: Model
    peer: Model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", help="some of them, with commas (default: all)")
    parser.add_argument("--limit", type=int, help="pictures of a set, the same each time (default: all)")
    parser.add_argument("--model", default="flagship")
    parser.add_argument("--sheet", type=Path, metavar="DIR", help="draw what is misread, a sheet a set, to this folder")
    parser.add_argument("--write", action="store_true", help="write the figures and the README's table")
    options = parser.parse_args()
    if options.write and (options.sets or options.limit):
        parser.error("--write takes all of all sets.")
    folder = require_folder()
    chosen = options.sets.split(",") if options.sets else find_names(folder)
    if unknown := set(chosen) - set(find_names(folder)):
        parser.error(f"no such sets: {', '.join(unknown)}; there are {', '.join(find_names(folder))}.")
    print(ROW.format("(%)", *SHOWN), flush=True)
    rows, faulty = [], {}
    for handwriting, row, verdicts in measure(folder, chosen, options.limit, options.model):
        print(ROW.format(row.set, *(_cell(getattr(row, name)) for name in SHOWN)), flush=True)
        rows.append(row)
        faulty[row.set] = figures.find_faults(verdicts)
        if options.sheet:
            _draw_sheet(options.sheet, handwriting, verdicts)
    if options.write:
        figures.write(rows, faulty)
        written = [row for row, _ in figures.load().values()]
        readme = ROOT / "README.md"
        readme.write_text(figures.update(readme.read_text(encoding="utf-8"), written), encoding="utf-8")


def require_folder() -> Path:
    """The folder of the data sets; ends the program where there is none."""
    folder = find_folder()
    if not (folder / "sets.json").is_file():
        sys.exit("DIGITS_DATA names no folder with a sets.json, which says where real handwriting lies.")
    return folder


def measure(
    folder: Path, chosen: Sequence[str], limit: int | None, model: str
) -> Iterator[tuple[Handwriting, Figures, list[Verdict]]]:
    """Give the sets in order, with figures and verdicts; pictures without a digit are held against the first digits."""
    reference: list[float] = []
    with ProcessPoolExecutor(os.cpu_count(), initializer=_start, initargs=(model,)) as pool:
        for name in chosen:
            handwriting = load(folder, name)
            samples = handwriting.some(limit)
            work = pool.map(
                partial(_judge, replace(handwriting, samples=[])),
                samples,
                [handwriting.shows == "digit" and place < AUTOS for place in range(len(samples))],
                chunksize=8,
            )
            verdicts, plain = zip(*tqdm(work, name, len(samples), leave=False, disable=None), strict=True)
            if handwriting.shows == "digit" and not reference:
                reference = [verdict.score for verdict in verdicts if verdict.right]
            share = float(np.mean(plain)) if handwriting.shows == "digit" else None
            yield handwriting, figures.measure(handwriting, verdicts, reference, share, model), list(verdicts)


models: Models  # of a process that judges


def _start(model: str) -> None:
    global models
    cv2.setNumThreads(1)
    models = Models(Model(MODELS / model), Model(MODELS / PEER))


def _judge(handwriting: Handwriting, sample: Sample, auto: bool) -> tuple[Verdict, bool]:
    """The verdict on a sample, and whether the published recipe reads its digit."""
    picture = sample.picture()
    plain = handwriting.shows == "digit" and str(_plainly(picture)) == sample.label
    return judge(handwriting, sample, picture, models.ours, auto), plain


def _plainly(picture: bytes) -> int:
    """The digit that the published recipe reads."""
    grey = np.asarray(Image.open(io.BytesIO(picture)).convert("L").resize((SIDE, SIDE)), np.float32) / 255
    frame = 1 - grey if grey.mean() > 0.5 else grey
    return int(models.peer.probabilities(frame[None]).argmax())


def _draw_sheet(folder: Path, handwriting: Handwriting, verdicts: Sequence[Verdict]) -> None:
    """Draw what is misread of a set to NAME.png, which goes if nothing is."""
    samples = {sample.number: sample for sample in handwriting.samples}
    wrong = [(samples[verdict.number], verdict) for verdict in verdicts if not verdict.right]
    path = folder / f"{handwriting.name}.png"
    path.unlink(missing_ok=True)
    if wrong:
        folder.mkdir(parents=True, exist_ok=True)
        sheet.draw(sorted(wrong, key=lambda pair: pair[1].number)).save(path)


def _cell(value: float | int | None) -> str:
    if value is None:
        return "–"
    return str(value) if isinstance(value, int) else f"{100 * value:.2f}"


if __name__ == "__main__":
    main()
