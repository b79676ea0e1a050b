import gzip
import json

import numpy as np
import pytest
from PIL import Image

from recognizer.frame import frame
from tests import drawing
from tests.conftest import data_file
from train.augment import AS_IT_IS
from train.errors import TrainError
from train.own import digest, load

SEVEN, FOUR = (drawing.draw(strokes, (60, 80), pen=5) for strokes in (drawing.SEVEN, drawing.FOUR))
PICTURES = np.stack([np.asarray(picture) for picture in (SEVEN, FOUR)])
FRAMES = [frame(255 - picture) for picture in PICTURES]


def check(digits):
    assert digits.labels.tolist() == [7, 4]
    assert np.abs(digits.frames - FRAMES).max() < 0.02


@pytest.mark.parametrize("names", [("x", "y"), ("x_test", "y_test"), ("frames", "labels")])
@pytest.mark.parametrize("invert", [True, False])
def test_arrays(tmp_path, names, invert):
    pictures = 255 - PICTURES if invert else PICTURES
    np.savez(tmp_path / "mine.npz", **dict(zip(names, (pictures, np.array([7, 4])), strict=True)))
    check(load(tmp_path / "mine.npz")[0])


def test_arrays_for_training_and_tests_stay_apart(tmp_path):
    np.savez(tmp_path / "mine.npz", x_train=PICTURES, y_train=[7, 4], x_test=PICTURES[:1], y_test=[7])
    training, test = load(tmp_path / "mine.npz")
    check(training)
    assert test.labels.tolist() == [7]


@pytest.mark.parametrize("packed", [True, False])
def test_idx(tmp_path, packed):
    arrays = {"mine-images-idx3-ubyte": PICTURES, "mine-labels-idx1-ubyte": np.array([7, 4], np.uint8)}
    for name, array in arrays.items():
        content = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.tobytes()
        (tmp_path / (name + ".gz" * packed)).write_bytes(gzip.compress(content) if packed else content)
    check(load(tmp_path / ("mine-images-idx3-ubyte" + ".gz" * packed))[0])


def test_a_folder_for_each_digit(tmp_path):
    for digit, picture in (("7", SEVEN), ("4", FOUR)):
        (tmp_path / digit).mkdir()
        picture.save(tmp_path / digit / "one.png")
    (tmp_path / "notes.txt").touch()
    (tmp_path / "4" / ".hidden").touch()
    digits = load(tmp_path)[0]
    assert digits.labels.tolist() == [4, 7]
    assert np.abs(digits.frames - FRAMES[::-1]).max() < 0.02


def test_a_list_of_files(tmp_path):
    SEVEN.save(tmp_path / "a.png")
    FOUR.save(tmp_path / "b.png")
    (tmp_path / "mine.csv").write_text("file,label\na.png,7\nb.png,4\n")
    check(load(tmp_path / "mine.csv")[0])


def test_strokes(tmp_path):
    items = [{"label": "7", "strokes": drawing.SEVEN, "writer": 3}, {"label": "4", "strokes": drawing.FOUR}]
    (tmp_path / "mine.json").write_text(json.dumps(items))
    digits = load(tmp_path / "mine.json")[0]
    assert digits.labels.tolist() == [7, 4]
    assert digits.writings[0].writer == "3"


def test_dots_among_the_strokes_are_ink(tmp_path):
    items = [{"label": "1", "strokes": [*drawing.ONE, dot]} for dot in ([], [[0.9, 0.5]], [[0.9, 0.5], [0.9, 0.5]])]
    (tmp_path / "mine.json").write_text(json.dumps(items))
    without, single, double = load(tmp_path / "mine.json")[0].render(AS_IT_IS, np.random.default_rng(0))
    assert all(seen[:, 20:].any() and not without[:, 20:].any() for seen in (single, double))


def test_the_sets_of_others_as_they_come():
    assert len(load(data_file("pendigits-train-strokes.json.gz"))[0].labels) == 7494
    assert load(data_file("hwd1000.npz"))[0].frames.shape == (1000, 28, 28)


def test_the_checksum_is_of_all_that_is_read(tmp_path):
    (tmp_path / "7").mkdir()
    SEVEN.save(tmp_path / "7" / "one.png")
    (tmp_path / "mine.csv").write_text("file,label\n7/one.png,7\n")
    for path in (tmp_path, tmp_path / "mine.csv"):
        before = digest(path)
        assert before == digest(path)
        FOUR.save(tmp_path / "7" / "one.png")
        assert digest(path) != before
        SEVEN.save(tmp_path / "7" / "one.png")


def npz(path, **arrays):
    np.savez(path, **arrays)


@pytest.mark.parametrize(
    ("name", "make", "message"),
    [
        ("a.npz", lambda path: npz(path, x=PICTURES, y=np.array([7, 10])), "labels outside 0 to 9, such as 10"),
        ("a.npz", lambda path: npz(path, x=PICTURES, y=np.array([7])), r"shapes \(2, 80, 60\) and \(1,\), not"),
        ("a.npz", lambda path: npz(path, x=PICTURES / 255, y=np.array([7, 4])), "pictures of float64, not uint8"),
        ("a.npz", lambda path: npz(path, pictures=PICTURES), "holds pictures, not x and y"),
        ("a.npz", lambda path: path.write_bytes(b"PK nonsense"), "cannot be read"),
        ("a.npz", lambda path: npz(path, x=PICTURES[:0], y=np.array([])), "holds no digits"),
        ("a.csv", lambda path: path.write_text("picture,digit\nx.png,7\n"), "cannot be read.*'file'"),
        ("a.csv", lambda path: path.write_text("file,label\nx.png,7\n"), r"x\.png"),
        ("a.csv", lambda path: path.write_text("file,label\na.csv,7\n"), "This is not a picture"),
        ("a.json", lambda path: path.write_text("{"), "cannot be read"),
        ("a.json", lambda path: path.write_text('[{"label": "7"}]'), "'strokes'"),
        ("a-images-idx3-ubyte", lambda path: path.write_bytes(b"nonsense"), "no IDX file"),
        ("a", lambda path: path.mkdir(), "holds no digits"),
        ("a.docx", lambda path: path.touch(), "its name tells no kind.*expected an .npz"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, name, make, message):
    make(tmp_path / name)
    with pytest.raises(TrainError, match=f"{name}: .*{message}"):
        load(tmp_path / name)


def test_a_picture_in_colour_is_as_good(tmp_path):
    (tmp_path / "7").mkdir()
    Image.merge("RGB", (SEVEN, SEVEN, SEVEN)).save(tmp_path / "7" / "one.jpg", quality=95)
    assert load(tmp_path)[0].labels.tolist() == [7]
