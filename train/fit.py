"""Fit a recipe: train, let the validation set pick the epoch, look at the test set once, write the bundle."""

from __future__ import annotations

import dataclasses
import platform
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version

import keras
import numpy as np

from recognizer.model import DIGITS, tempered
from train import measures, plots
from train.augment import AS_IT_IS
from train.batches import batch
from train.bundle import save, writing
from train.mixture import Part, mixed, rehearsed
from train.recipe import Recipe
from train.start import Start
from train.training import Run, picked, trained

REHEARSED = 4  # digits of each set that a model had learnt, for each new one, so that it is not forgotten
REJECTED = 0.002  # share of the validation digits that may be taken for none: the least certain ones

Pair = tuple[np.ndarray, np.ndarray]  # frames (n, 28, 28, 1) and labels (n,)


def fit(recipe: Recipe, run: Run, start: Start | None = None) -> tuple[dict, tuple[str, Pair]]:
    """Train a recipe, from `start` where there is one, and write its bundle to the run's folder. Raises TrainError.

    Return its card, and the name and the digits of the first set that it was tested on.
    """
    with writing(run.folder) as draft:
        rng = np.random.default_rng(run.seed)
        parts = _parts(recipe, rng, start)
        validation = batch([part.validation for part in parts], AS_IT_IS, rng)
        tests = _tests(parts)
        training = [part.training for part in parts for _ in range(part.times)]
        begun = time.perf_counter()
        model, history = trained(recipe, training, validation, run, start and start.model)
        seconds = time.perf_counter() - begun
        card = {
            "name": run.folder.name,
            "description": recipe.description,
            "recipe": dataclasses.asdict(recipe) | (start.layers if start else {}),
            "seed": run.seed,
            **_origin(start, tests),
            "epoch": picked(history, recipe.train.pick),
            "data": {part.data.name: part.described() for part in parts},
            **_figures(model, validation, tests),
            "parameters": model.count_params(),
            "training_seconds": round(seconds, 1),
            "versions": _versions(),
            "history": {name: [round(value, 5) for value in values] for name, values in history.items()},
        }
        save(model, card, draft)
        plots.write_history(draft / "plots", run.folder.name, history)
    return card, next(iter(tests.items()))


def _parts(recipe: Recipe, rng: np.random.Generator, start: Start | None) -> list[Part]:
    parts = mixed(recipe.data, recipe.train.validation, rng)
    if start:
        learnt = [name for name in start.learnt if name not in recipe.data]
        count = REHEARSED * sum(len(part.training.labels) for part in parts)
        parts += rehearsed(learnt, count, recipe.train.validation, rng)
    return parts


def _tests(parts: Sequence[Part]) -> dict[str, Pair]:
    """The digits that each part is tested on, which nothing is chosen by; of sets without any, those of validation."""
    tests = {f"{part.data.name} test": part.data.test for part in parts if part.data.test}
    digits = tests or {f"{parts[0].data.name} validation": parts[0].validation}
    return {name: batch([some], AS_IT_IS, np.random.default_rng(0)) for name, some in digits.items()}


def _origin(start: Start | None, tests: Mapping[str, Pair]) -> dict:
    """Where a fine-tuning started, and how well the model read then."""
    if not start:
        return {}
    before = {
        name: measures.accuracy(_probabilities(start.model, frames)[:, :DIGITS], labels)
        for name, (frames, labels) in tests.items()
    }
    return {"from": {"name": start.name, "sha256": start.sha256, "accuracy": before}}


def _probabilities(model: keras.Model, frames: np.ndarray) -> np.ndarray:
    return np.asarray(model.predict(frames, batch_size=500, verbose=0))


def _figures(model: keras.Model, validation: Pair, tests: Mapping[str, Pair]) -> dict:
    """Calibration, fitted on validation digits, and the figures of the test sets, which are looked at here alone."""
    frames, labels = validation
    digits = labels < DIGITS
    raw, labels = _probabilities(model, frames[digits]), labels[digits]
    temperature = measures.best_temperature(raw, labels)
    calibrated = tempered(raw, temperature)[:, :DIGITS]
    results = {
        name: measures.result(tempered(_probabilities(model, frames), temperature)[:, :DIGITS], labels)
        for name, (frames, labels) in tests.items()
    }
    return {
        "results": results,
        "calibration": {
            "temperature": temperature,
            "reject_below": float(np.quantile(calibrated.max(1), REJECTED)),
            "calibration_error": measures.calibration_error(calibrated, labels),
        },
    }


def _versions() -> dict[str, str]:
    packages = {name: version(name) for name in ("keras", keras.backend.backend(), "numpy", "opencv-python-headless")}
    return {"python": platform.python_version(), **packages}
