"""Fit a recipe: train, let the validation set pick the epoch, look at the test set once, write the bundle."""

from __future__ import annotations

import dataclasses
import platform
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import keras
import numpy as np

from recognizer.model import DIGITS, tempered
from train import measures
from train.architecture import build
from train.augment import augment
from train.bundle import save, writing
from train.data import DataSet, Split, load
from train.recipe import Augmentation, Recipe, Training

REJECTED = 0.002  # share of the validation digits that may be taken for none: the least certain ones
WARM_UP = 0.1  # of the steps of a cosine schedule


class Batches(keras.utils.PyDataset):
    """Shuffled batches of frames (n, 28, 28, 1), augmented anew in each epoch, with one-hot labels (n, 10)."""

    def __init__(self, split: Split, size: int, how: Augmentation, seed: int) -> None:
        super().__init__()
        self.split, self.size, self.how, self.seed = split, size, how, seed
        self.epoch = -1
        self.on_epoch_begin()

    def __len__(self) -> int:
        return -(-len(self.split) // self.size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        batch = self.split.take(self.order[index * self.size : (index + 1) * self.size])
        rng = np.random.default_rng([self.seed, self.epoch, index])
        return augment(batch.frames, self.how, rng)[..., None], one_hot(batch.labels)

    def on_epoch_begin(self) -> None:
        """Shuffle."""
        self.epoch += 1
        self.order = np.random.default_rng([self.seed, self.epoch]).permutation(len(self.split))


def one_hot(labels: np.ndarray) -> np.ndarray:
    """Labels (n,) as (n, 10) float32."""
    return np.eye(DIGITS, dtype=np.float32)[labels]


def fit(recipe: Recipe, folder: Path, seed: int = 0) -> dict:
    """Train a recipe, write its bundle to `folder` and return its card. Raises TrainError."""
    with writing(folder) as draft:
        data = load(recipe.data)
        training, validation = _halves(data.train, recipe.train.validation, seed)
        start = time.perf_counter()
        model, epoch = _trained(recipe, training, validation, seed)
        seconds = time.perf_counter() - start
        card = {
            "name": folder.name,
            "description": recipe.description,
            "recipe": dataclasses.asdict(recipe),
            "seed": seed,
            "epoch": epoch,
            "data": _described(data, training, validation),
            **_figures(model, validation, data),
            "parameters": model.count_params(),
            "training_seconds": round(seconds, 1),
            "versions": _versions(),
        }
        save(model, card, draft)
    return card


def _halves(split: Split, share: float, seed: int) -> tuple[Split, Split]:
    """The training and the validation part of a training set."""
    order = np.random.default_rng(seed).permutation(len(split))
    held_out = round(share * len(split))
    return split.take(order[held_out:]), split.take(order[:held_out])


def _trained(recipe: Recipe, training: Split, validation: Split, seed: int) -> tuple[keras.Model, int]:
    """The model with the weights of the epoch that read the validation set best, and that epoch, counted from 1."""
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
        held_out = (validation.frames[..., None], one_hot(validation.labels))
        verbose = 1 if sys.stdout.isatty() else 2
        history = model.fit(
            batches, epochs=recipe.train.epochs, validation_data=held_out, callbacks=[keep], verbose=verbose
        )
        bare = build(recipe.layers, recipe.name)  # without the optimiser's state
        bare.load_weights(best)
    return bare, 1 + int(np.argmax(history.history["val_accuracy"]))


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


def _probabilities(model: keras.Model, split: Split) -> np.ndarray:
    return np.asarray(model.predict(split.frames[..., None], batch_size=500, verbose=0))


def _figures(model: keras.Model, validation: Split, data: DataSet) -> dict:
    """Calibration, fitted on the validation set, and the accuracy on the test set, which is looked at here alone."""
    raw = _probabilities(model, validation)
    temperature = measures.best_temperature(raw, validation.labels)
    calibrated = tempered(raw, temperature)
    test = tempered(_probabilities(model, data.test), temperature)
    right = measures.accuracy(test, data.test.labels)
    return {
        "results": {
            f"{data.name} test": {
                "n": len(data.test),
                "accuracy": right,
                "interval": measures.wilson(right, len(data.test)),
                "per_digit": measures.per_digit_accuracy(test, data.test.labels),
                "calibration_error": measures.calibration_error(test, data.test.labels),
            }
        },
        "calibration": {
            "temperature": temperature,
            "reject_below": float(np.quantile(calibrated.max(1), REJECTED)),
            "calibration_error": measures.calibration_error(calibrated, validation.labels),
        },
    }


def _described(data: DataSet, training: Split, validation: Split) -> dict:
    sizes = {"training": len(training), "validation": len(validation), "test": len(data.test)}
    return {data.name: {"sha256": data.sha256, **sizes}}


def _versions() -> dict[str, str]:
    packages = {name: version(name) for name in ("keras", keras.backend.backend(), "numpy", "opencv-python-headless")}
    return {"python": platform.python_version(), **packages}
