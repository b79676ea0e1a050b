"""Fit a recipe: train, let the validation set pick the epoch, look at the test set once, write the bundle."""

from __future__ import annotations

import platform
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version

import keras
import numpy as np

from recognizer.bundle import DIGIT_COUNT, Bundle, Calibration, DigitCard, Origin, Result
from recognizer.errors import ModelError
from recognizer.frame import FRAMING
from recognizer.model import Model, temper
from train import measures, plots
from train.augment import AS_IT_IS
from train.batches import batch
from train.bundle import draft, save
from train.errors import TrainError
from train.mixture import Part, mix, rehearse
from train.recipe import Recipe, describe, load, names
from train.start import Start
from train.training import Run, pick_epoch, train_model

REHEARSED = 4  # digits of each set that a model had learnt, for each new one, so that it is not forgotten
REJECTED = 0.002  # share of the digits that may be taken for none, where nothing that is none was validated with

Pair = tuple[np.ndarray, np.ndarray]  # frames (n, 28, 28, 1) and labels (n,)


def fit(recipe: Recipe, run: Run, start: Start | None = None) -> tuple[DigitCard, tuple[str, Pair]]:
    """Train a recipe, from `start` where there is one, and write its bundle to the run's folder. Raises TrainError.

    Return its card, and the name and the digits of the first set that it was tested on.
    """
    teacher = _find_teacher(recipe, run)
    if teacher and not run.log.exists():
        run = replace(run, resume=False)  # what was to go on was its teacher
    with draft(run.folder) as bundle:
        rng = np.random.default_rng(run.seed)
        parts = _parts(recipe, rng, start)
        validation = batch([part.validation for part in parts], AS_IT_IS, rng)
        tests = _tests(parts)
        training = [part.training for part in parts for _ in range(part.times)]
        begun = time.perf_counter()
        model, history = train_model(recipe, training, validation, run, start and start.model, teacher)
        seconds = time.perf_counter() - begun
        save(model, bundle)
        calibration = _calibrate(model, validation)
        card = DigitCard(
            name=run.folder.name,
            description=recipe.description,
            recipe=describe(recipe) | (start.layers if start else {}),
            seed=run.seed,
            origin=_origin(start, tests) if start else None,
            epoch=pick_epoch(history, recipe.train.pick),
            data={part.data.name: part.describe() for part in parts},
            parameters=model.count_params(),
            bytes=bundle.sizes(),
            training_seconds=round(seconds, 1),
            libraries=libraries(),
            history={name: [round(value, 5) for value in values] for name, values in history.items()},
            framing=FRAMING,
            calibration=calibration,
            results={name: _test(model, calibration, digits) for name, digits in tests.items()},
        )
        bundle.write_card(card)
        plots.write_history(bundle.plots, run.folder.name, history)
    return card, next(iter(tests.items()))


def _parts(recipe: Recipe, rng: np.random.Generator, start: Start | None) -> list[Part]:
    parts = mix(recipe.data, recipe.train.validation, rng, recipe.held_out)
    if start:
        learnt = [name for name in start.learnt if name not in recipe.data]
        count = REHEARSED * sum(len(part.training.labels) for part in parts)
        parts += rehearse(learnt, count, recipe.train.validation, rng)
    return parts


def _find_teacher(recipe: Recipe, run: Run) -> Model | None:
    """The model that a recipe learns from: one that is there, or one of another recipe, which is trained first.

    The latter sees the same digits, so none of those held out, and stands beside the run's folder. Raises TrainError.
    """
    if not recipe.teacher:
        return None
    if recipe.teacher in names():
        return _train_teacher(_follow(recipe), run)
    try:
        return Model(recipe.teacher)
    except ModelError as error:
        raise TrainError(f"{recipe.name} learns from {recipe.teacher}, which cannot be asked. {error}") from error


def _train_teacher(recipe: Recipe, run: Run) -> Model:
    """The model of a teacher's recipe, which is trained, or goes on, unless it is there. Raises TrainError."""
    theirs = replace(run, folder=run.folder.with_name(f"{run.folder.name}-{recipe.name}"), seed=run.seed + 1)
    begun = theirs.log.exists()
    if begun or not _is_trained(theirs, recipe):
        print(f"{run.folder.name} learns from {theirs.folder.name}, which is trained first.", flush=True)
        fit(recipe, replace(theirs, resume=run.resume and begun))
        if theirs.log.exists():
            raise TrainError(f"{theirs.folder.name} has not ended; {run.folder.name} begins when it has.")
    return Model(theirs.folder)


def _follow(recipe: Recipe) -> Recipe:
    """The recipe of a teacher, with the digits of the recipe that learns from it and no more epochs."""
    own = load(recipe.teacher)
    if not isinstance(own, Recipe):
        raise TrainError(f"{recipe.teacher} is the recipe of a page network, which teaches no digits.")
    epochs = min(own.train.epochs, recipe.train.epochs)
    train = replace(own.train, epochs=epochs)
    return replace(own, data=recipe.data, held_out=recipe.held_out, train=train, teacher="")


def _is_trained(run: Run, recipe: Recipe) -> bool:
    card = Bundle(run.folder).read_card(DigitCard)
    return card is not None and (card.recipe, card.seed) == (describe(recipe), run.seed)


def _tests(parts: Sequence[Part]) -> dict[str, Pair]:
    """The test digits of each part, which nothing is chosen by. Without any, the first part's validation digits."""
    tests = {f"{part.data.name} test": part.data.test for part in parts if part.data.test}
    digits = tests or {f"{parts[0].data.name} validation": parts[0].validation}
    return {name: batch([some], AS_IT_IS, np.random.default_rng(0)) for name, some in digits.items()}


def _origin(start: Start, tests: Mapping[str, Pair]) -> Origin:
    """Where a fine-tuning started, and how well the model read then."""
    before = {
        name: measures.accuracy(_probabilities(start.model, frames)[:, :DIGIT_COUNT], labels)
        for name, (frames, labels) in tests.items()
    }
    return Origin(start.name, start.sha256, before)


def _probabilities(model: keras.Model, frames: np.ndarray) -> np.ndarray:
    return np.asarray(model.predict(frames, batch_size=500, verbose=0))


def _calibrate(model: keras.Model, validation: Pair) -> Calibration:
    """What makes a model's confidences honest, by what it was validated with."""
    frames, labels = validation
    digits = labels < DIGIT_COUNT
    raw = _probabilities(model, frames)
    temperature = measures.fit_temperature(raw[digits], labels[digits])
    calibrated = temper(raw, temperature)[:, :DIGIT_COUNT]
    read, others = calibrated[digits], calibrated[~digits]
    return Calibration(
        temperature=temperature,
        reject_below=measures.fit_rejection(read.sum(1), others.sum(1))
        if len(others)
        else float(np.quantile(read.max(1), REJECTED)),
        calibration_error=measures.calibration_error(read, labels[digits]),
    )


def _test(model: keras.Model, calibration: Calibration, digits: Pair) -> Result:
    """How a model reads the digits of a test set, which are looked at here alone."""
    frames, labels = digits
    return measures.measure(temper(_probabilities(model, frames), calibration.temperature)[:, :DIGIT_COUNT], labels)


def libraries() -> dict[str, str]:
    """The versions of Python and of what models are trained with."""
    packages = {name: version(name) for name in ("keras", keras.backend.backend(), "numpy", "opencv-python-headless")}
    return {"python": platform.python_version(), **packages}
