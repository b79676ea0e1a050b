"""Rendered crops in batches, for the page network: each is new, and the same for the same seed and epoch."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np

from train.detector import targets
from train.pages.hands import Hands
from train.pages.kinds import equations
from train.pages.render import render

Batch = tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]  # tiles (n, TILE, TILE, 1) float32, 0 to 1; heat and box


class Crops(keras.utils.PyDataset):
    """`steps` batches of `size` crops an epoch (from 0), rendered while the network learns from those before.

    In each batch so many crops as `shown` says show equations.
    """

    def __init__(self, hands: Hands, size: int, steps: int, seed: int, epoch: int = 0, shown: int = 0) -> None:
        super().__init__(workers=1, max_queue_size=8)
        self.hands, self.size, self.steps, self.seed, self.epoch = hands, size, steps, seed, epoch
        self.shown = shown

    def __len__(self) -> int:
        return self.steps

    def __getitem__(self, index: int) -> Batch:
        first = index * self.size
        return batch(self.hands, [(self.seed, self.epoch, first + number) for number in range(self.size)], self.shown)

    def on_epoch_end(self) -> None:
        """Go on to the next epoch's crops."""
        self.epoch += 1


def batch(hands: Hands, seeds: Sequence[tuple[int, ...]], shown: int = 0) -> Batch:
    """The crops of some seeds, of which the first, as many as `shown`, are equations, and what is to be answered."""
    crops = [render(hands, seed, equations if place < shown else None) for place, seed in enumerate(seeds)]
    heat, box = zip(*(targets(glyphs) for _, glyphs in crops), strict=True)
    tiles = np.stack([tile for tile, _ in crops]).astype(np.float32)[..., None] / 255
    return tiles, (np.stack(heat), np.stack(box))
