"""Fit a recipe: train, let the validation set pick the epoch, look at the test set once, write the bundle."""

from __future__ import annotations

import dataclasses
import platform
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import keras
import numpy as np

from recognizer.model import DIGITS, tempered
from train import measures, plots
from train.augment import AS_IT_IS
from train.batches import batch
from train.bundle import save, writing
from train.data import DataSet, Digits, load
from train.recipe import Recipe
from train.training import Run, trained

REJECTED = 0.002  # share of the validation digits that may be taken for none: the least certain ones

Pair = tuple[np.ndarray, np.ndarray]  # frames (n, 28, 28, 1) and labels (n,)


def fit(recipe: Recipe, folder: Path, seed: int = 0, resume: bool = False) -> dict:
    """Train a recipe, write its bundle to `folder` and return its card. Raises TrainError."""
    with writing(folder) as draft:
        sets = {load(name): times for name, times in recipe.data.items()}
        rng = np.random.default_rng(seed)
        halves = {data: data.train.halves(recipe.train.validation, rng) for data in sets}
        training = [halves[data][0] for data, times in sets.items() for _ in range(times)]
        validation = batch([held_out for _, held_out in halves.values()], AS_IT_IS, rng)
        start = time.perf_counter()
        model, history = trained(recipe, training, validation, seed, Run(folder, resume))
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


def _probabilities(model: keras.Model, frames: np.ndarray) -> np.ndarray:
    return np.asarray(model.predict(frames, batch_size=500, verbose=0))


def _figures(model: keras.Model, validation: Pair, sets: Sequence[DataSet]) -> dict:
    """Calibration, fitted on validation digits, and the figures of the test sets, which are looked at here alone."""
    frames, labels = validation
    digits = labels < DIGITS
    raw, labels = _probabilities(model, frames[digits]), labels[digits]
    temperature = measures.best_temperature(raw, labels)
    calibrated = tempered(raw, temperature)[:, :DIGITS]
    results = {}
    for data in sets:
        if data.test:
            test = data.test.seen(AS_IT_IS, np.random.default_rng(0))[..., None]
            probabilities = tempered(_probabilities(model, test), temperature)[:, :DIGITS]
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
