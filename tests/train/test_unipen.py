from zipfile import ZipFile

import numpy as np
import pytest

from train import unipen
from train.errors import TrainError

SEGMENTS = """\
.VERSION 1.0
.INCLUDE abc/notes.doc
.INCLUDE abc/data/one.dat
.SEGMENT CHARACTER 0 ? "7"
.SEGMENT CHARACTER 1-2 OK "\\""
.SEGMENT CHARACTER 3 ? "4"
.SEGMENT CHARACTER 4 ? "9"
"""
NOTES = """\
.COMMENT the tablet
.X_POINTS_PER_INCH 254
.Y_POINTS_PER_INCH 127
.COORD X Y P
"""
INK = """\
.WRITER_ID somebody
.PEN_DOWN
100 400 9
200 400 9
150 300 9
.PEN_UP
.DT 100
.PEN_DOWN
0 0 9
0 20 9
.PEN_UP
.PEN_DOWN
10 0 9
10 20 9
.PEN_UP
.PEN_DOWN
5 5 0
.PEN_UP
"""


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "unipen.zip"
    with ZipFile(path, "w") as files:
        files.writestr("data/1a/abc/one.dat", SEGMENTS)
        files.writestr("data/6/abc/one.dat", '.INCLUDE abc/data/one.dat\n.SEGMENT WORD 0-3 ? "word"\n')
        files.writestr("include/abc/notes.doc", NOTES)
        files.writestr("include/abc/data/one.dat", INK)
    return path


def test_segments_name_strokes_of_the_files_that_are_included(archive):
    seven, quote = unipen.load(archive, "1a").items
    assert (seven.label, quote.label, seven.donor) == ("7", '"', "abc")
    assert [len(stroke) for stroke in quote.strokes] == [2, 2]


def test_strokes_are_in_millimetres_from_the_top_left_corner(archive):
    seven = unipen.load(archive, "1a").items[0]
    np.testing.assert_allclose(seven.strokes[0], [(0, 0), (10, 0), (5, 20)], atol=1e-4)


def test_what_is_not_there_or_is_no_ink_is_skipped_and_counted(archive):
    corpus = unipen.load(archive, "1a")
    assert (len(corpus.items), corpus.skipped) == (2, 2)


def test_only_the_categories_asked_for_are_read(archive):
    assert [item.label for item in unipen.load(archive, "6").items] == ["word"]


def test_writers_are_numbers(archive):
    items = unipen.load(archive, "1a 6").items
    assert {item.writer for item in items} == {0}
    assert "somebody" not in repr(items)


def test_files_that_include_each_other_end(tmp_path):
    path = tmp_path / "loop.zip"
    with ZipFile(path, "w") as files:
        files.writestr("data/1a/abc/one.dat", '.INCLUDE abc/one.dat\n.SEGMENT CHARACTER 0 ? "1"\n')
        files.writestr("include/abc/one.dat", ".INCLUDE abc/one.dat\n.PEN_DOWN\n0 0\n0 9\n.PEN_UP\n")
    assert [item.label for item in unipen.load(path, "1a").items] == ["1"]


def test_what_is_no_archive_is_an_error(tmp_path):
    path = tmp_path / "unipen.zip"
    path.write_text("no archive")
    with pytest.raises(TrainError, match="is no archive of UNIPEN files"):
        unipen.load(path, "1a")
