import dataclasses
import gzip
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from tests.conftest import data_file
from train.augment import AS_IT_IS
from train.data import Frames, Pens, load
from train.errors import TrainError
from webapp.config import ROOT


def test_mnist_is_loaded_and_framed():
    data_file("mnist.npz")
    data = load("mnist")
    assert (data.name, len(data.train.labels), len(data.test.labels)) == ("mnist", 60000, 10000)
    assert data.train.frames.shape == (60000, 28, 28)
    assert data.train.frames.dtype == np.float32
    assert np.bincount(data.test.labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert data.train.labels[:5].tolist() == [5, 0, 4, 1, 9]


def test_other_digits_are_refused(tmp_path, monkeypatch):
    pictures, labels = np.zeros((5, 28, 28), np.uint8), np.zeros(5, np.uint8)
    np.savez(tmp_path / "mnist.npz", x_train=pictures, y_train=labels, x_test=pictures, y_test=labels)
    monkeypatch.setenv("DIGITS_DATA", str(tmp_path))
    with pytest.raises(TrainError, match=r"mnist\.npz holds other digits"):
        load("mnist")


@pytest.mark.parametrize("content", [b"", b"no archive"])
def test_another_file_is_named(tmp_path, monkeypatch, content):
    (tmp_path / "mnist.npz").write_bytes(content)
    monkeypatch.setenv("DIGITS_DATA", str(tmp_path))
    with pytest.raises(TrainError, match=r"mnist\.npz: is not MNIST"):
        load("mnist")


def test_an_unknown_set_lists_the_known():
    with pytest.raises(
        TrainError, match="no data set 'nonsense'; there are mnist, pendigits, unipen, strings, letters, negatives"
    ):
        load("nonsense")


def test_a_download_that_fails_is_one_line_and_leaves_nothing(tmp_path):
    """A proxy at a closed port stands for a network that is down."""
    environment = os.environ | {
        "KERAS_HOME": str(tmp_path),
        "DIGITS_DATA": "",
        "https_proxy": "http://127.0.0.1:9",
        "no_proxy": "",
    }
    command = [sys.executable, "-m", "train", "fit", "small", "--name", ".never"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith("train: MNIST cannot be downloaded")
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.rglob("*.npz"))
    assert not list((ROOT / "models").glob(".*"))


def test_pendigits_is_loaded_from_ucis_own_file(published):
    """The same digits as in the JSON form, which has its own maker."""
    data_file("pendigits-orig.tra.gz")
    writings = load("pendigits").train.writings
    assert len(writings) == 7494
    assert len({writing.writer for writing in writings}) == 30
    for writing, item in zip(writings, published, strict=True):
        assert (str(writing.label), writing.writer) == (item["label"], item["writer"])
        corner = np.concatenate(writing.strokes).min(0)
        assert [(stroke - corner).tolist() for stroke in writing.strokes] == item["strokes"]


@pytest.mark.parametrize("kind", [Frames, Pens])
def test_parts_have_nothing_in_common_and_follow_the_seed(writings, kind):
    labels = np.array([one.label for one in writings])
    digits = Pens(writings) if kind is Pens else Frames(np.zeros((len(labels), 28, 28), np.float32), labels)
    training, validation = digits.split(0.1, np.random.default_rng(0))
    again, _ = digits.split(0.1, np.random.default_rng(0))
    assert np.array_equal(training.labels, again.labels)
    assert len(training.labels) + len(validation.labels) == len(digits.labels)
    assert len(validation.labels) == pytest.approx(0.1 * len(digits.labels), rel=0.1)


def test_no_writer_is_in_both_parts(small_pendigits):
    training, validation = load("pendigits").train.split(0.1, np.random.default_rng(0))
    writers = [{writing.writer for writing in part.writings} for part in (training, validation)]
    assert [len(some) for some in writers] == [27, 3]
    assert not set.intersection(*writers)


@pytest.mark.parametrize(
    "content", [b"", b"no archive", gzip.compress(b"x", mtime=0)[:-3], gzip.compress(b"other digits", mtime=0)]
)
def test_another_pendigits_file_is_refused(tmp_path, monkeypatch, content):
    (tmp_path / "pendigits-orig.tra.gz").write_bytes(content)
    monkeypatch.setenv("DIGITS_DATA", str(tmp_path))
    with pytest.raises(TrainError, match=r"pendigits-orig\.tra"):
        load("pendigits")


@pytest.fixture
def published():
    return json.loads(gzip.decompress(data_file("pendigits-train-strokes.json.gz").read_bytes()))


def test_unipens_digits_are_those_of_five_donors():
    data_file("unipen-dev-raw.zip")
    digits = load("unipen").train
    assert np.bincount(digits.labels).sum() == 4755
    assert {writing.writer.split()[0] for writing in digits.writings} == {"aga", "apb", "imp", "uqb", "val"}


def test_digits_of_numbers_are_of_more_people():
    data_file("unipen-dev-raw.zip")
    data_file("unipen-dev-strings.json.gz")
    digits = load("strings").train
    assert {writing.writer.split()[0] for writing in digits.writings} == {"apc", "apd", "ape", "att", "sta"}
    assert len({writing.writer for writing in digits.writings}) > 60
    assert np.bincount(digits.labels, minlength=10).min() > 130


def test_numbers_that_are_missing_or_damaged_are_named(tmp_path, monkeypatch):
    (tmp_path / "unipen-dev-raw.zip").symlink_to(data_file("unipen-dev-raw.zip"))
    monkeypatch.setenv("DIGITS_DATA", str(tmp_path))
    with pytest.raises(TrainError, match=r"unipen-dev-strings\.json\.gz: is missing"):
        load("strings")
    (tmp_path / "unipen-dev-strings.json.gz").write_bytes(gzip.compress(b"[{"))
    with pytest.raises(TrainError, match=r"unipen-dev-strings\.json\.gz: is damaged"):
        load("strings")


def test_digits_of_numbers_are_what_they_are_said_to_be(model):
    data_file("unipen-dev-raw.zip")
    data_file("unipen-dev-strings.json.gz")
    digits = load("strings").train
    read = model.probabilities(digits.render(AS_IT_IS, np.random.default_rng(0))).argmax(1)
    assert (read == digits.labels).mean() > 0.98


def test_letters_are_no_digits(monkeypatch):
    data_file("unipen-dev-raw.zip")
    monkeypatch.setattr("train.data.LETTERS", 500)
    letters = load("letters").train
    assert set(letters.labels) == {10}
    assert len(letters.labels) == 500


def test_donors_are_held_out_whole(writings):
    written = [dataclasses.replace(writing, writer=f"{'ab'[int(writing.writer) % 2]} 1") for writing in writings]
    kept, away = Pens(written).hold_out(["b"])
    assert {writing.writer for writing in kept.writings} == {"a 1"}
    assert {writing.writer for writing in away.writings} == {"b 1"}
    assert Pens(written).hold_out(["c"]) is None
