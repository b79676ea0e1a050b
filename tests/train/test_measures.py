import numpy as np
import pytest

from recognizer.model import tempered
from train import measures


def calibrated(n=20_000, seed=0):
    """Probabilities and labels drawn from them, so that the probabilities are right by construction."""
    rng = np.random.default_rng(seed)
    probabilities = tempered(rng.dirichlet(np.ones(10), n), 0.3)
    labels = (probabilities.cumsum(1) < rng.random((n, 1))).sum(1).clip(0, 9)
    return probabilities, labels


def test_accuracy_counts_the_most_probable():
    probabilities = np.eye(10)[[1, 1, 2, 3]]
    labels = np.array([1, 2, 2, 3])
    assert measures.accuracy(probabilities, labels) == 0.75
    assert measures.per_digit_accuracy(probabilities, labels) == [None, 1.0, 0.5, 1.0, *[None] * 6]


@pytest.mark.parametrize(
    ("share", "n", "interval"),  # by scipy.stats.binomtest(...).proportion_ci(method="wilson")
    [(0.994, 10_000, (0.992288, 0.995333)), (1.0, 100, (0.963006, 1.0)), (0.5, 10, (0.236593, 0.763407))],
)
def test_wilson_interval(share, n, interval):
    assert measures.wilson(share, n) == pytest.approx(interval, abs=1e-5)


def test_calibration_error_is_small_for_right_probabilities_and_large_for_bold_ones():
    probabilities, labels = calibrated()
    assert measures.calibration_error(probabilities, labels) < 0.01
    assert measures.calibration_error(tempered(probabilities, 0.3), labels) > 0.1


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_the_temperature_that_was_applied_is_found(temperature):
    probabilities, labels = calibrated()
    assert measures.best_temperature(tempered(probabilities, 1 / temperature), labels) == pytest.approx(
        temperature, rel=0.05
    )
