import pytest

from webapp.history.labels import clean, count_cells, join_cells, locate, name_digits, split_cells


@pytest.mark.parametrize(
    ("text", "label", "places"),
    [
        ("7", "2", [0]),
        ("12", "21", [0, 1]),  # changed, not moved
        ("12\n34", "12\n34", [0, 1, 3, 4]),
        ("37", "3.7", [0, 2]),
        ("17.50", "1250", [0, 1, 2, 3]),
        ("371", "37", [0, 1, None]),
        ("371", "71", [None, 0, 1]),
        ("37", "137", [1, 2]),
        ("1234", "2345", [None, 0, 1, 2]),
        ("7", "", [None]),
        ("12:34", "12:345", [0, 1, 3, 4]),
    ],
)
def test_each_digit_that_was_read_has_its_place(text, label, places):
    assert locate(text, label) == places


@pytest.mark.parametrize(
    ("text", "label", "names"), [("371", "3.7", "37?"), ("5?", "5", "5?"), ("17.50", "150", "1?50"), ("4", "18", "8")]
)
def test_what_each_digit_is(text, label, names):
    assert name_digits(text, label) == names


def test_the_longest_take_no_time():
    assert len(locate("12" * 500, "3 " * 1000)) == 1000


def test_cells_of_a_table_stay_where_they_are():
    rows = [["27", "4 1", ""], ["", "-3", ""]]
    text = join_cells(rows)
    assert split_cells(text) == rows
    assert clean(f" {text} \n\n") == text
    assert split_cells("1\t2\n3") == [["1", "2"], ["3", ""]]
    assert count_cells(text) == [0, 0, 1, 1, 4]


def test_a_table_without_anything_in_it_says_nothing():
    with pytest.raises(ValueError, match="Say what it is"):
        clean("\t\n\t")
