"""The page network, loaded when the first page is read: tiles → where glyphs are (`recognizer.glyphs`)."""

from __future__ import annotations

from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from recognizer.bundle import Bundle, PageCard, Sureness
from recognizer.errors import ModelError
from recognizer.glyphs import GRID, TILE
from recognizer.model import LiteRT, locate

BOX = 4  # numbers that say where a glyph is


class Detector:
    """The page network of a bundle, ready to look at tiles; safe to share between threads and to carry across a fork.

    Raises ModelError, naming the path, where the bundle is missing or damaged.
    """

    def __init__(self, folder: Path) -> None:
        bundle = Bundle(folder)
        if not bundle.litert.is_file():
            raise ModelError(f"{bundle.litert}: the model that reads pages is missing.")
        self._bundle = bundle
        self._litert = LiteRT(bundle.litert, _check_shapes, batch=1)

    def __call__(self, tiles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return heat (n, GRID, GRID, classes) and box (n, GRID, GRID, 4) of tiles (n, TILE, TILE, 1), 0 to 1."""
        heat, box = sorted(self._litert(tiles), key=lambda output: output.shape[-1] == BOX)
        return heat, box

    @cached_property
    def sureness(self) -> Sureness:
        """How likely what it finds is right, as its card says. Raises ModelError."""
        if (card := self._bundle.read_card(PageCard)) is None:
            raise ModelError(f"{self._bundle.card}: the card of the model that reads pages is missing.")
        return card.sureness


@lru_cache(maxsize=1)
def load_detector() -> Detector:
    """Return the page network that comes along, the same one at each call. Raises ModelError."""
    return Detector(locate("page"))


def _check_shapes(path: Path, inputs: tuple[int, ...], *outputs: tuple[int, ...]) -> None:
    sides = {output[1:3] for output in outputs}
    if inputs[1:] != (TILE, TILE, 1) or sides != {(GRID, GRID)} or not any(o[-1] == BOX for o in outputs):
        raise ModelError(f"{path}: takes {inputs} and gives {outputs}; this is no model that reads pages.")
