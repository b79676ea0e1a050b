import numpy as np
import pytest
from PIL import Image

from recognizer import explain, read
from tests.drawing import FOUR, FOUR_PNG, SEVEN, draw, encode

NUMBER_PNG = encode(Image.fromarray(np.hstack([np.asarray(draw(digit).convert("L")) for digit in (SEVEN, FOUR)])))


def test_the_ink_is_where_the_strokes_are(model):
    reading = read(FOUR_PNG, model)
    assert reading.ink.shape == reading.picture.shape
    assert reading.ink[reading.picture < 64].min() > 180
    assert reading.ink[reading.picture == 255].max() < 128
    assert reading.size == (400, 400)


@pytest.mark.parametrize("png", [FOUR_PNG, NUMBER_PNG])
def test_each_step_is_drawn(model, png):
    reading = read(png, model)
    drawn = explain.draw(reading)
    assert drawn.dtype == np.uint8
    blue = (drawn == explain.DIGIT).all(2).sum()
    assert blue > 100 * len(reading.digits)
    black = (drawn == 0).all(2).sum()
    assert black > len(reading.digits) * 0.5 * (28 * explain.ZOOM) ** 2


def count_red(pixels):
    blue, _, red = pixels.astype(int).transpose(2, 0, 1)
    return int((red > blue + 60).sum())


def test_what_the_page_network_saw_is_drawn_where_it_read(model):
    assert count_red(explain.draw(read(FOUR_PNG, model))) == 0
    assert count_red(explain.draw(read(NUMBER_PNG, model))) > 100


def test_many_digits_take_several_rows_of_frames(model):
    reading = read(NUMBER_PNG, model)
    many = type(reading)(
        **(vars(reading) | {"digits": reading.digits * 20, "frames": np.tile(reading.frames, (20, 1, 1))})
    )
    assert explain.draw(many).shape[0] > explain.draw(reading).shape[0] + 28 * explain.ZOOM
    assert explain.draw(many).shape[1] == explain.draw(reading).shape[1]
