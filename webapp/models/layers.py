"""The layers of a Keras model, as its file names them. They are read without Keras."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from recognizer.bundle import Bundle

LARGEST = 1 << 20  # bytes of the description of a model

log = logging.getLogger(__name__)


KINDS = {
    "InputLayer": "Input",
    "Conv2D": "Convolution",
    "MaxPooling2D": "Max pooling",
    "GlobalAveragePooling2D": "Global average pooling",
    "BatchNormalization": "Batch normalisation",
    "Average": "Average of the networks",
}
ACTIVATIONS = {"relu": "ReLU"}


@dataclass(frozen=True)
class Layer:
    """So many equal layers side by side: their kind and details in words, and the shape of what each takes."""

    count: int
    kind: str
    details: str
    shape: str


def read(folder: Path) -> list[Layer]:
    """Return the layers of the model in a folder, in order, or none if its file is missing or cannot be understood."""
    path = Bundle(folder).keras
    try:
        with ZipFile(path) as archive:
            if archive.getinfo("config.json").file_size > LARGEST:
                raise ValueError("the description is too long")
            content = json.loads(archive.read("config.json"))
        return list(_find_layers(content["config"]["layers"]))
    except FileNotFoundError:
        return []
    except (OSError, BadZipFile, KeyError, TypeError, ValueError, AttributeError) as error:
        log.warning("%s: the layers cannot be understood: %r", path, error)
        return []


def _find_layers(described: list[dict[str, Any]]) -> Iterator[Layer]:
    depths: dict[str, int] = {}
    rows: Counter[tuple[int, str, str, str]] = Counter()
    for layer in described:
        name, config = layer["config"]["name"], layer["config"]
        inputs = list(_find_inputs(layer.get("inbound_nodes", [])))
        sources = [depths[tensor["keras_history"][0]] for tensor in inputs]
        depths[name] = 1 + max(sources, default=len(depths))  # one after the other, where no inputs are named
        shape = _join_sides(inputs[0]["shape"][1:]) if inputs else ""
        rows[depths[name], KINDS.get(layer["class_name"], layer["class_name"]), _describe(config), shape] += 1
    for (_, *row), count in rows.items():
        yield Layer(count, *row)


def _find_inputs(nodes: Any) -> Iterator[dict[str, Any]]:
    """Give the tensors that a layer takes, however deep they lie."""
    if isinstance(nodes, dict) and nodes.get("class_name") == "__keras_tensor__":
        yield nodes["config"]
    elif isinstance(nodes, list | dict):
        for node in nodes.values() if isinstance(nodes, dict) else nodes:
            yield from _find_inputs(node)


def _describe(config: dict[str, Any]) -> str:
    """Say what sets a layer apart from others of its kind."""
    told = []
    if "filters" in config:
        told.append(f"{config['filters']} filters of {_join_sides(config['kernel_size'])}")
    if "pool_size" in config:
        told.append(_join_sides(config["pool_size"]))
    if "units" in config:
        told.append(f"{config['units']} units")
    if "rate" in config:
        told.append(f"{100 * config['rate']:.0f} %")
    if config.get("activation", "linear") != "linear":
        told.append(ACTIVATIONS.get(config["activation"], str(config["activation"])))
    return ", ".join(told)


def _join_sides(sides: list[int]) -> str:
    return "\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}".join(map(str, sides))
