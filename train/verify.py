"""Verify models: how a bundle, as it is served, reads labelled digits; and how several compare."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from recognizer import Model, ModelError
from recognizer.frame import SIDE
from train import own, plots, report
from train.augment import AS_IT_IS
from train.data import LOADERS, Digits
from train.data import load as load_set
from train.errors import TrainError

BATCH = 500  # frames
TIMED = 300  # readings of one frame


def digits_of(data: str) -> tuple[str, Digits]:
    """Return title and digits of a data set by name (its test digits, if it has some) or path. Raises TrainError."""
    if data in LOADERS:
        found = load_set(data)
        return (f"{data} test", found.test) if found.test else (data, found.train)
    if not Path(data).exists():
        raise TrainError(
            f"There is no data set {data!r}; there are {', '.join(LOADERS)}, or give a path to {own.KINDS}."
        )
    return Path(data).name, own.load(Path(data))


def verify(folder: Path, data: str, out: Path) -> str:
    """Return the report of a bundle on a data set, and write its plots to `out`. Raises TrainError."""
    model = open_model(folder)
    title, digits = digits_of(data)
    frames = digits.seen(AS_IT_IS, np.random.default_rng(0))
    probabilities = np.concatenate([model.probabilities(frames[i : i + BATCH]) for i in range(0, len(frames), BATCH)])
    title = f"{model.name} on {title}"
    plots.write(out, title, frames, probabilities, digits.labels)
    return report.text(title, probabilities, digits.labels)


def compare(folders: Sequence[Path], plot: Path) -> str:
    """Return a table of bundles, from their cards and a timing here and now, and write a plot. Raises TrainError."""
    models = [open_model(folder) for folder in folders]
    cards = [json.loads((model.folder / "card.json").read_text(encoding="utf-8")) for model in models]
    plots.write_comparison(plot, cards)
    rows: list[tuple[str, ...]] = [
        ("model", "MNIST test", "95 % interval", "parameters", "size", "one digit", "trained in")
    ]
    rows += [_compared(model, card) for model, card in zip(models, cards, strict=True)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def _compared(model: Model, card: dict) -> tuple[str, ...]:
    result = card["results"]["mnist test"]
    low, high = result["interval"]
    return (
        model.name,
        f"{result['accuracy']:.2%}",
        f"{low:.2%} to {high:.2%}",
        f"{card['parameters']:,}",
        f"{card['bytes']['model.tflite'] / 1e6:.2f} MB",
        f"{1000 * _latency(model):.3f} ms",
        f"{card['training_seconds']:.0f} s",
    )


def _latency(model: Model) -> float:
    """Median seconds for one digit, one thread."""
    frames, times = np.zeros((1, SIDE, SIDE), np.float32), []
    for _ in range(TIMED):
        start = time.perf_counter()
        model.probabilities(frames)
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def open_model(folder: Path) -> Model:
    """Return a bundle as it is served. Raises TrainError, which lists those beside it."""
    try:
        return Model(folder)
    except ModelError as error:
        known = sorted(card.parent.name for card in folder.parent.glob("*/card.json"))
        raise TrainError(f"{error} There are {', '.join(known) or 'none'}.") from error
