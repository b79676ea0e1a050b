"""What a model reads rightly and wrongly on labelled digits, as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from sklearn.metrics import classification_report, confusion_matrix

from recognizer.bundle import DIGIT_COUNT, PageCard, Result
from train import measures

HARDEST = 10  # mistakes that are listed


def describe(title: str, probabilities: np.ndarray, labels: np.ndarray) -> str:
    """Return a report of probabilities (n, 10) on labels (n,): accuracy, confusions, confidence, mistakes."""
    read = probabilities.argmax(1)
    return "\n\n".join(
        [
            f"{title}: {summarise(probabilities, labels)}",
            classification_report(labels, read, labels=range(DIGIT_COUNT), digits=4, zero_division=0).rstrip(),
            "confusion matrix (a row a true digit, a column what was read)\n" + _confusions(labels, read),
            "confidence by digit read: mean, and share that is right\n" + _confidence(probabilities, labels),
            "surest mistakes (number in the set: true digit, digit read, confidence)\n"
            + _mistakes(probabilities, labels),
        ]
    )


def describe_negatives(title: str, probabilities: np.ndarray, rejected: np.ndarray) -> str:
    """Return how sure a model is of probabilities (n, 10) of what is no digit, and what share (n,) it rejects."""
    return (
        f"{title}: of {len(rejected):,} that are no digit, {rejected.mean():.2%} rejected; "
        f"mean confidence {probabilities.max(1).mean():.2%}"
    )


def compare(before: Mapping[str, float], results: Mapping[str, Result]) -> str:
    """Return the accuracies of a model before and after a fine-tuning as a table."""
    rows = [f"{name:30}{share:8.2%}{results[name].accuracy:8.2%}" for name, share in before.items()]
    return "\n".join([f"{'accuracy':30}{'before':>8}{'after':>8}", *rows])


def list_results(results: Mapping[str, Result]) -> str:
    """Return how data sets are read, as a table."""
    head = f"{'data':30}{'n':>8}{'accuracy':>10}{'95 % interval':>20}{'calibration error':>20}"
    rows = [
        f"{name:30}{each.n:8}{each.accuracy:10.2%}{'{:.2%} to {:.2%}'.format(*each.interval):>20}"
        f"{each.calibration_error:20.2%}"
        for name, each in results.items()
    ]
    return "\n".join([head, *rows])


def list_found(card: PageCard) -> str:
    """Return how a page network finds the glyphs of each class, as a table."""
    head = f"{'class':8}{'glyphs':>8}{'right':>8}{'wrong':>8}{'missed':>8}{'invented':>10}"
    rows = [
        f"{name:8}{each.glyphs:8}{each.right:8}{each.wrong:8}{each.missed:8}{each.invented:10}"
        for name, each in card.results.items()
    ]
    return "\n".join([head, *rows])


def list_writers(probabilities: np.ndarray, labels: np.ndarray, writers: Sequence[str]) -> str:
    """Return how the digits of each of n writers are read, as a table, the worst first."""
    wrong, names = probabilities.argmax(1) != labels, np.array(writers)
    totals, errors = Counter(writers), Counter(names[wrong].tolist())
    lines = [f"{'writer':20}{'digits':>8}{'wrong':>8}{'':9}  what was read as what, and how often"]
    for name in sorted(totals, key=lambda name: (-errors[name], name)):
        theirs = wrong & (names == name)
        mistakes = _name_mistakes(probabilities[theirs], labels[theirs])
        lines.append(
            f"{name:20}{totals[name]:8}{errors[name]:8}{errors[name] / totals[name]:9.2%}  {mistakes}".rstrip()
        )
    return "\n".join(lines)


def _name_mistakes(probabilities: np.ndarray, labels: np.ndarray) -> str:
    """The confusions of digits that are all read wrongly, the most frequent first."""
    counts = Counter(zip(labels.tolist(), probabilities.argmax(1).tolist(), strict=True))
    return ", ".join(f"{digit} as {read}" + (f" × {n}" if n > 1 else "") for (digit, read), n in counts.most_common())


def summarise(probabilities: np.ndarray, labels: np.ndarray) -> str:
    """Accuracy with its 95 % interval and the calibration error, in a line."""
    right = measures.accuracy(probabilities, labels)
    low, high = measures.interval(right, len(labels))
    error = measures.calibration_error(probabilities, labels)
    return (
        f"{right:.2%} of {len(labels):,} right (95 % interval {low:.2%} to {high:.2%}), calibration error {error:.2%}"
    )


def find_mistakes(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The numbers of the digits that were read wrongly, the surest first."""
    wrong = np.flatnonzero(probabilities.argmax(1) != labels)
    return wrong[np.argsort(-probabilities[wrong].max(1), kind="stable")]


def _confusions(labels: np.ndarray, read: np.ndarray) -> str:
    counts = confusion_matrix(labels, read, labels=range(DIGIT_COUNT))
    head = "    " + "".join(f"{digit:6}" for digit in range(DIGIT_COUNT))
    return "\n".join([head, *(f"{digit:4}" + "".join(f"{n:6}" for n in row) for digit, row in enumerate(counts))])


def _confidence(probabilities: np.ndarray, labels: np.ndarray) -> str:
    read, confidence = probabilities.argmax(1), probabilities.max(1)
    rows = [
        f"{digit:4}{confidence[read == digit].mean():9.2%}{(labels[read == digit] == digit).mean():9.2%}"
        for digit in range(DIGIT_COUNT)
        if (read == digit).any()
    ]
    return "\n".join(rows)


def _mistakes(probabilities: np.ndarray, labels: np.ndarray) -> str:
    rows = [
        f"{number:6}: {labels[number]} read as {probabilities[number].argmax()}, {probabilities[number].max():.2%}"
        for number in find_mistakes(probabilities, labels)[:HARDEST]
    ]
    return "\n".join(rows) or "none"
