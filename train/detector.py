"""The page network: a small fully convolutional detector, what it is to answer, and how far its answer is off.

Presence, class and box of a glyph are answered at the cell of its centre (Zhou, Wang & Krähenbühl 2019, "Objects as
Points", arXiv:1904.07850), on a pyramid of features (Lin et al. 2017, "Feature Pyramid Networks", arXiv:1612.03144).
"""

from __future__ import annotations

import keras
import numpy as np
from keras import layers as kl
from keras import ops

from recognizer.glyphs import CLASSES, GRID, STRIDE, TILE
from train.pages.sheet import DOUBTFUL

WIDTHS = (16, 32, 64, 96, 128)  # channels at a half, a quarter … of the picture's size
FEATURES = 48  # channels of the pyramid
RARE = -4.6  # log odds of 1 %: how surely an untrained network sees a glyph, so that the many empty cells are no shock
SPREAD = 0.12  # of a glyph's sides: the standard deviation of the bump that stands for its centre
SURE = 1e-4  # probabilities are kept this far from 0 and 1
NEVER_WRONG = 0.99  # of the heat that is wanted, so near to 1 that the loss hardly counts what is answered
SIGNS = slice(CLASSES.index("+"), None)  # the classes that are rare on pages, and can learn alone from more of them
BEND = 0.1  # where the loss of a box turns from squares to absolute differences

Targets = tuple[np.ndarray, np.ndarray]  # heat (GRID, GRID, classes); box (GRID, GRID, 5), its last: is there one?


def build(precision: str = "float32") -> keras.Model:
    """Return an untrained network: tiles (n, TILE, TILE, 1), 0 to 1 → heat and box as `recognizer.glyphs` lays out.

    `precision` is a dtype policy of Keras's for the convolutions; weights and answers are float32 in any case.
    """
    maker = _Maker(precision)
    tiles = keras.Input((TILE, TILE, 1), name="grey")
    stem = maker.conv(tiles, "stem", WIDTHS[0], stride=2)
    quarter = maker.residual(maker.conv(stem, "down4", WIDTHS[1], stride=2), "res4", WIDTHS[1])
    eighth = maker.conv(quarter, "down8", WIDTHS[2], stride=2)
    eighth = maker.residual(maker.residual(eighth, "res8a", WIDTHS[2]), "res8b", WIDTHS[2])
    sixteenth = maker.residual(maker.conv(eighth, "down16", WIDTHS[3], stride=2), "res16", WIDTHS[3])
    coarse = maker.residual(maker.conv(sixteenth, "down32", WIDTHS[4], stride=2), "res32", WIDTHS[4])

    features = maker.side(coarse, "side32")
    features = maker.conv(maker.merge(features, sixteenth, "16"), "mix16", FEATURES)
    features = maker.conv(maker.merge(features, eighth, "8"), "mix8", FEATURES)
    features = maker.conv(maker.merge(features, quarter, "4"), "mix4a", FEATURES)
    features = maker.conv(features, "mix4b", FEATURES)

    heat = maker.conv(features, "heat_a", FEATURES)
    heat = kl.Conv2D(len(CLASSES), 1, bias_initializer=keras.initializers.Constant(RARE), name="heat_out")(heat)
    box = kl.Conv2D(4, 1, name="box")(maker.conv(features, "box_a", FEATURES))
    return keras.Model(tiles, [kl.Activation("sigmoid", name="heat")(heat), box], name="page")


class _Maker:
    """Makes the blocks of the network, all with the same precision."""

    def __init__(self, precision: str) -> None:
        self.precision = precision

    def conv(self, x: keras.KerasTensor, name: str, filters: int, stride: int = 1) -> keras.KerasTensor:
        return kl.ReLU(dtype=self.precision, name=f"{name}_relu")(self._normalise(x, name, filters, stride))

    def residual(self, x: keras.KerasTensor, name: str, filters: int) -> keras.KerasTensor:
        change = self._normalise(self.conv(x, f"{name}_a", filters), f"{name}_b", filters)
        total = kl.Add(dtype=self.precision, name=f"{name}_add")([x, change])
        return kl.ReLU(dtype=self.precision, name=f"{name}_out")(total)

    def side(self, x: keras.KerasTensor, name: str) -> keras.KerasTensor:
        return kl.Conv2D(FEATURES, 1, dtype=self.precision, name=name)(x)

    def merge(self, coarse: keras.KerasTensor, fine: keras.KerasTensor, at: str) -> keras.KerasTensor:
        larger = kl.UpSampling2D(2, dtype=self.precision, name=f"up{at}")(coarse)
        return kl.Add(dtype=self.precision, name=f"merge{at}")([self.side(fine, f"side{at}"), larger])

    def _normalise(self, x: keras.KerasTensor, name: str, filters: int, stride: int = 1) -> keras.KerasTensor:
        if stride > 1:  # padded alike on all sides, which "same" is not at an even size
            x = kl.ZeroPadding2D(1, dtype=self.precision, name=f"{name}_pad")(x)
        x = kl.Conv2D(
            filters,
            3,
            stride,
            "valid" if stride > 1 else "same",
            use_bias=False,
            dtype=self.precision,
            name=f"{name}_conv",
        )(x)
        return kl.BatchNormalization(momentum=0.98, epsilon=1e-5, dtype=self.precision, name=f"{name}_norm")(x)


