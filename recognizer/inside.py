"""What each layer of a model makes of a frame: its feature maps, out of LiteRT's record of all tensors."""

from __future__ import annotations

import math
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from recognizer.bundle import Bundle
from recognizer.colours import WHITE, diverging
from recognizer.model import Model

if TYPE_CHECKING:
    from ai_edge_litert.schema_py_generated import ModelT

KINDS = {  # by the names in LiteRT's schema
    "CONV_2D": "convolution",
    "DEPTHWISE_CONV_2D": "convolution",
    "MAX_POOL_2D": "pooling",
    "AVERAGE_POOL_2D": "averaging",
    "MEAN": "averaging",
    "ADD": "normalisation",
    "RELU": "rectification",
    "FULLY_CONNECTED": "dense",
    "SOFTMAX": "softmax",
}
RELU = 1  # among LiteRT's fused activation functions
ACROSS = 8  # maps in a row; twice as many of small ones
SMALL = 6  # pixels; maps of this side and less are small
CELL = 4  # pixels; a map is drawn at least so large
BETWEEN = np.array([217, 215, 207])  # the colour between maps
KEPT = 3  # frames whose layers are remembered, as a page asks for one picture after the other; megabytes each


@dataclass(frozen=True)
class Layer:
    """The output of one layer for one frame: `maps` (n, height, width), where dense layers have 1 × 1.

    `kind` is one of KINDS, `number` counts those of a kind from 1, and of as many `networks` as the model averages
    this is in number `network`, from 0. `rectified` says whether all below 0 has become 0.
    """

    kind: str
    number: int
    network: int
    rectified: bool
    maps: np.ndarray

    @property
    def picture(self) -> np.ndarray:
        """All maps in a grid, (height, width, 3) uint8, red green blue: blue above 0, orange below, white at 0."""
        count, height, width = self.maps.shape
        drawn = diverging(self.maps, max(float(np.abs(self.maps).max()), 1e-9), WHITE)
        cell = math.ceil(CELL / min(height, width))
        across = min(count, ACROSS if min(height, width) > SMALL else 2 * ACROSS)
        rows = math.ceil(count / across)
        tiles = np.full((rows * across, height * cell + 1, width * cell + 1, 3), BETWEEN, np.uint8)
        tiles[:count, :-1, :-1] = drawn.repeat(cell, 1).repeat(cell, 2)
        return tiles.reshape(rows, across, *tiles.shape[1:]).swapaxes(1, 2).reshape(-1, across * tiles.shape[2], 3)


def layers(model: Model, frame: np.ndarray) -> list[Layer]:
    """Return what the layers make of a frame (28, 28), 0 to 1, in order; none if it is no LiteRT model that runs.

    Raises OSError, if the file is gone.
    """
    path = Bundle(model.folder).litert
    if not model.is_light:
        return []
    return _layers(path, path.stat().st_mtime_ns, np.ascontiguousarray(frame, np.float32).tobytes(), frame.shape)


@lru_cache(KEPT)
def _layers(path: Path, changed: int, frame: bytes, shape: tuple[int, ...]) -> list[Layer]:
    content = path.read_bytes()
    tensors = _tensors(content, np.frombuffer(frame, np.float32).reshape(1, *shape, 1))
    steps = list(_steps(_graph(content)))
    joined = any(len(networks) > 1 for _, networks, _, _ in steps)  # branches of one network, rather than several
    seen: Counter[tuple[int, str]] = Counter()
    found = []
    for kind, networks, rectified, output in steps:
        network = 0 if joined else min(networks)
        seen[network, kind] += 1
        found.append(Layer(kind, seen[network, kind], network, rectified, _maps(tensors.get_tensor(output))))
    return found


def _tensors(content: bytes, frames: np.ndarray) -> Any:
    """An interpreter that has run, and still has all it computed on the way."""
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    with warnings.catch_warnings(action="ignore"):  # "for debugging purposes": so it is
        interpreter = Interpreter(
            model_content=content,
            num_threads=1,
            experimental_preserve_all_tensors=True,
            experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        )
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], frames)
    interpreter.invoke()
    return interpreter


def _graph(content: bytes) -> ModelT:
    from ai_edge_litert.schema_py_generated import ModelT

    return ModelT.InitFromPackedBuf(content, 0)


def _steps(model: ModelT) -> Iterator[tuple[str, frozenset[int], bool, int]]:
    """Kind, networks, whether rectified, and tensor of each step from the input to the answer that is worth showing."""
    from ai_edge_litert.schema_py_generated import BuiltinOperator

    names = {number: name for name, number in vars(BuiltinOperator).items()}
    graph = model.subgraphs[0]
    roots: dict[int, frozenset[int]] = {graph.inputs[0]: frozenset()}
    begun = 0
    for operator in graph.operators:
        sources = [tensor for tensor in operator.inputs if tensor in roots]
        if not sources:
            continue  # it prepares weights
        begins = sources == [graph.inputs[0]]
        here = frozenset([begun]) if begins else frozenset().union(*(roots[tensor] for tensor in sources))
        begun += begins
        roots |= dict.fromkeys(operator.outputs, here)
        code = model.operatorCodes[operator.opcodeIndex]
        kind = KINDS.get(names[max(code.builtinCode, code.deprecatedBuiltinCode)])
        if kind and not (kind == "normalisation" and len(sources) > 1):
            rectified = (
                kind == "rectification" or getattr(operator.builtinOptions, "fusedActivationFunction", 0) == RELU
            )
            yield kind, here, rectified, operator.outputs[0]


def _maps(tensor: np.ndarray) -> np.ndarray:
    return tensor[0].transpose(2, 0, 1) if tensor.ndim == 4 else tensor.reshape(-1, 1, 1)
