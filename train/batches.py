"""Digits → batches for a network, rendered anew in each epoch."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import keras
import numpy as np

from train.data import Digits
from train.recipe import Augmentation

Targets = Callable[[np.ndarray, np.ndarray], np.ndarray]  # frames (n, 28, 28, 1), labels (n,) → what is to be answered


class Batches(keras.utils.PyDataset):
    """Shuffled batches of frames (n, 28, 28, 1) and their targets, fixed by the seed and the epoch (from 0)."""

    def __init__(
        self, parts: Sequence[Digits], size: int, how: Augmentation, seed: int, targets: Targets, epoch: int = 0
    ) -> None:
        super().__init__(workers=2, max_queue_size=8)
        self.parts, self.size, self.how, self.seed, self.targets = parts, size, how, seed, targets
        self.starts = np.cumsum([0, *(len(part.labels) for part in parts)])
        self.epoch = epoch - 1
        self.on_epoch_end()

    def __len__(self) -> int:
        return -(-int(self.starts[-1]) // self.size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        which = self.order[index * self.size : (index + 1) * self.size]
        rng = np.random.default_rng([self.seed, self.epoch, index])
        chosen = [
            part.take(which[(which >= start) & (which < end)] - start)
            for part, start, end in zip(self.parts, self.starts, self.starts[1:], strict=False)
        ]
        frames, labels = batch([digits for digits in chosen if len(digits.labels)], self.how, rng)
        return frames, self.targets(frames, labels)

    def on_epoch_end(self) -> None:
        """Shuffle for the next epoch."""
        self.epoch += 1
        self.order = np.random.default_rng([self.seed, self.epoch]).permutation(int(self.starts[-1]))


def batch(parts: Sequence[Digits], how: Augmentation, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The digits of all parts: frames (n, 28, 28, 1) float32 as a network takes them, and labels (n,)."""
    frames = np.concatenate([part.render(how, rng) for part in parts])
    return frames[..., None], np.concatenate([part.labels for part in parts])
