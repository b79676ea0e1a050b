import inspect
import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

import recognizer
from recognizer import Picture, read, read_picture
from recognizer.page import SEARCH
from tests.drawing import (
    FIVE_WITH_FLOATING_BAR,
    FOUR,
    ONE,
    SEVEN,
    SEVEN_PNG,
    ZERO,
    beside,
    draw,
    encode,
    photograph,
    table,
)
from train import pen
from webapp.config import ROOT

TURNS = {1: Image.Transpose.ROTATE_270, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_90}  # clockwise
DRAWN = {0: ZERO, 1: ONE, 4: FOUR, 5: FIVE_WITH_FLOATING_BAR, 7: SEVEN}


def test_a_small_number_is_found_where_it_is_on_a_large_sheet(model):
    sheet = Image.new("L", (1500, 1500), 255)
    sheet.paste(draw(beside([SEVEN, FOUR], 0.7), (120, 80), 4).convert("L"), (1300, 1350))
    reading = read(encode(sheet), model)
    assert reading.text == "74"
    for digit in reading.digits:
        x, y, width, height = digit.box
        assert 1300 <= x <= x + width <= 1420
        assert 1350 <= y <= y + height <= 1430


@pytest.mark.parametrize("digit", DRAWN)
@pytest.mark.parametrize("pen", [3, 8, 16, 36])
def test_drawn_digits_are_read(model, digit, pen):
    reading = read(encode(draw(DRAWN[digit], pen=pen)), model)
    assert reading.text == str(digit)
    assert reading.lines == [str(digit)]


@pytest.mark.parametrize("digit", DRAWN)
def test_one_digit_keeps_the_minus_before_it(model, digit):
    minus = [(0.02, 0.5), (0.2, 0.5)]
    assert read(encode(draw([minus, *DRAWN[digit]], pen=12)), model).text == f"-{digit}"


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_photograph_that_is_turned_is_read_upright(model, quarters):
    picture = photograph(draw(beside([FOUR, SEVEN, FIVE_WITH_FLOATING_BAR, FOUR], 0.8), (1100, 400), ink=60, paper=220))
    reading = read(encode(picture.transpose(TURNS[quarters]), "PNG"), model)
    assert (reading.text, reading.size) == ("4754", picture.size)
    assert reading.as_dict()["turned"] == 360 - 90 * quarters


def test_a_photograph_that_may_not_be_turned_is_read_as_it_is(model):
    picture = photograph(draw(beside([FOUR, SEVEN, FIVE_WITH_FLOATING_BAR, FOUR], 0.8), (1100, 400), ink=60, paper=220))
    sideways = Picture.of(np.asarray(picture.transpose(TURNS[1])))
    assert read_picture(sideways, model).turned
    assert not read_picture(sideways, model, may_turn=False).turned


def test_an_upright_photograph_is_not_turned(model):
    picture = photograph(draw(beside([FOUR, SEVEN, ZERO], 0.8), (900, 400), ink=60, paper=220))
    assert "turned" not in read(encode(picture, "PNG"), model).as_dict()


def test_probabilities_of_a_page_agree_with_how_sure_its_digits_are(model):
    picture = photograph(draw(beside([FOUR, SEVEN, ZERO], 0.8), (900, 400), ink=60, paper=220))
    for digit in read(encode(picture, "PNG"), model).digits:
        assert digit.probabilities[digit.digit] == max(digit.probabilities) >= digit.confidence
        assert sum(digit.probabilities) == pytest.approx(1, abs=5e-6)


@pytest.mark.parametrize("digit", DRAWN)
def test_photographed_digits_are_read(model, digit):
    picture = photograph(draw(DRAWN[digit], (900, 700), pen=30, ink=60, paper=220), seed=digit)
    layout = "digit" if digit == 1 else "auto"  # a bar that is alone on its paper may be no digit, unless we are told
    assert read(encode(picture, "JPEG", quality=80), model, layout).text == str(digit)


@pytest.mark.parametrize("light", [False, True])
@pytest.mark.parametrize("levels", ["all", "two"])
def test_real_digits_cut_tight_are_read(model, writings, levels, light):
    """As scans of forms and letters have them, without any paper around."""
    right = []
    for one in writings[:100]:
        ink = (255 * pen.draw(one.strokes, 10)).astype(np.uint8)
        rows, columns = np.nonzero(ink > 60)
        cut = ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        picture = Image.fromarray(cut if light else 255 - cut)
        seen = picture.point(lambda level: 255 * (level > 127)) if levels == "two" else picture
        right.append(read(encode(seen), model, "digit").text == str(one.label))
    assert np.mean(right) >= 0.97


def test_light_on_dark_reads_the_same(model):
    light_on_dark = ImageOps.invert(draw(SEVEN))
    assert read(encode(light_on_dark), model).digits == read(SEVEN_PNG, model).digits


def test_the_answer_is_plain_data(model):
    reading = read(SEVEN_PNG, model, layout="digit")
    (digit,) = reading.digits
    assert reading.model == "flagship"
    assert digit.digit == 7
    assert 0.9 < digit.confidence == reading.confidence <= max(digit.probabilities)
    assert sum(digit.probabilities) == pytest.approx(1, abs=5e-6)  # ten numbers of six places
    assert digit.line == 0
    assert not digit.rejected
    assert reading.frames.shape == (1, 28, 28)


def test_the_box_is_in_pixels_of_the_upright_picture(model):
    picture = draw(SEVEN, (4000, 3200), pen=160)
    (digit,) = read(encode(picture), model).digits
    x, y, width, height = digit.box
    assert (x, y) == pytest.approx((0.25 * 4000 - 80, 0.2 * 3200 - 80), abs=20)
    assert (width, height) == pytest.approx((0.5 * 4000 + 160, 0.65 * 3200 + 160), abs=40)