def adopt(model: keras.Model, start: keras.Model) -> None:
    """Take over the weights of a network with the same layers, which may know only the first of the classes."""
    for layer in model.layers:
        weights = layer.get_weights()
        if not weights:
            continue
        for mine, theirs in zip(weights, start.get_layer(layer.name).get_weights(), strict=True):
            mine[..., : theirs.shape[-1]] = theirs
            mine[..., theirs.shape[-1] :] = RARE if mine.ndim == 1 else 0
        layer.set_weights(weights)


def freeze_but_signs(model: keras.Model) -> None:
    """Let only that layer learn which says what a glyph is; `keep_but_signs` undoes what digits and others learned."""
    for layer in model.layers:
        layer.trainable = layer.name == "heat_out"


def keep_but_signs(model: keras.Model, start: keras.Model) -> None:
    """Take back from a start all that it answers but for SIGNS, which are answered by weights of their own."""
    learnt, weights = (network.get_layer("heat_out").get_weights() for network in (model, start))
    for mine, theirs in zip(learnt, weights, strict=True):
        theirs[..., SIGNS] = mine[..., SIGNS]
    model.get_layer("heat_out").set_weights(weights)


def mix(model: keras.Model, start: keras.Model, share: float) -> None:
    """Bring weights back towards those of a start, by a share from 0 to 1 (Wortsman et al. 2022, arXiv:2109.01903).

    What the start does not know, such as later classes, stays as it is.
    """
    for layer in model.layers:
        weights = layer.get_weights()
        for mine, theirs in zip(weights, start.get_layer(layer.name).get_weights() if weights else [], strict=True):
            known = mine[..., : theirs.shape[-1]]
            known += share * (theirs - known)
        layer.set_weights(weights)


def targets(glyphs: np.ndarray) -> Targets:
    """What the network is to answer for a tile with glyphs (n, 5): class, centre x and y, width, height, in pixels.

    Where one is DOUBTFUL, any heat costs next to nothing.
    """
    heat = np.zeros((GRID, GRID, len(CLASSES)), np.float32)
    box = np.zeros((GRID, GRID, 5), np.float32)
    cells = np.arange(GRID, dtype=np.float32)
    for kind, x, y, width, height in glyphs:
        x, y, width, height = (value / STRIDE for value in (x, y, width, height))
        if kind == DOUBTFUL:
            part = heat[_cells(y, height), _cells(x, width)]
            np.maximum(part, NEVER_WRONG, out=part)
            continue
        column, row = (int(np.clip(value, 0, GRID - 1)) for value in (x, y))
        across, down = (_bump(cells, at, side) for at, side in ((column, width), (row, height)))
        layer = heat[..., int(kind)]
        np.maximum(layer, down[:, None] * across, out=layer)
        box[row, column] = np.log(max(width, 0.25)), np.log(max(height, 0.25)), x - column - 0.5, y - row - 0.5, 1
    return heat, box


def _cells(middle: float, side: float) -> slice:
    return slice(max(int(middle - side / 2), 0), int(middle + side / 2) + 1)


def _bump(cells: np.ndarray, at: int, side: float) -> np.ndarray:
    return np.exp(-((cells - at) ** 2) / (2 * max(0.5, SPREAD * side) ** 2))


def heat_loss(wanted: keras.KerasTensor, answered: keras.KerasTensor) -> keras.KerasTensor:
    """The focal loss of the heat maps (Law & Deng 2018, "CornerNet", arXiv:1808.01244), of each tile."""
    answered = ops.clip(answered, SURE, 1 - SURE)
    centre = ops.cast(wanted >= 1, answered.dtype)
    seen = ops.log(answered) * (1 - answered) ** 2 * centre
    unseen = ops.log(1 - answered) * answered**2 * (1 - wanted) ** 4 * (1 - centre)
    return -_weigh(ops.sum(seen + unseen, axis=(1, 2, 3)), ops.sum(centre, axis=(1, 2, 3)))


def box_loss(wanted: keras.KerasTensor, answered: keras.KerasTensor) -> keras.KerasTensor:
    """The smooth L1 loss of the boxes (Girshick 2015, "Fast R-CNN", arXiv:1504.08083), of each tile."""
    there = wanted[..., 4]
    off = ops.abs(wanted[..., :4] - answered)
    loss = ops.sum(ops.where(off < BEND, off**2 / (2 * BEND), off - BEND / 2), axis=-1)
    return _weigh(ops.sum(loss * there, axis=(1, 2)), ops.sum(there, axis=(1, 2)))


def _weigh(losses: keras.KerasTensor, glyphs: keras.KerasTensor) -> keras.KerasTensor:
    """Losses of tiles over the root of their glyphs, lest a page of small writing outweighs all tiles of a number."""
    return losses / ops.sqrt(ops.maximum(glyphs, 1))
