import dataclasses
import hashlib

import numpy as np
import pytest

from recognizer.bundle import Data
from tests import drawing
from tests.conftest import data_file
from train.data import LOADERS, DataSet, Pens
from train.errors import TrainError
from train.mixture import find, mix, rehearse
from train.pen import Writing


@pytest.fixture
def mine(tmp_path):
    """Fifty digits."""
    pictures = [np.asarray(drawing.draw(strokes, (60, 80), pen=5)) for strokes in (drawing.SEVEN, drawing.FOUR) * 25]
    np.savez(tmp_path / "mine.npz", x=np.stack(pictures), y=np.array([7, 4] * 25))
    return tmp_path / "mine.npz"


def test_own_digits_are_found_with_their_checksum(mine):
    found = find(str(mine))
    assert (found.name, len(found.train.labels), found.test) == ("mine.npz", 50, None)
    assert found.sha256 == hashlib.sha256(mine.read_bytes()).hexdigest()


def test_own_digits_are_split_into_training_validation_and_test(mine):
    (part,) = mix({str(mine): 2}, 0.05, np.random.default_rng(0))
    assert part.describe() == Data(part.data.sha256, training=32, validation=8, test=10)
    assert part.times == 2
    again = mix({str(mine): 2}, 0.05, np.random.default_rng(0))[0]
    assert np.array_equal(again.data.test.labels, part.data.test.labels)


def test_digits_kept_apart_for_tests_stay_there(mine):
    held = dict(np.load(mine))
    np.savez(mine, x_train=held["x"], y_train=held["y"], x_test=held["x"][:3], y_test=held["y"][:3])
    (part,) = mix({str(mine): 1}, 0.05, np.random.default_rng(0))
    assert part.describe() == Data(part.data.sha256, training=40, validation=10, test=3)


def test_too_few_digits_are_named(tmp_path):
    ones = np.zeros((9, 28, 28), np.uint8)
    ones[:, 4:24, 12:16] = 255
    np.savez(tmp_path / "few.npz", x=ones, y=np.ones(9))
    with pytest.raises(TrainError, match=r"few\.npz: holds 9 digits, too few"):
        mix({str(tmp_path / "few.npz"): 1}, 0.1, np.random.default_rng(0))


def test_an_unknown_set_lists_the_known():
    with pytest.raises(
        TrainError,
        match="no data set 'nonsense'; there are mnist, pendigits, unipen, strings, letters, negatives, or give a path",
    ):
        mix({"nonsense": 1}, 0.1, np.random.default_rng(0))


def test_strokes_of_one_writer_are_split_at_random():
    strokes = [np.array(stroke, np.float32) for stroke in drawing.FOUR]
    training, validation = Pens([Writing(4, "me", strokes)] * 10).split(0.2, np.random.default_rng(0))
    assert (len(training.labels), len(validation.labels)) == (8, 2)


def test_a_rehearsal_takes_some_training_digits_and_all_of_the_test():
    data_file("mnist.npz")
    (part,) = rehearse(["mnist"], 100, 0.1, np.random.default_rng(0))
    assert (len(part.training.labels), len(part.validation.labels), len(part.data.test.labels)) == (90, 10, 10_000)


def test_held_out_donors_are_validated_on_alone(writings, monkeypatch):
    written = [dataclasses.replace(writing, writer=f"{'ab'[writing.label > 7]} 1") for writing in writings]
    monkeypatch.setitem(LOADERS, "pendigits", lambda: DataSet("pendigits", None, Pens(written)))
    (part,) = mix({"pendigits": 1}, 0.5, np.random.default_rng(0), ["b"])
    assert set(part.validation.labels) == {8, 9}
    assert set(part.training.labels) == set(range(8))


def test_what_is_not_there_is_not_rehearsed_and_said(small_pendigits, capsys):
    parts = rehearse(["pendigits", "unipen"], 50, 0.1, np.random.default_rng(0))
    assert [part.data.name for part in parts] == ["pendigits"]
    assert "unipen is not rehearsed. " in (said := capsys.readouterr().out)
    assert "unipen-dev-raw.zip: is missing. It is a ZIP of the folders data and include" in said
