import json
from zipfile import ZipFile

import pytest

from tests.conftest import AVERAGED
from webapp.config import ROOT
from webapp.models import layers


def bundle(folder, config):
    with ZipFile(folder / "model.keras", "w") as archive:
        archive.writestr("config.json", json.dumps(config))
    return folder


def test_equal_layers_of_averaged_networks_are_one_row():
    found = layers.read(AVERAGED)
    assert [layer.kind for layer in found[:3]] == ["Input", "Convolution", "Max pooling"]
    assert [layer.count for layer in found] == [1, *[2] * (len(found) - 2), 1]
    assert found[1].details == "4 filters of 3\xa0×\xa03, ReLU"
    assert found[1].shape == "28\xa0×\xa028\xa0×\xa01"


def test_equal_layers_one_after_the_other_stay_apart():
    kinds = [layer.kind for layer in layers.read(ROOT / "models" / "small")]
    assert kinds.count("Convolution") == 3
    assert kinds.count("ReLU") == 3


def test_a_sequential_model_is_understood(tmp_path):
    convolution = {"class_name": "Conv2D", "config": {"name": "a", "filters": 8, "kernel_size": [3, 3]}}
    other = {"class_name": "Own", "config": {"name": "b"}}
    found = layers.read(bundle(tmp_path, {"config": {"layers": [convolution, other]}}))
    assert [(layer.count, layer.kind) for layer in found] == [(1, "Convolution"), (1, "Own")]


@pytest.mark.parametrize("config", [[], {}, {"config": {"layers": [5]}}, {"config": {"layers": [{"config": {}}]}}])
def test_what_cannot_be_understood_has_no_layers(tmp_path, config):
    assert layers.read(bundle(tmp_path, config)) == []


def test_a_description_that_would_fill_the_memory_is_left_alone(tmp_path):
    assert layers.read(bundle(tmp_path, {"config": {"layers": ["x" * layers.LARGEST]}})) == []
