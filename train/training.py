"""Find the weights: a recipe and its digits → a trained network, resumable after each epoch."""

from __future__ import annotations

import csv
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from recognizer.bundle import DIGIT_COUNT
from recognizer.model import Model
from train.architecture import build, quantise, split_members
from train.batches import Batches
from train.data import Digits
from train.errors import TrainError
from train.recipe import Recipe, Training
from train.strategy import SINGLE, Strategy

WARM_UP = 0.1  # of the steps of a cosine schedule
VALIDATION_BATCH = 500  # frames
TAUGHT = 0.7  # weight of what a teacher answers beside the label (Hinton, Vinyals & Dean 2015, arXiv:1503.02531)

History = dict[str, list[float]]  # by "accuracy", "loss", "val_accuracy" and "val_loss", a value an epoch


@dataclass(frozen=True)
class Run:
    """A training of the bundle that is to stand in `folder`. Its checkpoint lies beside it until it has ended."""

    folder: Path
    seed: int = 0
    resume: bool = False
    tensorboard: Path | None = None  # a folder for its event files
    strategy: Strategy = SINGLE
    callbacks: tuple[keras.callbacks.Callback, ...] = ()  # that are told of it, too

    def begin(self) -> None:
        """Make room for a checkpoint, or see that there is one to resume. Raises TrainError."""
        if self.resume and not self.log.exists():
            raise TrainError(f"There is no training of {self.folder.name} to resume; no epoch of it has ended.")
        if not self.resume:
            self.forget()
            self.checkpoint.mkdir(parents=True)

    @property
    def checkpoint(self) -> Path:
        """The folder of what is needed to go on."""
        return self.folder.with_name(f".{self.folder.name}.checkpoint")

    @property
    def log(self) -> Path:
        """A row an epoch."""
        return self.checkpoint / "history.csv"

    @property
    def best(self) -> Path:
        """The weights of the epoch that read the validation set best."""
        return self.checkpoint / "best.weights.h5"

    @property
    def latest(self) -> Path:
        """The weights of the last epoch and the optimiser's state."""
        return self.checkpoint / "latest.weights.h5"

    def history(self) -> History:
        """How the epochs went that have ended."""
        if not self.log.exists():
            return {}
        with self.log.open(newline="") as rows:
            epochs = list(csv.DictReader(rows))
        return {key: [float(row[key]) for row in epochs] for key in epochs[0] if key != "epoch"} if epochs else {}

    def forget(self) -> None:
        """Delete the checkpoint."""
        shutil.rmtree(self.checkpoint, ignore_errors=True)


def train_model(
    recipe: Recipe,
    training: Sequence[Digits],
    validation: tuple[np.ndarray, np.ndarray],
    run: Run,
    start: keras.Model | None = None,
    teacher: Model | None = None,
) -> tuple[keras.Model, History]:
    """The model with the weights of the epoch that read the validation set best, and how all epochs went.

    `validation` is frames (n, 28, 28, 1) and labels (n,). A model to `start` from takes the place of the recipe's
    layers. What a `teacher` answers is learnt beside the labels. Ctrl-C ends the training early. Raises TrainError.
    """
    run.begin()
    _seed(run.seed)
    with run.strategy.scope():
        model = _start_from(start) if start else _build(recipe, training)
        student = split_members(model, Worker if run.strategy.workers else keras.Model)
        _synchronise_norms(model, run.strategy.workers)
        try:
            _fit(student, recipe, training, validation, run, teacher)
        except KeyboardInterrupt:
            if not run.history():
                run.forget()
                raise TrainError("Stopped before the first epoch ended; there is nothing to keep.") from None
            print("\nStopped; the best epoch so far is kept, and --resume goes on.", flush=True)
        student.load_weights(run.best)
    _synchronise_norms(model, False)
    history = run.history()
    if len(history["loss"]) == recipe.train.epochs:
        run.forget()
    return quantise(model), history


class Worker(keras.Model):
    """A network that is trained on several machines, which Keras 3 does not manage alone (tensorflow issue 72388)."""

    def compute_metrics(self, *args: object, **options: object) -> dict[str, Any]:
        """The figures of a batch as arrays of one, as Keras can take no mean of scalars over machines."""
        figures = super().compute_metrics(*args, **options)
        return {name: keras.ops.reshape(value, (1,)) for name, value in figures.items()}

    def _maybe_symbolic_build(self, iterator: object = None, data_batch: tuple[Any, ...] | None = None) -> None:
        """Build from a batch alone, as Keras fails at an iterator over batches that are spread."""
        if data_batch is not None:
            super()._maybe_symbolic_build(data_batch=data_batch)


