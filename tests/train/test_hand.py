import dataclasses
import json
import shutil

import numpy as np
import pytest

from recognizer import Model
from recognizer.bundle import Votes
from recognizer.hand import TRAITS, Hand
from recognizer.model import MODELS
from train import hand
from train.errors import TrainError
from train.hand import Writer, correct, count_errors, fit, nearest, read_writers, replay

ODD = 40  # digits of a writer whose 1s look like 7s to the network


def make(seed=0):
    """A writer whose every second digit is a 1 that is read as a 7, and looks like the others of its kind."""
    rng = np.random.default_rng(seed)
    labels = np.array([1, 7] * (ODD // 2))
    shares = np.full((ODD, 10), 0.001)
    shares[:, 7], shares[:, 1] = 0.9, 0.092
    looks = np.abs(rng.normal(0, 0.1, (ODD, 16))).astype(np.float32)
    looks[labels == 1, :8] += 1
    looks[labels == 7, 4:12] += 1
    return Writer("made up", labels, shares, looks / np.linalg.norm(looks, axis=1, keepdims=True))


def test_a_writer_who_corrects_is_read_better():
    answered = replay(make(), nearest, Votes(10.0, 10.0, -1.0), correct, np.random.default_rng(0))
    wrong = answered.argmax(1) != make().labels
    assert make().wrong.sum() == ODD / 2
    assert wrong[0]
    assert not wrong[make().half].any()


def test_who_teaches_nothing_is_read_as_before():
    answered = replay(make(), nearest, Votes(10.0, 10.0, -1.0), lambda *_: False, np.random.default_rng(0))
    np.testing.assert_array_equal(answered, make().shares)


def test_half_of_what_is_wrong_is_corrected_and_a_tenth_of_what_is_right():
    rng, examples = np.random.default_rng(0), []
    corrected = sum(correct(make(), 0, False, examples, rng) for _ in range(1000))
    confirmed = sum(correct(make(), 1, True, examples, rng) for _ in range(1000))
    assert (450 < corrected < 550, 70 < confirmed < 130) == (True, True)
    assert examples[:1] + examples[-1:] == [(0, 1), (1, 7)]


def test_the_replay_weighs_as_the_code_that_serves():
    writer, votes, examples = make(), Votes(7.0, 12.0, 0.7), [(0, 1), (1, 7), (2, 1)]
    numbers = [number for number, _ in examples]
    served = Hand(np.array([1, 7, 1]), writer.packed[numbers], numbers, votes).adapt(writer.shares, writer.looks)
    replayed = [nearest(writer, examples, votes)(number) for number in range(ODD)]
    np.testing.assert_allclose(replayed, served, rtol=1e-4)


def test_the_votes_with_the_fewest_errors_are_taken(monkeypatch):
    monkeypatch.setattr(hand, "TRIED", [Votes(0.0, 10.0, -1.0), Votes(10.0, 10.0, -1.0), Votes(20.0, 10.0, -1.0)])
    errors = count_errors([make(0), dataclasses.replace(make(1), name="another")])
    assert errors["made up"][0] == 2 * hand.DRAWS * ODD / 4
    assert errors["made up"][1] < 5
    assert fit(errors) == Votes(10.0, 10.0, -1.0)
    assert fit({"one": np.array([0, 1, 2]), "other": np.array([9, 0, 0])}, without="other") == Votes(0.0, 10.0, -1.0)


@pytest.fixture
def fold(tmp_path):
    """A model that says of two writers that it has not seen them."""
    shutil.copytree(MODELS / "flagship", tmp_path / "fold")
    path = tmp_path / "fold" / "card.json"
    card = json.loads(path.read_text())
    card["recipe"] |= {"held_out": ["3", "17"]}
    path.write_text(json.dumps(card))
    return tmp_path / "fold"


@pytest.mark.usefixtures("small_pendigits")
def test_writers_that_a_model_has_not_seen_are_read(fold, monkeypatch):
    monkeypatch.setattr(hand, "SETS", ("pendigits",))
    writers = read_writers(Model(fold))
    assert sorted(writer.name for writer in writers) == ["pendigits 17"] * hand.PENS + ["pendigits 3"] * hand.PENS
    for writer in writers:
        assert writer.looks.shape == (len(writer.labels), TRAITS)
        assert writer.wrong.mean() < 0.1


def test_a_model_that_has_seen_all_is_refused():
    with pytest.raises(TrainError, match="flagship was trained on all writers"):
        read_writers(Model("flagship"))
