import numpy as np
import pytest

from train.allographs import FORMS, anew, vary
from train.pen import Writing, draw

LINE = [np.array([(30.0, 0.0), (15.0, 50.0), (0.0, 100.0)], np.float32)]


def size(strokes):
    return np.ptp(np.concatenate(strokes), 0)


def test_there_are_two_dozen_forms_and_more_each_of_a_name_of_its_own():
    assert sum(len(forms) for forms in FORMS.values()) >= 24
    assert set(FORMS) == set(range(10))
    for forms in FORMS.values():
        assert len({form.name for form in forms}) == len(forms)
        assert sum(form.share for form in forms) <= 1


@pytest.mark.parametrize("digit", FORMS)
def test_so_many_digits_are_given_a_form_as_the_shares_say(digit):
    mine = Writing(digit, "", LINE)
    rng = np.random.default_rng(0)
    changed = sum(vary(mine, 0.5, rng) is not mine.strokes for _ in range(2000))
    assert changed / 2000 == pytest.approx(0.5 * sum(form.share for form in FORMS[digit]), abs=0.03)


@pytest.mark.parametrize("form", [form for forms in FORMS.values() for form in forms], ids=lambda form: form.name)
def test_a_form_is_about_as_high_as_the_digit_and_never_twice_the_same(form):
    rng = np.random.default_rng(0)
    strokes = [line / 100 for line in LINE]
    written = [form.write(strokes, rng) for _ in range(40)]
    assert all(0.8 < size(some)[1] < (2 if form.name == "crossed" else 1.3) for some in written)
    assert len({draw(some, 8).tobytes() for some in written}) == len(written)


def test_a_digit_is_written_anew_about_where_its_corners_are():
    rule = anew("0,0 50,0 50,0 50,100")
    lines = np.array([rule(LINE, np.random.default_rng(seed)) for seed in range(200)])
    assert lines.mean(0)[0, 0] == pytest.approx((0, 0), abs=0.02)
    assert lines.mean(0)[0, -1] == pytest.approx((0.5, 1), abs=0.05)
    assert lines.std(0).max() < 0.25


@pytest.mark.parametrize("digit", range(10))
def test_without_a_share_nothing_changes(digit):
    mine = Writing(digit, "", LINE)
    assert vary(mine, 0.0, np.random.default_rng(0)) is mine.strokes
