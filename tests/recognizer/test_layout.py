import numpy as np
import pytest

from recognizer.detection import Detection
from recognizer.glyphs import CLASSES
from recognizer.layout import arrange, find_table, leave_out


def found(name, x, y, width=20.0, height=40.0):
    classes = np.zeros(len(CLASSES))
    classes[CLASSES.index(name)] = 0.9
    return Detection((x, y, width, height), classes)


def number(text, x=0.0, y=0.0, pitch=25.0):
    return [found(character, x + pitch * place, y) for place, character in enumerate(text)]


def spell(rows):
    return [" ".join("".join(glyph.name for glyph in number) for number in row) for row in rows]


def test_glyphs_are_read_from_left_to_right_and_from_top_to_bottom():
    glyphs = [*number("12", y=100), *number("34")]
    assert spell(arrange(glyphs[::-1])) == ["34", "12"]


def test_a_line_may_rise():
    assert spell(arrange([found(str(place), 30.0 * place, -8.0 * place) for place in range(10)])) == ["0123456789"]


def test_a_dot_above_another_one_makes_a_colon():
    dots = [found(".", 22, 10, 4, 4), found(".", 22, 30, 4, 4)]
    assert spell(arrange([*number("1"), *dots, *number("2", x=30)])) == ["1:2"]
    assert spell(arrange([*number("1"), dots[1], *number("2", x=30)])) == ["1.2"]


def test_what_stands_in_no_row_is_left_out_but_not_the_dots_of_a_colon():
    dots = [found(".", 22.1, 10.3, 4.7, 4.1), found(".", 22.4, 30.7, 4.2, 4.9)]
    letter = found("other", 200, 10)
    glyphs = [*number("1"), *dots, *number("2", x=30), letter]
    assert leave_out(glyphs, arrange(glyphs)) == [letter]


def test_a_dot_that_touches_a_colon_is_a_part_of_it():
    glyphs = [*number("1"), found(":", 22, 5, 4, 22), found(".", 22, 25, 4, 5), *number("2", x=30)]
    rows = arrange(glyphs)
    assert spell(rows) == ["1:2"]
    assert leave_out(glyphs, rows) == []


def test_numbers_of_a_line_that_stand_apart_have_a_space_between_them():
    assert spell(arrange([*number("12"), *number("34", x=120)])) == ["12 34"]


@pytest.mark.parametrize(
    ("mark", "box", "text"),
    [
        (".", (21, 36, 4, 4), "1.2"),
        (",", (21, 34, 5, 12), "1,2"),
        ("-", (-25, 18, 18, 4), "-12"),
        ("/", (20, -5, 10, 50), "1/2"),
        (":", (21, 12, 4, 24), "1:2"),
        ("=", (21, 16, 4, 9), "1=2"),
        ("(", (-14, -4, 10, 48), "(12"),
        (")", (47, -4, 10, 48), "12)"),
    ],
)
def test_marks_stand_where_they_are_written(mark, box, text):
    assert spell(arrange([*number("12"), found(mark, *box)])) == [text]


@pytest.mark.parametrize(
    ("mark", "box"),
    [
        (".", (21, -20, 4, 4)),
        (".", (300, 36, 4, 4)),
        (",", (21, 4, 4, 6)),
    ],
)
def test_a_point_that_stands_too_high_or_far_away_is_left_out(mark, box):
    assert spell(arrange([*number("12"), found(mark, *box)])) == ["12"]


def test_marks_alone_and_other_writing_are_no_line():
    assert arrange([found("-", 0, 0), found("other", 50, 0)]) == []


def test_numbers_in_columns_are_a_table_with_empty_cells():
    rows = arrange(
        [*number("12"), *number("34", x=150), *number("56", y=100), *number("7", y=200), *number("89", 150, 200)]
    )
    table = find_table(rows)
    assert table is not None
    assert [spell([[cell] for cell in row]) for row in table] == [["12", "34"], ["56", ""], ["7", "89"]]


@pytest.mark.parametrize(
    "glyphs",
    [number("1234"), [*number("12"), *number("34", y=100)], [found(str(n), 140.0 * n, 90.0 * n) for n in range(6)]],
)
def test_a_line_a_column_and_digits_that_lie_about_are_no_table(glyphs):
    assert find_table(arrange(glyphs)) is None


def test_nothing_is_no_line():
    assert arrange([]) == []
    assert find_table([]) is None
