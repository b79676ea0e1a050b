import numpy as np
import pytest

from recognizer.candidates import Candidate, Costs, Skip, candidates_of, choose, prefer, score
from recognizer.components import Glyph

COSTS = Costs()
STRONG = np.ones((28, 28), np.float32)  # none of its ink is faint
GLYPH = Glyph(np.full((1, 1), 255, np.uint8), (0, 0, 1, 1))


class Said:
    """What a model would say: candidates with the digit and the confidence that it gives them."""

    def __init__(self):
        self.rows = {}

    def candidate(self, start, stop, digit, confidence, cost=0.0):
        made = Candidate(start, stop, GLYPH, cost)
        row = np.full(10, (1 - confidence) / 9)
        row[digit] = confidence
        self.rows[made] = row
        return made

    def choose(self, lines):
        candidates = candidates_of(lines)
        frames = np.stack([STRONG] * len(candidates))
        return choose(lines, score(candidates, frames, np.stack([self.rows[c] for c in candidates]), COSTS))


@pytest.fixture
def said():
    return Said()


def text(choice):
    return ["".join(str(score.probabilities.argmax()) for _, score in line) for line in choice.lines]


def test_the_candidates_that_the_model_believes_in_are_chosen(said):
    line = [
        said.candidate(0, 1, 1, 0.6),
        said.candidate(1, 2, 7, 0.5),
        said.candidate(0, 2, 4, 0.95),
        said.candidate(2, 3, 0, 0.9),
    ]
    assert text(said.choose([line])) == ["40"]


def test_a_candidate_of_many_components_is_no_cheaper_for_it(said):
    line = [said.candidate(0, 1, 1, 0.9), said.candidate(1, 2, 7, 0.9), said.candidate(0, 2, 4, 0.85)]
    assert text(said.choose([line])) == ["17"]


def test_cost_speaks_against_a_candidate(said):
    line = [said.candidate(0, 1, 1, 0.9, cost=1), said.candidate(1, 2, 7, 0.9), said.candidate(0, 2, 4, 0.8)]
    assert text(said.choose([line])) == ["4"]


def test_stray_marks_are_skipped_where_nothing_fits_them(said):
    line = [said.candidate(0, 1, 3, 0.99), said.candidate(1, 2, 1, 0.1), Skip(1, 2, 0.7), said.candidate(2, 3, 5, 0.99)]
    assert text(said.choose([line])) == ["35"]


def test_a_line_of_stray_marks_is_none(said):
    assert text(said.choose([[Skip(0, 1, 0.7)], [said.candidate(0, 1, 3, 0.9)]])) == ["3"]


def test_where_all_would_be_stray_marks_they_are_digits_after_all(said):
    assert text(said.choose([[Skip(0, 1, 0.7), said.candidate(0, 1, 3, 0.2)]])) == ["3"]


def test_the_cost_is_the_mean_of_a_component(said):
    choice = said.choose([[said.candidate(0, 2, 3, 0.5, cost=0.4)], [said.candidate(0, 1, 4, 0.5)]])
    assert choice.cost == pytest.approx((0.4 - 3 * np.log(0.5)) / 3)
    assert choice.count == 2


def test_ink_that_is_faint_everywhere_costs_most(said):
    candidate = said.candidate(0, 1, 3, 1.0)
    scores = score([candidate], np.full((1, 28, 28), 0.3), said.rows[candidate][None], COSTS)
    assert scores[candidate].cost == pytest.approx(COSTS.faint)


@pytest.mark.parametrize(("whole", "answer"), [(0.94, ["0"]), (0.2, ["11"])])
def test_one_digit_is_preferred_unless_several_read_better(said, whole, answer):
    one = said.choose([[said.candidate(0, 1, 0, whole)]])
    several = said.choose([[said.candidate(0, 1, 1, 0.95), said.candidate(1, 2, 1, 0.95)]])
    assert text(prefer(one, several, costs=COSTS)) == answer


@pytest.mark.parametrize(("second", "best"), [(0.9, "0"), (0.91, "0"), (0.93, "6")])
def test_of_two_readings_the_first_is_preferred_unless_the_other_is_clearly_better(said, second, best):
    one, other = said.choose([[said.candidate(0, 1, 0, 0.9)]]), said.choose([[said.candidate(0, 1, 6, second)]])
    assert text(prefer(one, other, costs=COSTS)) == [best]
