import json
import subprocess
import sys

import numpy as np
import pytest

from recognizer import Model, read
from tests.conftest import data_file
from tests.drawing import SEVEN_PNG
from train.architecture import build
from train.errors import TrainError
from train.recipe import load
from webapp.config import ROOT

TINY = [
    'layers=["conv 8", "pool", "flatten", "dense 32"]',
    "train.epochs=2",
    "augment.clean=1.0",
    "train.batch_size=64",
]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    data_file("mnist.npz")
    from train.fit import fit

    folder = tmp_path_factory.mktemp("models") / "tiny"
    fit(load("small", TINY), folder, seed=3)
    return folder


def test_a_bundle_is_complete_and_reads(bundle):
    assert sorted(path.name for path in bundle.iterdir()) == ["card.json", "model.keras", "model.tflite"]
    assert read(SEVEN_PNG, Model(bundle)).text == "7"


def test_the_card_says_what_was_done(bundle):
    card = json.loads((bundle / "card.json").read_text())
    assert (card["name"], card["seed"], card["recipe"]["layers"][0]) == ("tiny", 3, "conv 8")
    assert card["data"]["mnist"]["training"] == 54000
    assert card["data"]["mnist"]["validation"] == 6000
    assert len(card["data"]["mnist"]["sha256"]) == 64
    result = card["results"]["mnist test"]
    low, high = result["interval"]
    assert 0.95 < low < result["accuracy"] < high < 1
    assert len(result["per_digit"]) == 10
    assert card["calibration"]["calibration_error"] < 0.02
    assert card["epoch"] in (1, 2)
    assert card["parameters"] == 8 * 10 + 13 * 13 * 8 * 32 + 32 + 330
    assert card["bytes"]["model.tflite"] == (bundle / "model.tflite").stat().st_size
    assert card["training_seconds"] > 0
    assert card["versions"]["keras"]


def test_both_formats_carry_the_same_weights_and_no_optimiser(bundle):
    import keras

    model = keras.models.load_model(bundle / "model.keras")
    assert not getattr(model, "optimizer", None)
    frames = np.random.default_rng(0).random((50, 28, 28), np.float32)
    light = Model(bundle)
    light.temperature = 1
    assert np.abs(light.probabilities(frames) - np.asarray(model.predict(frames[..., None], verbose=0))).max() < 1e-4


@pytest.mark.parametrize(
    ("layers", "message"),
    [(["convolution 3"], "There is no layer 'convolution 3'"), (["dropout 2"], "'dropout 2' cannot be built")],
)
def test_a_wrong_layer_is_named(layers, message):
    with pytest.raises(TrainError, match=message):
        build(layers, "wrong")


def test_the_command_explains_what_is_wrong():
    command = [sys.executable, "-m", "train", "fit", "nonsense"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == ("train: There is no recipe 'nonsense'; there are small, or give the path of a TOML file.\n")
