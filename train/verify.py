"""Verify models: how a bundle, as it is served, reads labelled digits, and how several compare."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from recognizer import Model, ModelError
from recognizer.bundle import DIGIT_COUNT, Bundle, DigitCard, find_bundles
from recognizer.frame import SIDE
from train import plots, report
from train.augment import AS_IT_IS
from train.cards import read_card
from train.errors import TrainError
from train.mixture import find

BATCH = 500  # frames
TIMED = 300  # readings of one frame


def verify(folder: Path, data: str, out: Path, per_writer: bool = False) -> str:
    """Return the report of a bundle on a data set (its test digits, if it has some), and write its plots to `out`.

    With `per_writer` it ends with those for whom the bundle reads worst. Raises TrainError.
    """
    model, found = open_model(folder), find(data)
    title, digits = (f"{found.name} test", found.test) if found.test else (found.name, found.train)
    if per_writer and not digits.writers:
        raise TrainError(f"{data} does not tell who wrote what.")
    frames = digits.render(AS_IT_IS, np.random.default_rng(0))
    return report_on(model, title, frames, digits.labels, out, digits.writers if per_writer else None)


def report_on(
    model: Model, title: str, frames: np.ndarray, labels: np.ndarray, out: Path, writers: Sequence[str] | None = None
) -> str:
    """Return the report of a model on frames (n, 28, 28) with labels (n,), maybe by writer, and write its plots."""
    probabilities = np.concatenate([model.probabilities(frames[i : i + BATCH]) for i in range(0, len(frames), BATCH)])
    title, digits = f"{model.name} on {title}", labels < DIGIT_COUNT
    if not digits.all():
        return report.describe_negatives(title, probabilities[~digits], model.rejects(probabilities[~digits]))
    plots.write(out, title, frames, probabilities, labels)
    said = report.describe(title, probabilities, labels)
    return f"{said}\n\n{report.list_writers(probabilities, labels, writers)}" if writers else said


def compare(folders: Sequence[Path], plot: Path) -> str:
    """Return a table of bundles, from their cards and a timing here and now, and write a plot. Raises TrainError."""
    models = [open_model(folder) for folder in folders]
    cards = [read_card(Bundle(model.folder)) for model in models]
    plots.write_comparison(plot, cards)
    rows: list[tuple[str, ...]] = [
        ("model", "MNIST test", "95 % interval", "parameters", "size", "one digit", "trained in")
    ]
    rows += [_compare(model, card) for model, card in zip(models, cards, strict=True)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def _compare(model: Model, card: DigitCard) -> tuple[str, ...]:
    result = card.results.get("mnist test")
    return (
        model.name,
        f"{result.accuracy:.2%}" if result else "–",
        "{:.2%} to {:.2%}".format(*result.interval) if result else "–",
        f"{card.parameters:,}",
        f"{card.megabytes:.2f} MB",
        f"{1000 * _latency(model):.3f} ms",
        f"{card.training_seconds:.0f} s",
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
        known = [bundle.folder.name for bundle in find_bundles(folder.parent)]
        raise TrainError(f"{error} There are {', '.join(known) or 'none'}.") from error
