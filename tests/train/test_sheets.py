import numpy as np
from PIL import Image

from train.data import Pens
from train.recipe import load
from train.sheets import FRAMES, write_frames


def test_a_sheet_has_a_row_for_each_digit_of_a_set(tmp_path, writings):
    some = Pens([one for one in writings if one.label in (0, 1)])
    write_frames([some, Pens(writings)], load("flagship").augment, 0, tmp_path / "sheet.png")
    sheet = np.asarray(Image.open(tmp_path / "sheet.png"))
    assert sheet.shape == (28 * 12, 28 * FRAMES)
    ink = (sheet < 128).reshape(12, 28, FRAMES, 28).sum((1, 3))
    assert ink.min() > 0
    middles = (sheet < 128).reshape(12, 28, FRAMES, 28)[:, 12:16, :, 12:16].sum((1, 3)).mean(1)
    assert middles[0] < middles[1] / 2
