import numpy as np
import pytest

from recognizer.lattice import SPLIT, Option, Skip, best_way, is_sure, least_doubtful


def option(start, stop, digit, confidence, cost=0.0):
    made = Option(start, stop, None, cost)
    made.probabilities = np.full(10, (1 - confidence) / 9)
    made.probabilities[digit] = confidence
    return made


def text(lines):
    return ["".join(str(option.probabilities.argmax()) for option in line) for line in lines]


def test_the_options_that_the_model_believes_in_are_chosen():
    line = [option(0, 1, 1, 0.6), option(1, 2, 7, 0.5), option(0, 2, 4, 0.95), option(2, 3, 0, 0.9)]
    assert text(best_way([[line]])) == ["40"]


def test_an_option_of_many_atoms_is_no_cheaper_for_it():
    line = [option(0, 1, 1, 0.9), option(1, 2, 7, 0.9), option(0, 2, 4, 0.85)]
    assert text(best_way([[line]])) == ["17"]


def test_cost_speaks_against_an_option():
    line = [option(0, 1, 1, 0.9, cost=1), option(1, 2, 7, 0.9), option(0, 2, 4, 0.8)]
    assert text(best_way([[line]])) == ["4"]


def test_stray_marks_are_skipped_where_nothing_fits_them():
    line = [option(0, 1, 3, 0.99), option(1, 2, 1, 0.1), Skip(1, 2, 0.7), option(2, 3, 5, 0.99)]
    assert text(best_way([[line]])) == ["35"]


def test_a_line_of_stray_marks_is_none():
    assert text(best_way([[[Skip(0, 1, 0.7)], [option(0, 1, 3, 0.9)]]])) == ["3"]


@pytest.mark.parametrize(("whole", "answer"), [(0.94, ["0"]), (0.2, ["11"])])
def test_one_digit_is_preferred_unless_several_read_better(whole, answer):
    one, several = [[option(0, 1, 0, whole)]], [[option(0, 1, 1, 0.95), option(1, 2, 1, 0.95)]]
    assert text(best_way([one, several])) == answer


def test_another_single_digit_is_no_reason_to_leave_the_first_way():
    assert text(best_way([[[option(0, 1, 0, 0.3)]], [[option(0, 1, 6, 0.99)]]])) == ["0"]


def test_where_all_would_be_stray_marks_they_are_digits_after_all():
    assert text(best_way([[[Skip(0, 1, 0.7), option(0, 1, 3, 0.2)]]])) == ["3"]


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.97, 0.981, 0.999])
def test_a_way_is_sure_where_no_other_could_be_chosen(confidence):
    first, best = [[option(0, 1, 0, confidence)]], [[option(0, 1, 1, 1.0), option(1, 2, 1, 1.0)]]
    assert is_sure(first) == (text(best_way([first, best])) == ["0"]) == (-np.log(confidence) <= SPLIT)


@pytest.mark.parametrize(("second", "best"), [(0.9, 0), (0.91, 0), (0.93, 1)])
def test_of_two_readings_the_first_is_preferred_unless_the_other_is_clearly_better(second, best):
    assert least_doubtful([[[option(0, 1, 0, 0.9)]], [[option(0, 1, 6, second)]]]) == best
