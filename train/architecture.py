"""Layers named in a recipe → Keras model from 28×28×1 (0 to 1) to probabilities of ten digits, or of ten and none.

conv N [SIZE] [linear] [same]   N filters of SIZE×SIZE (3), ReLU unless linear, no padding unless same
norm · relu · pool [SIZE]       batch normalisation, ReLU, max pooling (2)
average                         global average pooling
flatten · dropout SHARE · dense UNITS
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from keras import layers as kl

from recognizer.bundle import DIGIT_COUNT
from recognizer.frame import SIDE
from train.errors import TrainError

STEPS = 127  # of a weight, to either side of 0
STEP_BITS = 8  # of a step's mantissa: so few that a weight has zeros at its end, and its file a quarter less bytes


def build(
    layers: Sequence[str], name: str, classes: int = DIGIT_COUNT, members: int = 1, precision: str = "float32"
) -> keras.Model:
    """Return an untrained model: the mean of `members` networks of these layers and a softmax. Raises TrainError.

    `precision` is a dtype policy of Keras's; weights and answers are float32 in any case.
    """
    inputs = keras.Input((SIDE, SIDE, 1), name="frame")
    outputs = [_build_network(inputs, layers, classes, precision) for _ in range(members)]
    return keras.Model(inputs, kl.Average()(outputs) if members > 1 else outputs[0], name=name)


def split_members(model: keras.Model, kind: type[keras.Model] = keras.Model) -> keras.Model:
    """The same networks, each answering for itself, (n, members, classes). Trained like this they differ usefully."""
    mean = model.layers[-1]
    outputs = mean.input if isinstance(mean, kl.Average) else [mean.output]
    return kind(model.inputs, kl.Concatenate(axis=1)([kl.Reshape((1, -1))(output) for output in outputs]))


def quantise(model: keras.Model) -> keras.Model:
    """Return a trained model whose kernels have the eight bits that LiteRT keeps, so that both files hold the same.

    Batch normalisation is folded into a linear convolution before it, as LiteRT does, or becomes a scale and offset.
    """
    makers = {id(layer.output): layer for layer in model.layers}
    norms = {layer.name: makers[id(layer.input)] for layer in model.layers if isinstance(layer, kl.BatchNormalization)}
    folded = {name for name, maker in norms.items() if _is_linear(maker)}

    def call(layer: keras.Layer, *inputs: keras.KerasTensor, **options: object) -> keras.KerasTensor:
        return inputs[0] if layer.name in folded else layer(*inputs, **options)

    plain = keras.models.clone_model(model, clone_function=_as_float32, call_function=call)
    for layer in plain.layers:
        layer.set_weights([_round(weight) for weight in model.get_layer(layer.name).get_weights()])
    for name, maker in norms.items():
        scale, offset = _scale_and_offset(model.get_layer(name))
        if name in folded:
            kernel, bias = maker.get_weights()
            plain.get_layer(maker.name).set_weights([_round(kernel * scale), bias * scale + offset])
        else:
            none, unit = np.zeros_like(scale), np.ones_like(scale) - model.get_layer(name).epsilon
            plain.get_layer(name).set_weights([scale, offset, none, unit])
    return plain


def _as_float32(layer: keras.Layer) -> keras.Layer:
    """The same layer, computing with float32 whatever it was trained with."""
    return layer.__class__.from_config(layer.get_config() | {"dtype": "float32"})


def _round(weight: np.ndarray) -> np.ndarray:
    """A kernel in whole steps for each output (LiteRT's 8-bit quantization specification), or a bias as it is."""
    if weight.ndim == 1:
        return weight
    mantissa, exponent = np.frexp(np.abs(weight).max(axis=tuple(range(weight.ndim - 1)), keepdims=True) / STEPS)
    step = np.ldexp(np.round(mantissa * 2**STEP_BITS) / 2**STEP_BITS, exponent)
    return np.asarray(np.round(weight / np.maximum(step, np.finfo(step.dtype).tiny)) * step)


def _is_linear(layer: keras.Layer) -> bool:
    return isinstance(layer, kl.Conv2D) and layer.activation is keras.activations.linear


def _scale_and_offset(norm: kl.BatchNormalization) -> tuple[np.ndarray, np.ndarray]:
    gamma, beta, mean, variance = norm.get_weights()
    scale = gamma / np.sqrt(variance + norm.epsilon)
    return scale, beta - mean * scale


def _build_network(inputs: keras.KerasTensor, layers: Sequence[str], classes: int, precision: str) -> keras.KerasTensor:
    outputs = inputs
    for words in layers:
        outputs = _build_layer(words, precision)(outputs)
    return kl.Dense(classes, activation="softmax")(outputs)


def _build_layer(words: str, precision: str) -> keras.Layer:
    kind, *options = words.split()
    numbers = [float(option) for option in options if option.replace(".", "", 1).isdigit()]
    try:
        match kind, numbers:
            case "conv", [filters, *size]:
                activation = None if "linear" in options else "relu"
                padding = "same" if "same" in options else "valid"
                return kl.Conv2D(
                    int(filters), int(size[0]) if size else 3, activation=activation, padding=padding, dtype=precision
                )
            case "pool", [*size]:
                return kl.MaxPooling2D(int(size[0]) if size else 2, dtype=precision)
            case "dropout", [share]:
                return kl.Dropout(share, dtype=precision)
            case "dense", [units]:
                return kl.Dense(int(units), activation="relu", dtype=precision)
            case "norm", []:
                return kl.BatchNormalization(dtype=precision)
            case "relu", []:
                return kl.ReLU(dtype=precision)
            case "average", []:
                return kl.GlobalAveragePooling2D(dtype=precision)
            case "flatten", []:
                return kl.Flatten(dtype=precision)
    except ValueError as error:
        raise TrainError(f"The layer {words!r} cannot be built: {error}") from error
    raise TrainError(f"There is no layer {words!r}; there are:\n{__doc__}")
