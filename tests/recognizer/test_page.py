from dataclasses import replace

import numpy as np
import pytest

from recognizer.detector import Detector, load_detector
from recognizer.errors import ModelError
from recognizer.glyphs import CLASSES, GRID, STRIDE, TILE
from recognizer.page import SEARCH, Peaks, _merge, _starts, find_candidates, find_glyphs
from tests.drawing import FOUR, SEVEN, ZERO, beside, draw

ONE_SCALE = replace(SEARCH, again=(1.0,))


def bright(tiles):
    """A network that sees a 3 as large as 32 pixels in the middle of what is dark in a tile."""
    heat, box = np.zeros((len(tiles), GRID, GRID, len(CLASSES))), np.zeros((len(tiles), GRID, GRID, 4))
    box[..., :2] = np.log(32 / STRIDE)
    for number, tile in enumerate(tiles):
        if len(dark := np.argwhere(tile[..., 0] < 0.5)):
            row, column = dark.mean(0).astype(int) // STRIDE
            heat[number, row, column, 3] = 0.9
    return heat, box


@pytest.mark.parametrize("side", [1, 255, 256, 257, 448, 449, 1072, 3000])
def test_every_place_belongs_to_one_tile_that_shows_its_surroundings(side):
    tiles = _starts(side, SEARCH.overlap)
    for place in range(0, side, 7):
        owners = [start for start, low, high in tiles if low <= place - start < high]
        assert len(owners) == 1
        reach = min(SEARCH.overlap / 2 - 1, place, side - 1 - place)
        assert owners[0] <= place - reach
        assert place + reach <= owners[0] + TILE


@pytest.mark.parametrize("place", [(5, 5), (600, 40), (190, 200), (799, 599)])
def test_a_glyph_is_found_once_where_it_is_whatever_the_tiles(place):
    grey = np.full((600, 800), 255, np.uint8)
    x, y = place
    grey[max(y - 2, 0) : y + 3, max(x - 2, 0) : x + 3] = 0
    found = [glyph for glyph in find_candidates(grey, bright, 32.0, ONE_SCALE) if glyph.name == "3"]
    assert len(found) == 1
    left, top, width, height = found[0].box
    assert (left + width / 2, top + height / 2) == pytest.approx(place, abs=14)


def test_tiny_writing_on_a_large_sheet_does_not_take_ever_more_tiles():
    looks = []
    find_candidates(np.full((1600, 1600), 255, np.uint8), lambda tiles: looks.append(1) or bright(tiles), height=3.0)
    assert 0 < len(looks) <= 2 * (SEARCH.largest / (TILE - SEARCH.overlap)) ** 2


def peaks(*seen):
    classes = np.zeros((len(seen), len(CLASSES)))
    for number, (digit, score, _, _) in enumerate(seen):
        classes[number, digit] = score
    return Peaks(np.array([box for *_, box, _ in seen], float), classes, np.array([scale for *_, scale in seen]))


BOX = (0, 0, 20, 32)


def test_what_all_scales_see_is_surer_than_what_one_sees():
    both = _merge(peaks((3, 0.8, BOX, 1.0), (3, 0.8, BOX, 1.2)), [1.0, 1.2], SEARCH)
    once = _merge(peaks((3, 0.8, BOX, 1.0)), [1.0, 1.2], SEARCH)
    assert [glyph.name for glyph in both] == [glyph.name for glyph in once] == ["3"]
    assert both[0].score == pytest.approx(0.8)
    assert 0.3 < once[0].score < 0.5


def test_a_scale_that_does_not_suit_hardly_counts():
    (found,) = _merge(peaks((3, 0.8, BOX, 1.0), (8, 0.9, BOX, 0.1)), [1.0, 0.1], SEARCH)
    assert found.name == "3"
    assert found.score > 0.75


def test_a_part_of_a_glyph_is_none():
    found = _merge(peaks((3, 0.9, BOX, 1.0), (7, 0.5, (2, 2, 14, 24), 1.0)), [1.0], SEARCH)
    assert [glyph.name for glyph in found] == ["3"]


def test_the_page_network_that_comes_along_reads_a_number():
    grey = np.asarray(draw(beside([FOUR, SEVEN, ZERO], 0.8), (700, 300), pen=12))
    found = find_glyphs(grey, load_detector())
    assert [glyph.name for glyph in sorted(found, key=lambda glyph: glyph.box[0])] == ["4", "7", "0"]


def test_paper_without_ink_has_no_glyphs():
    assert find_glyphs(np.full((300, 400), 230, np.uint8), load_detector()) == []


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1), (2, 7)])
def test_pictures_of_any_shape_are_looked_at(shape):
    grey = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    for glyph in find_glyphs(grey, load_detector()):
        x, y, width, height = glyph.box
        assert 0 <= x < x + width <= shape[1] + 1
        assert 0 <= y < y + height <= shape[0] + 1


def test_a_missing_page_network_is_said(tmp_path):
    with pytest.raises(ModelError, match="reads pages is missing"):
        Detector(tmp_path)


def test_another_model_is_no_page_network(tmp_path, model):
    with pytest.raises(ModelError, match="no model that reads pages"):
        Detector(model.folder)
