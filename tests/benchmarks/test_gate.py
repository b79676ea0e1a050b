from dataclasses import replace

import pytest

from benchmarks.handwriting.figures import Figures
from benchmarks.handwriting.gate import complain, margin
from benchmarks.handwriting.verdicts import Verdict

FIGURES = Figures("some", 1000, 0.91, 0.91, *[None] * 8, model="ours", date="2026-11-26")
FAULTY = {"misread": [3, 900], "inexact": [3, 900], "surely misread": []}


def verdicts(misread, surely=()):
    """A hundred, of which some are misread."""
    right = [Verdict(n, "7", "7", True, True) for n in range(100)]
    for number in misread:
        sure = 0.95 if number in surely else 0.5
        right[number] = Verdict(number, "7", f"{number}", False, False, (("wrong", sure),))
    return right


def test_the_margin_is_two_standard_errors():
    assert margin(0.9, 100) == pytest.approx(6)
    assert margin(1, 100) == 0


def test_as_many_are_misread_as_before():
    assert complain(FIGURES, FAULTY, verdicts([3])) == []
    assert complain(FIGURES, FAULTY, verdicts([])) == []


def test_within_the_margin_others_may_be_misread():
    assert complain(FIGURES, FAULTY, verdicts([3, 10, 11, 12, 13, 14])) == []


def test_beyond_the_margin_what_was_lost_is_named():
    misread, inexact = complain(FIGURES, FAULTY, verdicts([3, 10, 11, 12, 13, 14, 15, 16]))
    assert misread.startswith(
        "some: 8 of 100 are misread, before 1 (5.7 more are allowed). New are:\n  10: '7' was read as"
    )
    assert misread.count("\n") == 7
    assert "inexact" in inexact


def test_a_set_without_faults_stays_so():
    (lost,) = complain(FIGURES, FAULTY, verdicts([3], surely=[3]))
    assert (
        lost == "some: 1 of 100 are surely misread, before 0 (0.0 more are allowed). New are:\n  3: '7' was read as '3'"
    )


def test_what_was_not_asked_is_not_missed():
    unasked = [replace(verdict, exact=None) for verdict in verdicts([3])]
    assert complain(replace(FIGURES, exact=1.0), FAULTY | {"inexact": []}, unasked) == []
