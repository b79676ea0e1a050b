import gzip
import io
import json
import zipfile

import numpy as np
import pytest
from PIL import Image

from benchmarks.handwriting import matching, sets, sheet
from benchmarks.handwriting.canvas import on_square
from benchmarks.handwriting.sets import Handwriting, Sample
from benchmarks.handwriting.verdicts import judge
from tests.drawing import FOUR, FOUR_PNG, SEVEN, SEVEN_PNG, beside, draw, encode

NOTHING_PNG = encode(draw([]))
NUMBER_PNG = encode(draw(beside([FOUR, SEVEN], 0.8), (700, 400)))


def verdict(model, picture, label, shows, layout="auto", auto=False):
    some = Handwriting("some", shows, layout, True, [])
    return judge(some, Sample(5, label, lambda: picture), picture, model, auto)


@pytest.mark.parametrize(
    ("truth", "answer", "found", "edits"),
    [
        ("12", "12", ["right", "right"], 0),
        ("12", "13", ["right", "wrong"], 1),
        ("12", "112", ["extra", "right", "right"], 1),
        ("12", "2", ["right"], 1),
        ("", "1", ["extra"], 1),
        ("1", "", [], 1),
    ],
)
def test_digits_are_aligned(truth, answer, found, edits):
    assert sorted(matching.verdicts(truth, answer, [1.0] * len(answer))) == sorted(found)
    assert matching.edits(truth, answer) == edits


def test_without_an_order_the_surest_of_its_kind_is_right():
    assert matching.verdicts("12", "311", [0.9, 0.5, 0.8], order=False) == ["wrong", "extra", "right"]


@pytest.mark.parametrize(
    ("label", "lines", "digits", "writing"),
    [
        ("200.00", ["200.00"], True, True),
        ("200.00", ["20000"], True, False),
        ("200.00", ["2", "0000"], False, False),
        ("–3", ["-3"], True, True),
        ("508R", ["508"], True, True),
        ("508", ["508?"], True, False),
        ("1\n2", ["1", "2"], True, True),
    ],
)
def test_what_is_the_same(label, lines, digits, writing):
    assert matching.same_digits(label, lines) is digits
    assert matching.same_writing(label, lines) is writing


def test_cells_count_at_their_row_and_column():
    truth = matching.cells("27\t41\n9\tA")
    assert truth == [["27", "41"], ["9", ""]]
    assert matching.count_cells(truth, [["27", "41"], ["9", ""]]) == 3
    assert matching.count_cells(truth, [["", "27", "41"], ["", "9", ""]]) == 3
    assert matching.count_cells(truth, [["41", "27"], ["9"]]) == 1
    assert matching.count_cells(truth, []) == 0


def test_a_digit(model):
    found = verdict(model, SEVEN_PNG, "7", "digit", "digit", auto=True)
    assert (found.number, found.text, found.right, found.exact) == (5, "7", True, True)
    assert found.score == found.digits[0][1] > 0.9
    wrong = verdict(model, SEVEN_PNG, "1", "digit", "digit", auto=True)
    assert (wrong.right, wrong.exact, wrong.surely_wrong, wrong.text) == (False, False, True, "7 (auto: 7)")
    empty = verdict(model, NOTHING_PNG, "7", "digit", "digit")
    assert (empty.right, empty.exact, empty.rejected, empty.digits) == (False, None, True, ())


def test_no_digit(model):
    assert verdict(model, NOTHING_PNG, "", "nothing", "digit").right
    seen = verdict(model, FOUR_PNG, "", "nothing", "digit")
    assert (seen.right, seen.surely_wrong, seen.text) == (False, True, "4")


@pytest.mark.parametrize("shows", ["digits", "number"])
def test_a_number(model, shows):
    found = verdict(model, NUMBER_PNG, "47", shows)
    assert (found.right, found.exact, found.written, found.edits) == (True, True, 2, 0)
    lost = verdict(model, NUMBER_PNG, "417", shows)
    assert (lost.right, lost.exact, lost.edits, lost.surely_wrong) == (False, False, 1, False)
    assert verdict(model, NOTHING_PNG, "47", shows).edits == 2


def test_sets_are_read_and_chosen_from_alike(tmp_path, writings):
    items = [{"label": str(one.label), "strokes": [s.tolist() for s in one.strokes]} for one in writings[:20]]
    (tmp_path / "drawn.json.gz").write_bytes(gzip.compress(json.dumps(items).encode()))
    np.savez(tmp_path / "arrays.npz", x=np.full((2, 9, 9), 200, np.uint8), y=np.array([3, 8]))
    with zipfile.ZipFile(tmp_path / "files.zip", "w") as archive:
        archive.writestr("a.png", SEVEN_PNG)
        archive.writestr("labels.csv", 'file,label,group\na.png,"7\n-1",us\n')
    rows = {
        "drawn": {"file": "drawn.json.gz", "shows": "digit", "draw": "canvas", "pen": 8, "limit": 15},
        "strip": {"file": "drawn.json.gz", "shows": "nothing", "draw": "strip", "layout": "auto"},
        "arrays": {"file": "arrays.npz", "shows": "digit", "arrays": ["x", "y"], "ink": "light"},
        "files": {"file": "files.zip", "shows": "number", "layout": "page", "order": False},
        "absent": {"file": "absent.zip", "shows": "digit"},
    }
    (tmp_path / "sets.json").write_text(json.dumps(rows))
    assert sets.find_names(tmp_path) == ["drawn", "strip", "arrays", "files"]
    drawn, strip, arrays, files = (sets.load(tmp_path, name) for name in sets.find_names(tmp_path))
    assert [sample.number for sample in drawn.samples] == list(range(15))
    assert [s.number for s in drawn.some(4)] == [s.number for s in sets.load(tmp_path, "drawn").some(9)[:4]]
    assert drawn.samples[0].picture() == sets.load(tmp_path, "drawn").samples[0].picture()
    assert {sample.label for sample in strip.samples} == {""}
    assert [sample.label for sample in arrays.samples] == ["3", "8"]
    assert opened(arrays.samples[0]).getpixel((0, 0)) == 55
    assert (files.layout, files.order, files.samples[0].label) == ("page", False, "7\n-1")
    assert files.samples[0].picture() == SEVEN_PNG
    assert opened(drawn.samples[0]).size == (400, 400)


def opened(sample) -> Image.Image:
    return Image.open(io.BytesIO(sample.picture()))


def test_drawn_digits_are_wholly_on_the_canvas(writings, model):
    for seed, one in enumerate(writings[:10]):
        for transparent in (False, True):
            picture = on_square([stroke.tolist() for stroke in one.strokes], seed, 8, transparent)
            some = Sample(seed, str(one.label), lambda picture=picture: picture)
            ink = np.asarray(opened(some))[..., 3 if transparent else 0].astype(int)
            ink = ink if transparent else 255 - ink
            assert not np.concatenate([ink[0], ink[-1], ink[:, 0], ink[:, -1]]).any()
            rows, columns = np.nonzero(ink)
            assert 0.34 * 400 < max(np.ptp(rows), np.ptp(columns)) < 0.91 * 400
            assert verdict(model, picture, some.label, "digit", "digit").right


def test_a_sheet_shows_each_picture(model):
    wrong = verdict(model, SEVEN_PNG, "1", "digit", "digit")
    pair = (Sample(5, "1", lambda: SEVEN_PNG), wrong)
    one, nine = sheet.draw([pair]), sheet.draw([pair] * 9)
    assert one.width == nine.width
    assert nine.height > one.height
    assert (np.asarray(one)[: sheet.CELL, : sheet.CELL] < 50).any()
