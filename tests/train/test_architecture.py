import keras
import numpy as np
import pytest

from train.architecture import build, quantise
from train.errors import TrainError
from train.recipe import load, names

PARAMETERS = {  # of the published architectures
    "one-conv": 347_146,
    "three-conv-norm": 391_306,
    "two-conv": 225_034,
    "two-conv-dropout": 225_034,
    "two-conv-late-dropout": 225_034,
}


@pytest.mark.parametrize("name", [name for name in names() if not name.startswith("page")])
def test_every_recipe_builds_from_a_frame_to_ten_probabilities(name):
    model = build(load(name).layers, name)
    assert model.input_shape == (None, 28, 28, 1)
    assert model.output_shape == (None, 10)
    assert model.count_params() == PARAMETERS.get(name, model.count_params())


def test_options_of_layers_are_followed():
    model = build(["conv 4 5 same linear", "relu", "pool 4", "norm", "average", "dropout 0.1", "dense 3"], "mine")
    assert [layer.output.shape[1:] for layer in model.layers[1:4]] == [(28, 28, 4), (28, 28, 4), (7, 7, 4)]
    assert model.layers[1].activation.__name__ == "linear"


@pytest.mark.parametrize(
    ("layers", "message"),
    [(["convolution 3"], "There is no layer 'convolution 3'"), (["dropout 2"], "'dropout 2' cannot be built")],
)
def test_a_wrong_layer_is_named(layers, message):
    with pytest.raises(TrainError, match=message):
        build(layers, "wrong")


def test_a_quantised_model_answers_the_same_with_eight_bits_and_without_norm_after_a_linear_convolution():
    rng = np.random.default_rng(0)
    keras.utils.set_random_seed(0)
    model = build(["conv 4 linear", "norm", "relu", "pool", "norm", "flatten", "dense 8"], "mine", members=2)
    model.set_weights([np.abs(weight + rng.normal(0, 0.2, weight.shape)) for weight in model.get_weights()])
    plain = quantise(model)
    assert [sum(isinstance(layer, keras.layers.BatchNormalization) for layer in m.layers) for m in (model, plain)] == [
        4,
        2,
    ]
    frames = rng.random((20, 28, 28, 1), np.float32)
    assert np.abs(plain.predict(frames, verbose=0) - model.predict(frames, verbose=0)).max() < 0.1
    for kernel in (np.asarray(weight) for weight in plain.weights if len(weight.shape) > 1):
        steps = 127 * kernel / np.abs(kernel).max(axis=tuple(range(kernel.ndim - 1)))
        assert np.abs(steps - steps.round()).max() < 1e-3


def test_a_network_of_mixed_precision_is_quantised_to_single():
    layers = ["conv 4 linear", "norm", "relu", "pool", "flatten", "dropout 0.1", "dense 3"]
    model = build(layers, "mine", precision="mixed_bfloat16")
    assert {layer.compute_dtype for layer in model.layers[1:-1]} == {"bfloat16"}
    assert model.layers[-1].compute_dtype == "float32"
    assert {weight.dtype for weight in model.weights} == {"float32"}
    plain = quantise(model)
    assert {layer.compute_dtype for layer in plain.layers} == {"float32"}
    frames = np.random.default_rng(0).random((20, 28, 28, 1), np.float32)
    assert np.abs(plain.predict(frames, verbose=0) - model.predict(frames, verbose=0)).max() < 0.02
