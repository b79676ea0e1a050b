import dataclasses
import json
import subprocess
import sys

import keras
import numpy as np
import pytest

from recognizer.bundle import Bundle, DigitCard
from tests.conftest import data_file
from train.architecture import build, quantise
from train.bundle import draft, save
from train.errors import TrainError
from train.recipe import load
from train.start import load_start
from webapp.config import ROOT

LAYERS = ["conv 8 linear", "norm", "relu", "pool", "norm", "flatten", "dense 32"]


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A bundle of two networks that know eleven classes, untrained."""
    keras.utils.set_random_seed(0)
    folder = tmp_path_factory.mktemp("models") / "base"
    recipe = load("small", [f"layers={json.dumps(LAYERS)}", "members=2"])
    card = Bundle(ROOT / "models" / "small").read_card(DigitCard)
    used = dict.fromkeys(("mnist", "gone"), card.data["mnist"])
    with draft(folder) as bundle:
        save(quantise(build(recipe.layers, "base", classes=11, members=2)), bundle)
        bundle.write_card(dataclasses.replace(card, name="base", recipe=dataclasses.asdict(recipe), data=used))
    return folder


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    """Five hundred of MNIST's training digits, as if they were one's own."""
    path = tmp_path_factory.mktemp("data") / "mine.npz"
    with np.load(data_file("mnist.npz")) as archive:
        np.savez(path, x=archive["x_train"][:500], y=archive["y_train"][:500])
    return path


def test_a_bundle_says_what_it_had_learnt(base):
    found = load_start(base)
    assert (found.name, found.learnt) == ("base", ["mnist"])
    assert found.layers == {"layers": LAYERS, "members": 2}


def test_fine_tuning_goes_on_from_a_bundle_and_tells_what_was_forgotten(base, mine):
    """The network that starts knows nothing, so that both accuracies must rise."""
    folder = base.parent / "tuned"
    words = [
        "fit",
        "small",
        "--from",
        str(base),
        "--data",
        str(mine),
        "--name",
        str(folder),
        "--set",
        "augment.clean=1.0",
        "--epochs",
        "8",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "train", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    card = json.loads((folder / "card.json").read_text())
    assert card["origin"]["name"] == "base"
    assert set(card["origin"]["accuracy"]) == set(card["results"]) == {"mine.npz test", "mnist test"}
    for name, before in card["origin"]["accuracy"].items():
        assert card["results"][name]["accuracy"] > before + 0.1
        assert f"{name:30}{before:8.2%}{card['results'][name]['accuracy']:8.2%}" in done.stdout
    assert "tuned on mine.npz test: " in done.stdout
    assert card["data"]["mine.npz"]["test"] == 100
    assert card["recipe"]["layers"] == LAYERS
    assert keras.models.load_model(folder / "model.keras").output_shape == (None, 11)


def test_a_model_that_is_not_there_lists_those_that_are(base):
    with pytest.raises(TrainError, match=r"nothing/model\.keras: there is no model to start from; there are base"):
        load_start(base.parent / "nothing")


def test_a_model_of_another_shape_is_refused(tmp_path):
    (tmp_path / "other").mkdir()
    keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten()]).save(tmp_path / "other" / "model.keras")
    with pytest.raises(TrainError, match=r"other: cannot be started from .*expected \(n, 28, 28, 1\)"):
        load_start(tmp_path / "other")
