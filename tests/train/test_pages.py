import numpy as np
import pytest

from recognizer.glyphs import CLASSES, OTHER, TILE
from tests.train.pages import hands
from train.pages import kinds, numbers
from train.pages.camera import photograph
from train.pages.hands import Hand
from train.pages.kinds import KINDS, nothing, printed
from train.pages.render import render
from train.pages.sheet import DOUBTFUL, INDEX, Sheet
from train.pages.writing import Writer, style

HANDS = hands()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_of_page_is_rendered(kind):
    for seed in range(12):
        tile, glyphs = render(HANDS, (1, seed), kind)
        assert (tile.shape, tile.dtype) == ((TILE, TILE), np.uint8)
        assert glyphs.shape[1:] == (5,)
        assert np.isin(glyphs[:, 0], range(DOUBTFUL, len(CLASSES))).all()
        assert (glyphs[:, 1:3] >= 0).all()
        assert (glyphs[:, 1:3] <= TILE).all()


def test_a_seed_always_gives_the_same_crop():
    for seed in range(20):
        tile, glyphs = render(HANDS, (2, seed))
        again, same = render(HANDS, (2, seed))
        assert np.array_equal(tile, again)
        assert np.array_equal(glyphs, same)
    assert not np.array_equal(tile, render(HANDS, (3, seed))[0])


def test_a_third_of_the_crops_shows_no_digit():
    digits = [np.isin(render(HANDS, (4, seed))[1][:, 0], range(10)).any() for seed in range(300)]
    assert 0.2 < 1 - np.mean(digits) < 0.45


@pytest.mark.parametrize("kind", [printed, nothing], ids=lambda kind: kind.__name__)
def test_print_and_grounds_hold_no_digit(kind):
    for seed in range(30):
        assert not np.isin(render(HANDS, (5, seed), kind)[1][:, 0], range(10)).any()


def write(text, height=60.0, **how):
    rng = np.random.default_rng(6)
    sheet = Sheet(rng)
    writer = Writer(sheet, HANDS, style(HANDS, rng, pens=(0.08, 0.081)))
    writer.how.hand, writer.how.gap, writer.how.level = HANDS.writers[0], 0.2, 255
    for key, value in how.items():
        setattr(writer.how, key, value)
    writer.write(text, 40.0, 120.0, height)
    return sheet


def test_boxes_lie_around_the_ink():
    sheet = write("4")
    low, high = sheet.glyphs[0].points.min(0), sheet.glyphs[0].points.max(0)
    rows, columns = np.nonzero(sheet.ink > 128)
    assert np.abs(low - (columns.min(), rows.min())).max() < 4
    assert np.abs(high - (columns.max(), rows.max())).max() < 4


def test_text_is_written_from_left_to_right_each_glyph_as_its_class():
    sheet = write("1.5-7a", 30.0)
    assert [CLASSES[glyph.kind] for glyph in sheet.glyphs] == ["1", ".", "5", "-", "7", OTHER]
    centres = [np.mean((glyph.points.min(0), glyph.points.max(0)), 0)[0] for glyph in sheet.glyphs]
    assert centres == sorted(centres)


def test_what_hardly_shows_on_its_paper_is_doubtful():
    faint, plain = write("4", 60.0, level=2), write("4", 60.0)
    assert [glyph[0] for glyph in photograph(faint, np.random.default_rng(1))[1]] == [DOUBTFUL]
    assert [glyph[0] for glyph in photograph(plain, np.random.default_rng(1))[1]] == [4]


def test_the_pen_may_stay_on_the_paper_between_digits():
    down = np.stack([np.full(5, 0.2), np.linspace(0, 1, 5)], 1).astype(np.float32)
    hand = Hand({"4": [[down]], "8": [[down[::-1]]]})
    apart, together = (write("48", 60.0, hand=hand, slant=0.0, gap=0.5, joined=joined) for joined in (0.0, 1.0))
    middle = int(np.mean([glyph.points.mean(0)[0] for glyph in apart.glyphs]))
    assert not apart.ink[:, middle].any()
    assert together.ink[:, middle].any()


def test_joined_zeros_overlap():
    apart, together = (write("00", 60.0, joined=joined) for joined in (0.0, 1.0))
    starts = [sheet.glyphs[1].points.min(0)[0] for sheet in (apart, together)]
    assert starts[1] < starts[0]


def test_nobody_writes_on_a_blank_sheet():
    sheet = Sheet(np.random.default_rng(7), blank=True)
    kinds.free(sheet, HANDS)
    assert not sheet.glyphs
    assert not sheet.ink.any()


def test_what_is_written_down_is_made_of_digits_marks_and_letters():
    rng = np.random.default_rng(8)
    known = set(INDEX) | set(numbers.LETTERS) | set("".join(numbers.UNITS)) | {" "}
    for write_down in (
        numbers.some,
        numbers.amount,
        numbers.date,
        numbers.equation,
        numbers.term,
        numbers.code,
        numbers.hundredths,
    ):
        for _ in range(200):
            assert set(write_down(rng)) <= known
