"""Small ink of drawings, taken for dots and dashes by its shape."""

import numpy as np
import pytest

from recognizer.marks import find_marks

HEIGHT = 100.0  # of the writing


@pytest.mark.parametrize(
    ("size", "mark"),
    [((4, 4), "."), ((20, 12), "."), ((60, 10), "-"), ((26, 13), "-"), ((30, 30), None), ((10, 60), None)],
)
def test_small_ink_is_named_by_its_shape(size, mark):
    found = find_marks(np.array([[7, 9, *size]]), HEIGHT)
    assert [glyph.name for glyph in found] == [mark] * (mark is not None)
    assert all(glyph.box == (7, 9, *size) for glyph in found)
