import dataclasses
import json
import shutil

import pytest

from recognizer import Model
from recognizer.bundle import Bundle, DigitCard
from recognizer.model import MODELS
from train import data, unseen
from train.data import DataSet, Pens
from train.errors import TrainError


@pytest.fixture
def fold(tmp_path, monkeypatch, writings):
    """A model that is said to have been trained without a third of the writers."""
    monkeypatch.setitem(data.LOADERS, "pendigits", lambda: DataSet("pendigits", None, Pens(writings)))
    monkeypatch.setattr(unseen, "SETS", ("pendigits",))
    folder = shutil.copytree(MODELS / "flagship", tmp_path / "fold")
    card = json.loads((folder / "card.json").read_text())
    card["recipe"]["held_out"] = sorted({one.writer for one in writings})[::3]
    (folder / "card.json").write_text(json.dumps(card))
    return folder


def test_those_held_out_are_measured(fold, writings):
    card = json.loads((fold / "card.json").read_text())
    (found,) = unseen.find_unseen(Model(fold), ("pendigits",)).values()
    assert {one.writer for one in found.writings} == set(card["recipe"]["held_out"])
    ((title, result),) = unseen.measure_unseen(Model(fold)).items()
    assert title == "pendigits, people held out"
    assert result.n == len(found.writings) < len(writings) / 2
    assert 0.95 < result.interval[0] < result.accuracy <= 1


def test_a_card_is_told_beside_what_it_says(fold):
    before = Bundle(fold).read_card(DigitCard)
    (title,) = results = unseen.measure_unseen(Model(fold))
    unseen.tell(Bundle(fold), results)
    after = Bundle(fold).read_card(DigitCard)
    assert after == dataclasses.replace(before, results=before.results | results)
    assert title in after.results


def test_a_model_that_has_seen_all_is_no_fold():
    with pytest.raises(TrainError, match="train it with held_out"):
        unseen.measure_unseen(Model(MODELS / "flagship"))
