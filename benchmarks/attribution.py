"""How well attributions tell which ink matters, and how long they take: the choice behind recognizer/attribution.py.

scripts/bench attribution [--model flagship] [--limit 200]; the digits are UNIPEN's, in the folder named by DIGITS_DATA.

Deletion: the mean probability of the digit while its ink is wiped, the most speaking first; the lower the better.
Insertion: the same while the ink is laid on empty paper; the higher the better (Petsiuk et al. 2018).
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.handwriting.sets import load
from benchmarks.realworld import require_folder
from recognizer import Model, read
from recognizer.attribution import PATCH, STEP, attribute, log_odds

MODELS = Path(__file__).resolve().parent.parent / "models"
SET = "unipen"
STEPS = 15  # from all the ink to none
PATCHES = [(3, 2), (4, 2), (5, 2), (7, 3)]  # their side and the step from one to the next, in pixels
MASKS, GRID, OPEN = (
    100,
    7,
    0.6,
)  # RISE's: as many as it takes to be as fast, their cells along a side, share of open ones

Evidence = Callable[[np.ndarray, int], np.ndarray]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="flagship")
    parser.add_argument("--limit", type=int, default=200)
    options = parser.parse_args()
    model = Model(MODELS / options.model)
    digits = readable(model, options.limit)
    rng = np.random.default_rng(0)
    print(f"{options.model}, {len(digits)} digits of UNIPEN that it reads rightly")
    print(f"{'':34}{'deletion':>10}{'insertion':>10}{'ms, median':>12}{'ms, p95':>10}")
    show("any order", model, digits, lambda frame, digit: rng.random(frame.shape))
    show("darkest ink first", model, digits, lambda frame, digit: frame)
    show(f"RISE, {MASKS} masks", model, digits, lambda frame, digit: rise(frame, digit, model))
    for patch, step in PATCHES:
        for blurred in (False, True):
            name = f"{patch}×{patch} every {step}, {'blurred' if blurred else 'wiped'}"
            chosen = (patch, step, blurred) == (PATCH, STEP, False)
            way = partial(occlude, model=model, patch=patch, step=step, blurred=blurred)
            show(name + (" (chosen)" if chosen else ""), model, digits, way)


def readable(model: Model, limit: int) -> list[tuple[np.ndarray, int]]:
    """Frames and digits that the model reads rightly, of those so many."""
    samples = load(require_folder(), SET).some(limit)
    readings = [(read(sample.picture(), model, "digit"), sample.label) for sample in samples]
    return [(reading.frames[0], int(label)) for reading, label in readings if reading.text == label]


def occlude(frame: np.ndarray, digit: int, **options: Any) -> np.ndarray:
    """What this repository takes for evidence."""
    return attribute(frame, digit, **options).evidence


def rise(frame: np.ndarray, digit: int, model: Model) -> np.ndarray:
    """The same by masks at random: how much likelier the digit is where a pixel is seen."""
    cells = np.random.default_rng(0).random((MASKS, GRID, GRID)) < OPEN
    masks = np.stack([cv2.resize(mask.astype(np.float32), frame.shape) for mask in cells])
    odds = log_odds(model.probabilities(masks * frame)[:, digit])
    return np.tensordot(odds - odds.mean(), masks - masks.mean(0), 1) * frame


def show(name: str, model: Model, digits: list[tuple[np.ndarray, int]], evidence: Evidence) -> None:
    """Print a row."""
    seconds, scores = [], []
    for frame, digit in digits:
        start = time.perf_counter()
        found = evidence(frame, digit)
        seconds.append(1000 * (time.perf_counter() - start))
        scores.append(curves(frame, digit, model, found))
    deletion, insertion = np.mean(scores, 0)
    late = statistics.quantiles(seconds, n=20)[-1]
    print(f"{name:34}{deletion:10.3f}{insertion:10.3f}{statistics.median(seconds):12.1f}{late:10.1f}", flush=True)


def curves(frame: np.ndarray, digit: int, model: Model, evidence: np.ndarray) -> tuple[float, float]:
    """The mean probability of the digit while its ink goes, and while it comes."""
    inked = np.flatnonzero(frame)
    order = inked[np.argsort(-evidence.ravel()[inked], kind="stable")]
    kept = np.ones((STEPS + 1, frame.size), bool)
    for step in range(STEPS + 1):
        kept[step, order[: round(step * len(order) / STEPS)]] = False
    deleted = frame.ravel() * kept
    probabilities = model.probabilities(np.concatenate([deleted, frame.ravel() - deleted]).reshape(-1, *frame.shape))
    going, coming = probabilities[:, digit].reshape(2, -1)
    return float(going.mean()), float(coming.mean())


if __name__ == "__main__":
    main()
