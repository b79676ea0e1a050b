"""Plots of a model: one file each, readable in grey and by colour-blind people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image
from sklearn.metrics import confusion_matrix

from recognizer import Reading
from recognizer.bundle import DIGIT_COUNT, DigitCard
from train import measures, report

BLUE, ORANGE = "#0072b2", "#d55e00"  # of Okabe and Ito's palette (2008), told apart by nearly everyone
COLUMNS = 10
COLOURS = 64


def write(folder: Path, title: str, frames: np.ndarray, probabilities: np.ndarray, labels: np.ndarray) -> None:
    """Write the plots of probabilities (n, 10) on frames (n, 28, 28) with labels (n,) into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    hardest = report.find_mistakes(probabilities, labels)[:30]
    some = np.random.default_rng(0).permutation(len(labels))[:30]
    ten_each = np.concatenate([np.flatnonzero(labels == digit)[:10] for digit in range(DIGIT_COUNT)])
    one_each = np.array([found[0] for d in range(DIGIT_COUNT) if len(found := np.flatnonzero(labels == d))])
    figures = {
        "confusion-matrix": _confusions(title, probabilities, labels),
        "reliability": _reliability(title, probabilities, labels),
        "confidence-by-digit": _confidence(title, probabilities, labels),
        "predictions": _grid(f"{title}: read at random", frames, probabilities, labels, some),
        "hardest-mistakes": _grid(f"{title}: the surest mistakes", frames, probabilities, labels, hardest),
        "one-of-each": _grid(f"{title}: one of each digit", frames, probabilities, labels, one_each),
        "ten-of-each": _grid(f"{title}: ten of each digit", frames, probabilities, labels, ten_each),
    }
    for name, figure in figures.items():
        _save(figure, folder / f"{name}.png")


def write_history(folder: Path, title: str, history: Mapping[str, Sequence[float]]) -> None:
    """Write how accuracy and loss went with the epochs."""
    folder.mkdir(parents=True, exist_ok=True)
    figure, axes = _figure(9, 3.6, columns=2)
    for axis, name in zip(axes, ("accuracy", "loss"), strict=True):
        epochs = range(1, len(history[name]) + 1)
        axis.plot(epochs, history[name], color=BLUE, label="training")
        axis.plot(epochs, history[f"val_{name}"], color=ORANGE, linestyle="--", label="validation")
        axis.set(xlabel="epoch", ylabel=name)
        axis.legend(loc="upper right" if name == "loss" else "lower right")
    figure.suptitle(f"{title}: training history")
    _save(figure, folder / "history.png")


def write_comparison(path: Path, cards: Sequence[DigitCard]) -> None:
    """Write the error of several models on MNIST's test set, with intervals, over their size."""
    figure, (axis,) = _figure(8, 1.2 + 0.5 * len(cards))
    for row, card in enumerate(reversed(cards)):
        if not (result := card.results.get("mnist test")):
            continue
        low, high = result.interval
        axis.plot([100 * (1 - high), 100 * (1 - low)], [row, row], color=BLUE, linewidth=2)
        axis.plot(100 * (1 - result.accuracy), row, "o", color=ORANGE)
    axis.set_yticks(range(len(cards)), [f"{card.name} ({card.parameters:,})" for card in reversed(cards)])
    axis.set(xlabel="error on MNIST's test set (%), with its 95 % interval", title="Models and their parameters")
    axis.set_xlim(left=0)
    _save(figure, path)


def write_readings(path: Path, readings: Sequence[tuple[Path, Reading]]) -> None:
    """Write, a row a picture, what came in, what the network saw and its ten probabilities."""
    figure = Figure(figsize=(8, 2.2 * len(readings)), layout="constrained")
    rows = figure.subplots(len(readings), 3, squeeze=False, width_ratios=(1, 1, 2))
    for (file, reading), (picture, frame, bars) in zip(readings, rows, strict=True):
        digit = reading.digits[0]
        for axis, image, title in ((picture, reading.picture, file.name), (frame, reading.frames[0], "the frame")):
            axis.imshow(image, cmap="gray")
            axis.set_title(title, fontsize=9)
            axis.axis("off")
        colours = [ORANGE if number == digit.digit else BLUE for number in range(DIGIT_COUNT)]
        bars.bar(range(DIGIT_COUNT), digit.probabilities, color=colours)
        bars.set(xticks=range(DIGIT_COUNT), ylim=(0, 1), ylabel="probability", xlabel="digit")
        bars.set_title(f"{reading.text}, {digit.confidence:.1%}", fontsize=9)
    _save(figure, path)


