import re
from dataclasses import dataclass, field
from typing import Any

import pytest

from recognizer.schema import parse


@dataclass(frozen=True)
class Inner:
    share: float
    pair: tuple[int, int] = (1, 2)

    def __post_init__(self):
        if self.share > 1:
            raise ValueError(f"share is {self.share}, not up to 1")


@dataclass(frozen=True)
class Outer:
    name: str
    inner: Inner | None = None
    by_name: dict[str, list[bool]] = field(default_factory=dict)
    anything: dict[str, Any] = field(default_factory=dict)


def test_a_table_becomes_a_dataclass_with_all_that_it_holds():
    table = {
        "name": "x",
        "inner": {"share": 1, "pair": [3, 4]},
        "by_name": {"a": [True]},
        "anything": {"deep": [{"x": None}]},
    }
    made = parse(Outer, table, "here")
    assert made == Outer("x", Inner(1.0, (3, 4)), {"a": [True]}, {"deep": [{"x": None}]})
    assert isinstance(made.inner.share, float)
    assert parse(Outer, {"name": "x", "inner": None}, "here") == Outer("x")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([], "here: expected a table, not []."),
        ({}, "here: lacks name."),
        (
            {"name": "x", "colour": 1, "age": 2},
            "here: unknown key age, colour; known are name, inner, by_name, anything.",
        ),
        ({"name": 1}, "here: name: expected str, not 1."),
        ({"name": "x", "inner": 5}, "here: inner: expected a table, not 5."),
        ({"name": "x", "inner": {"share": True}}, "here: inner: share: expected float, not True."),
        ({"name": "x", "inner": {"share": 2}}, "here: inner: share is 2.0, not up to 1."),
        ({"name": "x", "inner": {"share": 1, "pair": [1]}}, "here: inner: pair: expected a list of 2, not [1]."),
        ({"name": "x", "by_name": {"a": [1]}}, "here: by_name: a: expected bool, not 1."),
        ({"name": "x", "by_name": {"a": {}}}, "here: by_name: a: expected a list, not {}."),
        ({"name": "x", "by_name": []}, "here: by_name: expected a table, not []."),
    ],
)
def test_what_does_not_fit_is_named(table, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        parse(Outer, table, "here")
