import numpy as np
import pytest

from recognizer import NoInk
from recognizer.borders import find_digit
from recognizer.candidates import COSTS, Candidate, _cost_alone, choose, prefer, propose, score
from recognizer.components import Glyph, find_components
from tests.drawing import FIVE_WITH_FLOATING_BAR, FOUR, SEVEN, ZERO, beside, ink_of

STRONG = np.ones((28, 28), np.float32)  # none of its ink is faint
GLYPH = Glyph(np.full((1, 1), 255, np.uint8), (0, 0, 1, 1))


def judge(*said):
    """The choice among candidates with a digit, the model's confidence in it, and what else it costs."""
    rows = np.array([np.where(np.arange(10) == digit, sure, (1 - sure) / 9) for digit, sure, *_ in said])
    candidates = [Candidate(GLYPH, *cost) for _, _, *cost in said]
    return choose(candidates, score(candidates, np.stack([STRONG] * len(said)), rows, COSTS))


def digit(choice):
    return int(choice[1].probabilities.argmax())


def test_the_candidate_that_the_model_believes_in_is_chosen():
    assert digit(judge((1, 0.6), (4, 0.95), (7, 0.5))) == 4


def test_cost_speaks_against_a_candidate():
    assert digit(judge((1, 0.9, 1.0), (4, 0.8))) == 4


def test_ink_that_is_faint_everywhere_costs_most():
    (found,) = score([Candidate(GLYPH)], np.full((1, 28, 28), 0.3), np.eye(10)[:1], COSTS)
    assert found.cost == pytest.approx(COSTS.faint)


@pytest.mark.parametrize(("second", "best"), [(0.9, 0), (0.91, 0), (0.93, 6)])
def test_of_two_readings_the_first_is_preferred_unless_the_other_is_clearly_better(second, best):
    assert digit(prefer([judge((0, 0.9)), judge((6, second))], COSTS)) == best


def first(ink):
    components = find_components(ink)
    return components.glyph(find_digit(components))


def test_the_box_encloses_the_ink():
    ink = ink_of(SEVEN)
    glyph = first(ink)
    ys, xs = np.nonzero(ink)
    assert glyph.box == (xs.min(), ys.min(), np.ptp(xs) + 1, np.ptp(ys) + 1)
    assert glyph.ink.shape == glyph.box[3:1:-1]


@pytest.mark.parametrize("strokes", [FOUR, FIVE_WITH_FLOATING_BAR])
def test_all_components_of_a_digit_are_kept(strokes):
    ink = ink_of(strokes)
    assert first(ink).ink.sum() == pytest.approx(ink.sum())


def test_specks_are_dropped():
    ink = ink_of(SEVEN)
    clean = first(ink)
    ink[300:303, 30:33] = 255
    assert first(ink).box == clean.box


def test_what_runs_into_the_border_is_dropped():
    ink = ink_of(SEVEN)
    clean = first(ink)
    ink[:, :6] = 255
    ink[390:394, :] = 255
    assert first(ink).box == clean.box


def test_the_lines_of_a_grid_are_dropped():
    ink = ink_of(SEVEN)
    clean = first(ink)
    ink[12:20, 12:] = ink[12:300, 12:20] = 255
    assert first(ink).box == clean.box


def test_a_digit_drawn_at_the_edge_is_kept():
    ink = np.zeros((400, 400), np.uint8)
    ink[40:360, 6:18] = 255
    assert first(ink).box == (6, 40, 12, 320)


def test_a_digit_cut_tight_is_kept_whole():
    whole = first(ink_of(SEVEN)).ink
    assert np.array_equal(first(whole).ink, whole)


def test_no_ink_is_said():
    with pytest.raises(NoInk):
        first(np.zeros((20, 20), np.uint8))


def number_of(strokes):
    return ink_of(beside(strokes, 0.6), size=(700, 300), pen=8)


def test_what_leaves_the_middle_of_the_picture_out_costs_more_than_the_digit_there():
    ink = ink_of(SEVEN)
    ink[60:340, 20:36] = 255
    components = find_components(ink)
    line, seven = (
        _cost_alone(components, np.array([number]), 300, COSTS)
        for number in sorted(range(1, 3), key=lambda number: components.boxes[number, 0])
    )
    assert line > seven + 0.5


def test_one_of_several_digits_alike_may_be_the_digit():
    ink = number_of([ZERO, ZERO])
    boxes = [candidate.glyph.box for candidate in propose([find_components(ink)], COSTS)]
    assert len(boxes) == 2
    assert min(box[2] for box in boxes) < 0.6 * max(box[2] for box in boxes)


def test_a_page_costs_more_than_a_digit_where_it_would_be_one():
    ink = number_of([SEVEN, FOUR, ZERO])
    joined = ink.copy()
    joined[150:152, :] = 1
    assert propose([find_components(joined), find_components(ink)], COSTS)[0].cost > 0