def _save(figure: Figure, path: Path) -> None:
    """Write a picture of at most 64 colours, a third as large as one of all colours."""
    drawn = BytesIO()
    figure.savefig(drawn, format="png", dpi=80)
    Image.open(drawn).convert("RGB").quantize(COLOURS).save(path, optimize=True)


def _figure(width: float, height: float, columns: int = 1) -> tuple[Figure, Sequence[Axes]]:
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, list(np.ravel(figure.subplots(1, columns)))


def _confusions(title: str, probabilities: np.ndarray, labels: np.ndarray) -> Figure:
    counts = confusion_matrix(labels, probabilities.argmax(1), labels=range(DIGIT_COUNT))
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    figure, (axis,) = _figure(6.4, 6)
    axis.imshow(shares**0.3, cmap="Blues", vmin=0, vmax=1)  # a power, so that rare confusions are seen
    for (true, read), count in np.ndenumerate(counts):
        if count:
            axis.text(
                read, true, count, ha="center", va="center", color="white" if shares[true, read] > 0.2 else "black"
            )
    axis.set(xticks=range(DIGIT_COUNT), yticks=range(DIGIT_COUNT), xlabel="read as", ylabel="true digit")
    axis.set_title(f"{title}: confusion matrix")
    return figure


def _reliability(title: str, probabilities: np.ndarray, labels: np.ndarray) -> Figure:
    figure, (axis,) = _figure(5.4, 5)
    axis.plot([0, 1], [0, 1], color="grey", linestyle=":", label="perfectly calibrated")
    confidence, right, counts = measures.reliability(probabilities, labels)
    axis.plot(confidence, right, "o-", color=BLUE, label="this model")
    for x, y, count in zip(confidence, right, counts, strict=True):
        axis.annotate(f"{count:,}", (x, y), fontsize=7, xytext=(4, -9), textcoords="offset points")
    axis.set(xlabel="confidence", ylabel="share that is right", xlim=(0, 1.05), ylim=(0, 1.05))
    axis.set_title(f"{title}: reliability (calibration error {measures.calibration_error(probabilities, labels):.2%})")
    axis.legend(loc="upper left")
    return figure


def _confidence(title: str, probabilities: np.ndarray, labels: np.ndarray) -> Figure:
    read, confidence = probabilities.argmax(1), probabilities.max(1)
    figure, (axis,) = _figure(8, 4)
    axis.boxplot(
        [confidence[read == digit] for digit in range(DIGIT_COUNT)],
        tick_labels=[str(digit) for digit in range(DIGIT_COUNT)],
        whis=(1, 99),
    )
    axis.set(xlabel="digit read", ylabel="confidence", ylim=(0, 1.02))
    axis.set_title(f"{title}: confidence by digit (boxes: middle half; whiskers: 1 to 99 %)")
    return figure


def _grid(title: str, frames: np.ndarray, probabilities: np.ndarray, labels: np.ndarray, which: np.ndarray) -> Figure:
    """Frames with what was read and how surely. Mistakes are orange and say the true digit."""
    rows = max(1, -(-len(which) // COLUMNS))
    figure = Figure(figsize=(COLUMNS, 0.6 + 1.25 * rows), layout="constrained")
    figure.suptitle(title)
    axes = np.ravel(figure.subplots(rows, COLUMNS))
    for axis in axes:
        axis.axis("off")
    for axis, number in zip(axes, which, strict=False):
        read, true = probabilities[number].argmax(), labels[number]
        axis.imshow(frames[number], cmap="gray", vmin=0, vmax=1)
        words = f"{read}  {probabilities[number].max():.1%}" + ("" if read == true else f"\nnot {true}")
        axis.set_title(words, fontsize=8, color="black" if read == true else ORANGE)
    return figure


matplotlib.use("agg")