def test_a_doubtful_digit_is_rejected_but_its_best_guess_stays(model, monkeypatch):
    monkeypatch.setattr(model, "reject_below", 1.1)
    reading = read(SEVEN_PNG, model)
    assert reading.text == "?"
    assert reading.digits[0].rejected
    assert reading.digits[0].digit == 7


def test_nothing_drawn_is_said(model):
    with pytest.raises(recognizer.NoInk, match="No digits found"):
        read(encode(draw([])), model)


def test_the_public_names_are_all_that_the_package_brings_but_its_modules():
    names = {name for name, value in vars(recognizer).items() if not inspect.ismodule(value) and name[0] != "_"}
    assert sorted(names) == sorted(recognizer.__all__)


def test_an_array_is_read_like_the_file_that_holds_it(model):
    drawn = draw(SEVEN)
    assert read_picture(Picture.of(np.asarray(drawn)), model).as_dict() == read(encode(drawn), model).as_dict()


def test_mnist_keeps_its_accuracy_as_pictures(model, mnist_test):
    """A quarter of the digits as PNGs of dark ink on light paper, through the whole path; 0.2 points may be lost."""
    stated = json.loads((model.folder / "card.json").read_text())["results"]["mnist test"]["accuracy"]
    pictures, labels = (part[::4] for part in mnist_test)
    readings = [read(encode(Image.fromarray(255 - picture)), model, "digit") for picture in pictures]
    right = np.mean([reading.digits[0].digit for reading in readings] == labels)
    assert right >= 0.993
    assert right == pytest.approx(stated, abs=0.002)


def test_numbers_are_read_from_left_to_right(model):
    picture = draw(beside([FOUR, SEVEN, ZERO, ONE], 0.8), (1100, 400))
    reading = read(encode(picture), model)
    assert reading.lines == ["4701"]
    assert [digit.box[0] for digit in reading.digits] == sorted(digit.box[0] for digit in reading.digits)
    assert reading.frames.shape == (4, 28, 28)


@pytest.mark.parametrize("x", [22, 60, 330])
def test_a_tall_stroke_beside_a_digit_is_a_one(model, x):
    """Also where the line of a form might be: a number is not read as one of its digits."""
    sheet = ImageDraw.Draw(picture := draw(SEVEN))
    sheet.line([(x, 60), (x, 330)], fill=0, width=16)
    assert read(encode(picture), model).text == ("17" if x < 200 else "71")
    assert len(read(encode(picture), model, layout="digit").digits) == 1


def test_lines_are_read_from_top_to_bottom(model):
    rows = [[SEVEN, FOUR, ONE], [ONE, ZERO, SEVEN]]
    page = Image.new("L", (900, 800), 255)
    for number, row in enumerate(rows):
        page.paste(draw(beside(row, 0.8), (900, 400)), (0, 400 * number))
    reading = read(encode(page), model)
    assert reading.text == "741\n107"
    assert [digit.line for digit in reading.digits] == [0, 0, 0, 1, 1, 1]


def test_a_page_of_one_digit_is_that_digit(model):
    reading = read(SEVEN_PNG, model, "page")
    assert (reading.text, reading.by_page_network) == ("7", True)


def test_a_crowded_page_says_what_it_left_out(model):
    grey = np.full((1500, 1500), 255, np.uint8)
    for x in range(20, 1480, 40):
        for y in range(20, 1480, 40):
            grey[y : y + 24, x : x + 6] = 0
    reading = read(encode(Image.fromarray(grey)), model, "page")
    assert 500 < len(reading.digits) + len(reading.marks) <= SEARCH.most
    assert reading.as_dict()["left_out"] == reading.left_out > 100


def test_a_clear_digit_is_asked_about_once(model, monkeypatch):
    """Speed: ways to read it as a page are not even tried."""
    asked = []
    monkeypatch.setattr(model, "_run", lambda frames, run=model._run: asked.append(len(frames)) or run(frames))
    assert read(SEVEN_PNG, model).text == "7"
    assert asked == [1]


def test_a_digit_drawn_on_plain_paper_never_loads_the_page_network():
    program = (
        "import sys; from recognizer import Model, read; from recognizer.detector import load_detector;"
        "print(read(sys.stdin.buffer.read(), Model('models/flagship')).text, load_detector.cache_info().currsize)"
    )
    run = subprocess.run([sys.executable, "-c", program], input=SEVEN_PNG, capture_output=True, check=True, cwd=ROOT)
    assert run.stdout.decode().split() == ["7", "0"]


def test_marks_are_read_at_their_places(model):
    sheet = ImageDraw.Draw(picture := draw(beside([FOUR, SEVEN], 1.0), (900, 400)))
    x = (picture.width) // 2
    sheet.ellipse((x - 12, 290, x + 12, 314), fill=0)
    reading = read(encode(picture), model)
    assert reading.text == "4.7"
    ((mark),) = reading.marks
    assert (mark.mark, mark.line) == (".", 0)
    assert mark.box[0] < x < mark.box[0] + mark.box[2]


def test_columns_are_a_table(model):
    answer = read(encode(table([[SEVEN, FOUR], [ZERO, SEVEN], [[], FOUR]])), model, "page").as_dict()
    assert answer["table"] == [["7", "4"], ["0", "7"], ["", "4"]]
    assert answer["lines"] == ["7 4", "0 7", "4"]
