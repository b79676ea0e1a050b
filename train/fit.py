"""Fit a recipe: train, let the validation set pick the epoch, look at the test set once, write the bundle."""

from __future__ import annotations

import dataclasses
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import keras
import numpy as np

from recognizer.model import DIGITS, tempered
from train import measures, plots
from train.architecture import build
from train.augment import AS_IT_IS
from train.bundle import save, writing
from train.data import DataSet, Digits, load
from train.errors import TrainError
from train.recipe import Augmentation, Recipe, Training

REJECTED = 0.002  # share of the validation digits that may be taken for none: the least certain ones
WARM_UP = 0.1  # of the steps of a cosine schedule

History = dict[str, list[float]]  # by "accuracy", "loss", "val_accuracy" and "val_loss", a value an epoch
Pair = tuple[np.ndarray, np.ndarray]  # frames (n, 28, 28, 1) and one-hot labels (n, 10)


class Batches(keras.utils.PyDataset):
    """Shuffled batches of frames (n, 28, 28, 1), seen anew in each epoch, with one-hot labels (n, 10)."""

    def __init__(self, parts: Sequence[Digits], size: int, how: Augmentation, seed: int) -> None:
        super().__init__(workers=2, max_queue_size=8)
        self.parts, self.size, self.how, self.seed = parts, size, how, seed
        self.starts = np.cumsum([0, *(len(part.labels) for part in parts)])
        self.epoch = -1
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
        return batch([digits for digits in chosen if len(digits.labels)], self.how, rng)

    def on_epoch_end(self) -> None:
        """Shuffle for the next epoch."""
        self.epoch += 1
        self.order = np.random.default_rng([self.seed, self.epoch]).permutation(int(self.starts[-1]))


def batch(parts: Sequence[Digits], how: Augmentation, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Digits of all parts as the network takes them: frames (n, 28, 28, 1) and one-hot labels (n, 10), both float32."""
    frames = np.concatenate([part.seen(how, rng) for part in parts])
    labels = np.concatenate([part.labels for part in parts])
    return frames[..., None], np.eye(DIGITS, dtype=np.float32)[labels]


def fit(recipe: Recipe, folder: Path, seed: int = 0) -> dict:
    """Train a recipe, write its bundle to `folder` and return its card. Raises TrainError."""
    with writing(folder) as draft:
        sets = {load(name): times for name, times in recipe.data.items()}
        rng = np.random.default_rng(seed)
        halves = {data: data.train.halves(recipe.train.validation, rng) for data in sets}
        training = [halves[data][0] for data, times in sets.items() for _ in range(times)]
        validation = batch([held_out for _, held_out in halves.values()], AS_IT_IS, rng)
        start = time.perf_counter()
        model, history = _trained(recipe, training, validation, seed)
        seconds = time.perf_counter() - start
        card = {
            "name": folder.name,
            "description": recipe.description,
            "recipe": dataclasses.asdict(recipe),
            "seed": seed,
            "epoch": 1 + int(np.argmax(history["val_accuracy"])),
            "data": {data.name: _described(data, *halves[data]) for data in sets},
            **_figures(model, validation, list(sets)),
            "parameters": model.count_params(),
            "training_seconds": round(seconds, 1),
            "versions": _versions(),
            "history": {name: [round(value, 5) for value in values] for name, values in history.items()},
        }
        save(model, card, draft)
        plots.write_history(draft / "plots", folder.name, history)
    return card


def _trained(recipe: Recipe, training: Sequence[Digits], validation: Pair, seed: int) -> tuple[keras.Model, History]:
    """The model with the weights of the epoch that read the validation set best, and how all epochs went."""
    keras.utils.set_random_seed(seed)
    model = build(recipe.layers, recipe.name)
    batches = Batches(training, recipe.train.batch_size, recipe.augment, seed)
    model.compile(
        optimizer=_optimizer(recipe.train, steps=len(batches) * recipe.train.epochs),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=recipe.train.label_smoothing),
        metrics=["accuracy"],
    )
    with tempfile.TemporaryDirectory() as folder:
        best = Path(folder) / "best.weights.h5"
        keep = keras.callbacks.ModelCheckpoint(best, "val_accuracy", save_best_only=True, save_weights_only=True)
        verbose = 1 if sys.stdout.isatty() else 2
        try:
            model.fit(
                batches, epochs=recipe.train.epochs, validation_data=validation, callbacks=[keep], verbose=verbose
            )
        except KeyboardInterrupt:
            if not best.exists():
                raise TrainError("Stopped before the first epoch ended; there is nothing to keep.") from None
            print("\nStopped; the best epoch so far is kept.", flush=True)
        bare = build(recipe.layers, recipe.name)  # without the optimiser's state
        bare.load_weights(best)
    return bare, model.history.history


def _optimizer(train: Training, steps: int) -> keras.optimizers.Optimizer:
    rate: float | keras.optimizers.schedules.LearningRateSchedule = train.learning_rate
    if train.schedule == "cosine":
        warm_up = round(WARM_UP * steps)
        rate = keras.optimizers.schedules.CosineDecay(
            rate / 100, steps - warm_up, warmup_target=rate, warmup_steps=warm_up
        )
    if train.weight_decay:
        return keras.optimizers.AdamW(rate, weight_decay=train.weight_decay)
    return keras.optimizers.Adam(rate)


def _probabilities(model: keras.Model, frames: np.ndarray) -> np.ndarray:
    return np.asarray(model.predict(frames, batch_size=500, verbose=0))


def _figures(model: keras.Model, validation: Pair, sets: Sequence[DataSet]) -> dict:
    """Calibration, fitted on the validation set, and the figures of the test sets, which are looked at here alone."""
    frames, one_hot = validation
    labels = one_hot.argmax(1)
    raw = _probabilities(model, frames)
    temperature = measures.best_temperature(raw, labels)
    calibrated = tempered(raw, temperature)
    results = {}
    for data in sets:
        if data.test:
            test = data.test.seen(AS_IT_IS, np.random.default_rng(0))[..., None]
            probabilities = tempered(_probabilities(model, test), temperature)
            results[f"{data.name} test"] = measures.result(probabilities, data.test.labels)
    return {
        "results": results,
        "calibration": {
            "temperature": temperature,
            "reject_below": float(np.quantile(calibrated.max(1), REJECTED)),
            "calibration_error": measures.calibration_error(calibrated, labels),
        },
    }


def _described(data: DataSet, training: Digits, validation: Digits) -> dict:
    sizes = {"training": len(training.labels), "validation": len(validation.labels)}
    return {"sha256": data.sha256, **sizes, "test": len(data.test.labels) if data.test else 0}


def _versions() -> dict[str, str]:
    packages = {name: version(name) for name in ("keras", keras.backend.backend(), "numpy", "opencv-python-headless")}
    return {"python": platform.python_version(), **packages}
