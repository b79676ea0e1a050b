"""Figures of a classifier, from its probabilities (n, 10) and the true labels (n,)."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.stats import binned_statistic, binomtest
from sklearn.linear_model import LogisticRegression

from recognizer.bundle import DIGIT_COUNT, Result
from recognizer.model import temper

TEMPERATURES = 0.25, 4.0  # between which the best one is looked for
BINS = 15
WORSE = 2  # times, that a digit is rejected, than that what is none is answered


def accuracy(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Share of the labels that are the most probable digit, 0 to 1."""
    return float((probabilities.argmax(1) == labels).mean())


def per_digit_accuracy(probabilities: np.ndarray, labels: np.ndarray) -> list[float | None]:
    """Accuracy on each digit from 0 to 9, or None for one that does not occur."""
    right = probabilities.argmax(1) == labels
    return [float(right[labels == digit].mean()) if (labels == digit).any() else None for digit in range(DIGIT_COUNT)]


def interval(share: float, n: int) -> tuple[float, float]:
    """95 % interval of a share seen in n trials (Wilson 1927, doi 10.1080/01621459.1927.10502953)."""
    low, high = binomtest(round(share * n), n).proportion_ci(0.95, "wilson")
    return float(low), float(high)


def reliability(probabilities: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean confidence, share that is right and count of the digits in each of 15 bins of confidence that holds any."""
    confidence, right = np.minimum(probabilities.max(1), 1), probabilities.argmax(1) == labels
    means, _, numbers = binned_statistic(confidence, [confidence, right], "mean", BINS, (0, 1))
    counts = np.bincount(numbers, minlength=BINS + 1)[1:]
    return means[0][counts > 0], means[1][counts > 0], counts[counts > 0]


def calibration_error(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Expected calibration error, 0 to 1, over 15 equally wide bins (Guo et al. 2017, arXiv:1706.04599)."""
    confidence, right, counts = reliability(probabilities, labels)
    return float(np.average(np.abs(confidence - right), weights=counts))


def measure(probabilities: np.ndarray, labels: np.ndarray) -> Result:
    """What a card says of a data set."""
    right = accuracy(probabilities, labels)
    return Result(
        n=len(labels),
        accuracy=right,
        interval=interval(right, len(labels)),
        per_digit=per_digit_accuracy(probabilities, labels),
        calibration_error=calibration_error(probabilities, labels),
    )


def fit_logistic(odds: np.ndarray, is_right: np.ndarray) -> tuple[float, float]:
    """Slope and offset of the log odds of being right (n,) in those that were claimed (n,) (Platt 1999)."""
    fitted = LogisticRegression(C=np.inf).fit(odds[:, None], is_right)
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def fit_temperature(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """The temperature at which the labels are likeliest (Guo et al. 2017), between ¼ and 4."""

    def loss(temperature: float) -> float:
        return -float(np.log(temper(probabilities, temperature)[np.arange(len(labels)), labels]).mean())

    return float(minimize_scalar(loss, bounds=TEMPERATURES, method="bounded").x)


def fit_rejection(digits: np.ndarray, others: np.ndarray) -> float:
    """How likely a digit a frame must be, so that a share of digits (n,) is rejected half that of others (m,) answered.

    A digit that is not read is the worse of the two, as digits are what people come with.
    """
    thresholds = np.sort(np.concatenate([digits, others]))
    rejected = np.searchsorted(np.sort(digits), thresholds) / len(digits)
    answered = 1 - np.searchsorted(np.sort(others), thresholds) / len(others)
    return float(thresholds[np.argmax(WORSE * rejected >= answered)])
