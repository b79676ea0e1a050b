import numpy as np
import pytest

from recognizer.model import temper
from train import measures


def calibrated(n=20_000, seed=0):
    """Probabilities and labels drawn from them, so that the probabilities are right by construction."""
    rng = np.random.default_rng(seed)
    probabilities = temper(rng.dirichlet(np.ones(10), n), 0.3)
    labels = (probabilities.cumsum(1) < rng.random((n, 1))).sum(1).clip(0, 9)
    return probabilities, labels


def test_accuracy_counts_the_most_probable():
    probabilities = np.eye(10)[[1, 1, 2, 3]]
    labels = np.array([1, 2, 2, 3])
    assert measures.accuracy(probabilities, labels) == 0.75
    assert measures.per_digit_accuracy(probabilities, labels) == [None, 1.0, 0.5, 1.0, *[None] * 6]


@pytest.mark.parametrize(
    ("share", "n", "interval"),  # by the formula in Wilson's paper
    [(0.994, 10_000, (0.992288, 0.995333)), (1.0, 100, (0.963006, 1.0)), (0.5, 10, (0.236593, 0.763407))],
)
def test_the_interval_is_wilsons(share, n, interval):
    assert measures.interval(share, n) == pytest.approx(interval, abs=1e-5)


def test_calibration_error_is_small_for_right_probabilities_and_large_for_bold_ones():
    probabilities, labels = calibrated()
    assert measures.calibration_error(probabilities, labels) < 0.01
    assert measures.calibration_error(temper(probabilities, 0.3), labels) > 0.1


def test_reliability_leaves_out_what_no_digit_is_read_with():
    probabilities = np.full((4, 10), 0.0)
    probabilities[:, 3] = [1.0, 0.99, 0.5, 0.34]
    confidence, right, counts = measures.reliability(probabilities, np.array([3, 4, 3, 3]))
    assert confidence == pytest.approx([0.34, 0.5, 0.995])
    assert right == pytest.approx([1, 1, 0.5])
    assert counts.tolist() == [1, 1, 2]
    error = (2 * (0.995 - 0.5) + (1 - 0.5) + (1 - 0.34)) / 4
    assert measures.calibration_error(probabilities, np.array([3, 4, 3, 3])) == pytest.approx(error)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_the_temperature_that_was_applied_is_found(temperature):
    probabilities, labels = calibrated()
    assert measures.fit_temperature(temper(probabilities, 1 / temperature), labels) == pytest.approx(
        temperature, rel=0.02
    )


@pytest.mark.parametrize(
    ("digits", "others", "threshold"),
    [
        ([0.6, 0.7, 0.8, 0.9], [0.1, 0.2, 0.3, 0.4], 0.6),  # told apart: no digit is rejected, nothing else is answered
        ([0.3, 0.7, 0.8, 0.9], [0.1, 0.2, 0.4, 0.8], 0.4),  # one of four digits, and two of four others
        ([0.3, 0.5, 0.8, 0.9], [0.1, 0.2, 0.3, 0.7], 0.5),  # one of each
        ([0.2, 0.4], [0.5, 0.9], 0.4),  # nothing can be told
    ],
)
def test_half_as_large_a_share_of_digits_is_rejected_as_others_are_answered(digits, others, threshold):
    assert measures.fit_rejection(np.array(digits), np.array(others)) == threshold
