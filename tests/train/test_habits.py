import numpy as np
import pytest

from tests import drawing
from train import habits

BARE = [np.array([(2.0, 0.0), (1.0, 50.0), (0.0, 100.0)], np.float32)]
FLAGGED = [np.array([(0, 40), (50, 0), (50, 100)], np.float32)]
SEVEN = [np.array(stroke, np.float32) for stroke in drawing.SEVEN]
ON_ONES = (habits.flag, habits.level_flag, habits.foot, habits.flag_and_foot, habits.hook, habits.go_back)


def many(habit, strokes, count=40):
    rng = np.random.default_rng(0)
    return [habit(strokes, rng) for _ in range(count)]


@pytest.mark.parametrize("habit", ON_ONES)
def test_what_a_one_has_already_it_is_not_given(habit):
    assert all(strokes is FLAGGED for strokes in many(habit, FLAGGED) if habit is not habits.flag_and_foot)
    assert all(len(strokes) == 1 for strokes in many(habit, FLAGGED))
    assert all(len(strokes) > 1 for strokes in many(habit, BARE))


def test_a_flag_leads_to_the_top_and_stays_narrower_than_the_bar_of_a_seven():
    for habit, steep in ((habits.flag, True), (habits.level_flag, False)):
        flags = [strokes[1] for strokes in many(habit, BARE)]
        assert all(np.allclose(flag[-1], (2, 0)) for flag in flags)
        assert max(np.ptp(flag[:, 0]) for flag in flags) < 40
        drops = np.array([flag[0, 1] / (2 - flag[0, 0]) for flag in flags])
        assert (drops > 0.7).all() if steep else (drops < 0.75).all()


def test_a_foot_lies_level_under_the_stem():
    for strokes in many(habits.foot, BARE):
        assert strokes[1][0, 0] < 0 < strokes[1][-1, 0]
        assert np.allclose(strokes[1][:, 1], 100, atol=15)


def test_hooks_stay_low_and_pens_that_go_back_reach_high():
    hooks, ways = (
        [100 - strokes[1][:, 1].min() for strokes in many(habit, BARE)] for habit in (habits.hook, habits.go_back)
    )
    assert max(hooks) < 45
    assert min(ways) > 20
    assert max(ways) > 60
    assert all(np.allclose(strokes[1][0], (0, 100)) for strokes in many(habits.hook, BARE))


def test_a_slash_crosses_the_middle_of_a_zero():
    zero = [np.array(stroke, np.float32) for stroke in drawing.ZERO]
    low, extent = np.concatenate(zero).min(0), np.ptp(np.concatenate(zero), 0)
    for strokes in many(habits.slash, zero):
        assert np.allclose((strokes[1][0] + strokes[1][-1]) / 2, low + extent / 2, atol=0.1 * extent.max())


def test_a_seven_has_a_bar_where_it_had_none_and_none_where_it_had_one():
    bar = np.array([(0.3, 0.5), (0.7, 0.5)], np.float32)
    start, corner, end = SEVEN[0]
    plain = [np.vstack([np.linspace(start, corner, 20), np.linspace(corner, end, 20)])]  # as dense as a tablet has it
    for strokes in many(habits.cross, plain):
        assert sum(is_level_across_the_middle(stroke) for stroke in strokes) == 1
    for strokes in many(habits.cross, [*plain, bar]):
        assert not any(is_level_across_the_middle(stroke) for stroke in strokes)


def is_level_across_the_middle(stroke):
    return np.ptp(stroke[:, 1]) < np.ptp(stroke[:, 0]) and 0.25 < stroke[:, 1].mean() < 0.75


def test_a_seven_drawn_in_two_strokes_keeps_both():
    top, stem = np.split(SEVEN[0], [2])
    assert all(len(strokes) >= 2 for strokes in many(habits.cross, [top, np.vstack([top[-1], stem])]))


def test_some_sevens_begin_with_a_tick_and_some_end_with_a_tail():
    added = [stroke for strokes in many(habits.cross, SEVEN, 50) for stroke in strokes[1:]]
    ticks = [stroke for stroke in added if np.allclose(stroke[-1], SEVEN[0][0])]
    tails = [stroke for stroke in added if np.allclose(stroke[0], SEVEN[0][-1])]
    assert all(stroke[0, 1] > stroke[-1, 1] for stroke in ticks)
    assert all(stroke[-1, 0] > stroke[0, 0] for stroke in tails)
    assert 5 < len(ticks) < 25
    assert 5 < len(tails) < 30


def test_a_curve_begins_ends_and_turns_at_its_corners():
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 2)])
    line = habits.curve(corners)
    assert line.dtype == np.float32
    assert np.allclose(line[[0, -1]], corners[[0, -1]])
    assert all((np.abs(line - corner).sum(1) < 1e-6).any() for corner in corners)
    assert np.hypot(*np.diff(line, axis=0).T).max() < 0.3
