import numpy as np
import pytest
from PIL import Image

from recognizer import read
from recognizer.grey import Tone, find_tone
from tests.drawing import SEVEN, draw, encode

SHAPE = np.asarray(draw(SEVEN)) / 255  # 0 in the ink, 1 on the paper


def coloured(ink, paper):
    return Image.fromarray(np.round(SHAPE[..., None] * paper + (1 - SHAPE[..., None]) * ink).astype(np.uint8))


def on_nothing(ink):
    pixels = np.full((*SHAPE.shape, 4), (*ink, 0), np.uint8)
    pixels[..., 3] = np.round(255 * (1 - SHAPE))
    return Image.fromarray(pixels)


COLOURS = {
    "green on red": ((0, 128, 0), (255, 0, 0)),
    "blue on black": ((0, 0, 255), (0, 0, 0)),
    "yellow on white": ((255, 255, 0), (255, 255, 255)),
    "cyan on orange": ((0, 200, 200), (255, 140, 0)),
}


@pytest.mark.parametrize("colours", COLOURS)
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_colours_of_the_same_luminance_are_told_apart(model, colours, kind):
    assert read(encode(coloured(*map(np.array, COLOURS[colours])), kind), model).text == "7"


@pytest.mark.parametrize("side", [40, 400, 3000])
@pytest.mark.parametrize("ink", [(255, 255, 255), (0, 0, 0), (255, 255, 0), (0, 0, 255), (200, 60, 60)])
def test_ink_on_a_transparent_ground_shows_whatever_its_colour(model, ink, side):
    picture = on_nothing(ink).resize((side, side), Image.Resampling.BILINEAR)
    assert read(encode(picture), model).text == "7"


def test_a_sheet_with_clear_corners_lies_on_white():
    pixels = np.dstack([np.round(255 * SHAPE).astype(np.uint8)] * 3 + [np.full(SHAPE.shape, 255, np.uint8)])
    pixels[:20, :20] = 0
    assert find_tone(pixels) == Tone()


def test_luma_is_kept_where_it_shows_the_ink():
    assert find_tone(np.asarray(coloured(np.array([60, 40, 90]), np.array([250, 240, 220])))) == Tone()


def test_the_channel_that_varies_most_is_taken_where_luma_is_flat():
    assert find_tone(np.asarray(coloured(np.array([0, 0, 255]), np.array([0, 0, 0])))) == Tone(channel=2)


@pytest.mark.parametrize("shape", [(1, 1, 4), (1, 900, 3), (900, 1, 4)])
def test_the_smallest_pictures_have_a_tone(shape):
    pixels = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    assert find_tone(pixels).apply(pixels).shape == shape[:2]
