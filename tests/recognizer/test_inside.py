import json
import shutil
from zipfile import ZipFile

import cv2
import numpy as np
import pytest

from recognizer import Model, read
from recognizer.bundle import find_bundles
from recognizer.inside import layers
from tests.conftest import AVERAGED
from tests.drawing import SEVEN_PNG
from webapp.config import ROOT

BUNDLES = [bundle.folder for bundle in find_bundles(ROOT / "models")]
COUNTED = {"Conv2D": "convolution", "MaxPooling2D": "pooling", "Dense": "dense"}


@pytest.fixture(scope="module")
def frame(model):
    return read(SEVEN_PNG, model, "digit").frames[0]


@pytest.mark.parametrize("bundle", BUNDLES, ids=lambda path: path.name)
def test_every_layer_of_the_shipped_models_is_there(bundle, frame):
    found = layers(Model(bundle), frame)
    with ZipFile(bundle / "model.keras") as archive:
        config = json.loads(archive.read("config.json"))["config"]
    for name, kind in COUNTED.items():
        described = [layer["config"] for layer in config["layers"] if layer["class_name"] == name]
        shown = [layer for layer in found if layer.kind == kind]
        assert len(shown) == len(described)
        counts = sorted(layer.get("filters", layer.get("units", 0)) for layer in described)
        if kind != "pooling":
            assert sorted(len(layer.maps) for layer in shown) == counts


@pytest.mark.parametrize("bundle", BUNDLES, ids=lambda path: path.name)
def test_the_last_layers_are_what_the_model_answers(bundle, frame):
    model = Model(bundle)
    answers = [layer.maps.ravel() for layer in layers(model, frame) if layer.kind == "softmax"]
    model.temperature = 1  # as the network itself says it
    shares = model.probabilities(frame[None])[0]
    raw = [*shares, 1 - shares.sum()][: len(answers[0])]
    np.testing.assert_allclose(np.mean(answers, 0), raw, atol=1e-3)


def test_networks_that_are_averaged_are_told_apart(frame):
    found = layers(Model(AVERAGED), frame)
    first, second = ([layer for layer in found if layer.network == number] for number in (0, 1))
    assert [(layer.kind, layer.number) for layer in first] == [(layer.kind, layer.number) for layer in second]
    assert not np.array_equal(first[0].maps, second[0].maps)


def test_what_is_rectified_is_never_below_zero(model, frame):
    found = layers(model, frame)
    assert all(layer.maps.min() >= 0 for layer in found if layer.rectified)
    assert any(layer.maps.min() < 0 for layer in found)


def test_the_first_filters_are_those_of_the_keras_model(frame):
    """Computed by hand, from the weights in the other file of the bundle."""
    h5py = pytest.importorskip("h5py")
    folder = ROOT / "models" / "one-conv"
    with (
        ZipFile(folder / "model.keras") as archive,
        archive.open("model.weights.h5") as file,
        h5py.File(file) as weights,
    ):
        kernel, bias = (np.array(weights[f"layers/conv2d/vars/{number}"]) for number in (0, 1))
    own = [cv2.filter2D(frame, -1, kernel[:, :, 0, n])[1:-1, 1:-1] + bias[n] for n in range(len(bias))]
    np.testing.assert_allclose(layers(Model(folder), frame)[0].maps, np.maximum(own, 0), atol=1e-2)


def test_pictures_have_all_maps_and_fit_a_page(model, frame):
    for layer in layers(model, frame):
        height, width, _ = layer.picture.shape
        assert height * width >= layer.maps.size
        assert width <= 240


def test_a_model_that_keras_runs_shows_nothing(tmp_path, frame):
    pytest.importorskip("keras")
    shutil.copy(ROOT / "models" / "one-conv" / "model.keras", tmp_path)
    assert layers(Model(tmp_path), frame) == []
