import numpy as np

from train.strings import separate


def stroke(*points):
    return np.array(points, np.float32)


ONE = stroke((10, 0), (9, 50), (10, 100))
FOUR = [stroke((40, 0), (30, 60), (70, 60)), stroke((55, 30), (54, 100))]
SLASH = stroke((100, 0), (85, 100))
FIVE = [stroke((130, 0), (128, 40), (150, 70), (125, 100)), stroke((131, 2), (155, 0))]


def test_strokes_above_each_other_are_one_digit():
    found = separate([ONE, *FOUR], "14")
    assert [digit for digit, _ in found] == [1, 4]
    assert [len(part) for _, part in found] == [1, 2]


def test_marks_are_characters_but_no_digits():
    found = separate([ONE, *FOUR, SLASH, *FIVE], "14/5")
    assert [digit for digit, _ in found] == [1, 4, 5]


def test_strokes_that_came_later_go_to_where_they_lie():
    assert [len(part) for _, part in separate([ONE, FOUR[0], *FIVE, FOUR[1]], "145")] == [1, 2, 2]


def test_digits_in_one_stroke_are_left_out():
    assert separate([np.concatenate([ONE, FOUR[0]])], "14") == []


def test_a_digit_that_was_taken_apart_is_not_taken_for_two():
    low = stroke((40, 85), (45, 100))
    assert separate([ONE, low], "12") == []
    assert separate([ONE, ONE], "11") == []


def test_words_are_no_numbers():
    assert separate([ONE, *FOUR], "x4") == []
