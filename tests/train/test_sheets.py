import numpy as np
import pytest
from PIL import Image

from train.allographs import FORMS
from train.data import Pens
from train.errors import TrainError
from train.recipe import load
from train.sheets import FRAMES, HANDS, TEXT, write_forms, write_frames


def test_a_sheet_has_a_row_for_each_digit_of_a_set(tmp_path, writings):
    some = Pens([one for one in writings if one.label in (0, 1)])
    write_frames([some, Pens(writings)], load("flagship").augment, 0, tmp_path / "sheet.png")
    sheet = np.asarray(Image.open(tmp_path / "sheet.png"))
    assert sheet.shape == (28 * 12, 28 * FRAMES)
    ink = (sheet < 128).reshape(12, 28, FRAMES, 28).sum((1, 3))
    assert ink.min() > 0
    middles = (sheet < 128).reshape(12, 28, FRAMES, 28)[:, 12:16, :, 12:16].sum((1, 3)).mean(1)
    assert middles[0] < middles[1] / 2


def test_a_sheet_of_forms_has_a_named_row_for_each(tmp_path, writings):
    write_forms([Pens(writings)], load("flagship").augment, 0, tmp_path / "forms.png")
    sheet = np.asarray(Image.open(tmp_path / "forms.png"))
    rows = sum(len(forms) for forms in FORMS.values())
    assert sheet.shape == (28 * rows, TEXT + 28 * HANDS)
    ink = (sheet < 128).reshape(rows, 28, -1)
    assert ink[:, :, :TEXT].any((1, 2)).all()
    assert ink[:, :, TEXT:].reshape(rows, 28, HANDS, 28).any((1, 3)).all()
    names = ink[:, :, :TEXT].reshape(rows, -1)
    assert len(np.unique(names, axis=0)) == rows


def test_forms_are_drawn_of_the_digits_that_are_there_or_it_is_said_that_none_are(tmp_path, writings):
    how, path = load("flagship").augment, tmp_path / "forms.png"
    write_forms([Pens([one for one in writings if one.label in (0, 7)])], how, 0, path)
    assert Image.open(path).height == 28 * (len(FORMS[0]) + len(FORMS[7]))
    with pytest.raises(TrainError, match="pen strokes"):
        write_forms([], how, 0, path)
