"""Figures of a classifier, from its probabilities (n, 10) and the true labels (n,)."""

from __future__ import annotations

import math

import numpy as np

from recognizer.bundle import DIGITS, Result
from recognizer.model import tempered

Z95 = 1.959964  # standard deviations on either side that hold 95 % of a normal distribution
TEMPERATURES = np.geomspace(0.25, 4, 401)
BINS = 15


def accuracy(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Share of the labels that are the most probable digit, 0 to 1."""
    return float((probabilities.argmax(1) == labels).mean())


def per_digit_accuracy(probabilities: np.ndarray, labels: np.ndarray) -> list[float | None]:
    """Accuracy on each digit from 0 to 9; None for one that does not occur."""
    right = probabilities.argmax(1) == labels
    return [float(right[labels == digit].mean()) if (labels == digit).any() else None for digit in range(DIGITS)]


def wilson(share: float, n: int) -> tuple[float, float]:
    """95 % interval of a share seen in n trials (Wilson 1927, doi 10.1080/01621459.1927.10502953)."""
    centre = (share + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
    half = Z95 * math.sqrt(share * (1 - share) / n + Z95**2 / (4 * n**2)) / (1 + Z95**2 / n)
    return centre - half, centre + half


def calibration_error(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Expected calibration error, 0 to 1, over 15 equally wide bins (Guo et al. 2017, arXiv:1706.04599)."""
    confidence = probabilities.max(1)
    surplus = confidence - (probabilities.argmax(1) == labels)
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return float(np.abs(np.bincount(bins, weights=surplus, minlength=BINS)).sum() / len(labels))


def result(probabilities: np.ndarray, labels: np.ndarray) -> Result:
    """What a card says of a data set."""
    right = accuracy(probabilities, labels)
    return Result(
        n=len(labels),
        accuracy=right,
        interval=wilson(right, len(labels)),
        per_digit=per_digit_accuracy(probabilities, labels),
        calibration_error=calibration_error(probabilities, labels),
    )


def best_temperature(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """The temperature at which the labels are likeliest (Guo et al. 2017), between ¼ and 4."""

    def loss(temperature: float) -> float:
        return -float(np.log(tempered(probabilities, temperature)[np.arange(len(labels)), labels]).mean())

    return float(min(TEMPERATURES, key=loss))