def _fit(
    student: keras.Model,
    recipe: Recipe,
    training: Sequence[Digits],
    validation: tuple[np.ndarray, np.ndarray],
    run: Run,
    teacher: Model | None,
) -> None:
    """Train all epochs that the history of the run lacks."""
    _, answers, classes = student.output_shape

    def label(labels: np.ndarray) -> np.ndarray:
        return np.repeat(np.eye(classes, dtype=np.float32)[labels][:, None], answers, 1)

    def targets(frames: np.ndarray, labels: np.ndarray) -> np.ndarray:
        right = label(labels)
        return right if teacher is None else (1 - TAUGHT) * right + TAUGHT * _ask(teacher, frames, classes)[:, None]

    history = run.history()
    done = len(history.get("loss", []))
    batches = Batches(training, recipe.train.batch_size, recipe.augment, run.seed, targets, done)
    student.compile(
        optimizer=optimizer(recipe.train, steps=len(batches) * recipe.train.epochs),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=recipe.train.label_smoothing),
        metrics=["accuracy"],
    )
    if done:
        student.optimizer.build(student.trainable_variables)
        student.load_weights(run.latest)
    frames, labels = validation
    # Without this, `fit` would build all with batches taken out of the first epoch.
    student.test_on_batch(frames[:1], label(labels[:1]))
    student.fit(
        batches,
        shuffle=False,  # `batches` are shuffled, and Keras would do it by a generator that no checkpoint holds
        epochs=recipe.train.epochs,
        initial_epoch=done,
        validation_data=(frames, label(labels)),
        validation_batch_size=VALIDATION_BATCH,
        callbacks=_callbacks(run, history, recipe.train.pick),
        verbose=1 if sys.stdout.isatty() else 2,
    )


def _ask(teacher: Model, frames: np.ndarray, classes: int) -> np.ndarray:
    """What a teacher answers (n, classes) to frames (n, 28, 28, 1)."""
    digits = teacher.probabilities(frames[..., 0])
    none = np.maximum(1 - digits.sum(1, keepdims=True), 0)
    return np.hstack([digits, none])[:, :classes].astype(np.float32)


def _build(recipe: Recipe, training: Sequence[Digits]) -> keras.Model:
    classes = max(DIGIT_COUNT, 1 + max(int(part.labels.max()) for part in training))
    return build(recipe.layers, recipe.name, classes, recipe.members, recipe.train.precision)


def freeze_norms(model: keras.Model) -> None:
    """Keep the means and variances of many pictures, about which the few of a further training say little."""
    for layer in model.layers:
        layer.trainable = not isinstance(layer, keras.layers.BatchNormalization)


def _synchronise_norms(model: keras.Model, together: bool) -> None:
    """Let norms go by the pictures of all machines `together`, else each machine would end with norms of its own."""
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.synchronized = together


def _start_from(start: keras.Model) -> keras.Model:
    """A model to train on, with its batch normalisation as it is."""
    model = keras.models.clone_model(start)
    model.set_weights(start.get_weights())
    freeze_norms(model)
    return model


def _seed(seed: int) -> None:
    keras.utils.set_random_seed(seed)
    if keras.backend.backend() == "tensorflow":
        import tensorflow

        tensorflow.config.experimental.enable_op_determinism()


def pick_epoch(history: History, pick: str) -> int:
    """The epoch, counted from 1, that read the validation set best, by its "accuracy" or its "loss"; or the "last"."""
    if pick == "last":
        return len(history["loss"])
    return 1 + int(np.argmax(history["val_accuracy"]) if pick == "accuracy" else np.argmin(history["val_loss"]))


def _callbacks(run: Run, history: History, pick: str) -> list[keras.callbacks.Callback]:
    board = [keras.callbacks.TensorBoard(run.tensorboard)] if run.tensorboard else []
    return [
        *board,
        _SteadyDropout(),
        _keep_best(run, history, pick),
        keras.callbacks.ModelCheckpoint(run.latest, save_weights_only=True),
        keras.callbacks.CSVLogger(str(run.log), append=True),  # after these, as an epoch that it holds has ended
        *run.callbacks,
    ]


def _keep_best(run: Run, history: History, pick: str) -> keras.callbacks.ModelCheckpoint:
    """Keeps the weights of the epoch that is picked."""
    if pick == "last":
        return keras.callbacks.ModelCheckpoint(run.best, save_weights_only=True)
    monitor = f"val_{pick}"
    better, worst = (max, 0.0) if pick == "accuracy" else (min, float("inf"))
    best = better(history.get(monitor, [worst]))
    return keras.callbacks.ModelCheckpoint(
        run.best, monitor, save_best_only=True, save_weights_only=True, initial_value_threshold=best
    )


class _SteadyDropout(keras.callbacks.Callback):
    """Makes dropout the same after a resume, as Keras keeps the state of its generators in no checkpoint."""

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        for layer in self.model.layers:
            if hasattr(layer, "seed_generator"):
                state = layer.seed_generator.state
                state.assign([int(state[0]), epoch * self.params["steps"]])


def optimizer(train: Training, steps: int) -> keras.optimizers.Optimizer:
    """The optimiser of a recipe, with its schedule over all `steps`."""
    rate: float | keras.optimizers.schedules.LearningRateSchedule = train.learning_rate
    if train.schedule == "cosine":
        warm_up = round(WARM_UP * steps)
        rate = keras.optimizers.schedules.CosineDecay(
            rate / 100, steps - warm_up, warmup_target=rate, warmup_steps=warm_up
        )
    if train.weight_decay:
        return keras.optimizers.AdamW(rate, weight_decay=train.weight_decay)
    return keras.optimizers.Adam(rate)
