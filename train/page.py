"""Fit the page network: on rendered crops, from another network's weights where there is one, resumable."""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import keras
import numpy as np

from recognizer.bundle import Bundle, ClassResult, Origin, PageCard
from recognizer.detector import Detector
from recognizer.glyphs import CLASSES
from train import detector
from train.bundle import draft, save
from train.crops import Batch, Crops, batch
from train.detections import THRESHOLD, count, share_right
from train.errors import TrainError
from train.fit import libraries
from train.pages import hands
from train.pages.hands import Hands, Split
from train.pages.render import render
from train.recipe import PageRecipe
from train.sureness import fit_sureness
from train.training import Run, freeze_norms, optimizer

BOX = 0.5  # what the loss of boxes weighs against that of heat
SIZE = 16  # crops that the network answers at once
VALIDATION, TEST, SURE = 2**31, 2**32, 2**33  # seeds that no training has, so that no crop is seen for two ends


@dataclass(frozen=True, eq=False)
class Start:
    """A network to start from, with the same layers; it may know only the first of the classes."""

    name: str
    sha256: str  # of its file
    model: keras.Model


def start(path: Path) -> Start:
    """Return the network of a bundle, or of a `.keras` file. Raises TrainError."""
    file = path if path.is_file() else Bundle(path).keras
    try:
        model = keras.models.load_model(file, compile=False)
        return Start(path.stem, hashlib.sha256(file.read_bytes()).hexdigest(), model)
    except (OSError, ValueError) as error:
        raise TrainError(f"{file}: cannot be started from ({error}).") from error


def fit(recipe: PageRecipe, run: Run, begin: Start | None = None) -> PageCard:
    """Train a recipe, from `begin` where there is one, write its bundle to the run's folder and return its card.

    Its figures are of crops that it was neither trained nor validated on, by hands that it has not seen. Ctrl-C stops
    the training, which can then be resumed. Raises TrainError.
    """
    if recipe.pages.signs_alone and not begin:
        raise TrainError("Signs alone are learned by a network that finds digits; name it by --from.")
    with draft(run.folder) as bundle:
        writers = hands.load(recipe.pages.held_out)
        begun = time.perf_counter()
        model = _train(recipe, run, writers, begin)
        seconds = time.perf_counter() - begun
        save(model, bundle)
        history = run.history()
        tests = _draw(writers.validation, TEST, recipe.pages.tested)
        card = PageCard(
            name=run.folder.name,
            description=recipe.description,
            recipe=asdict(recipe),
            seed=run.seed,
            origin=_origin(begin, tests) if begin else None,
            epoch=len(history["loss"]),
            data=writers.data,
            parameters=model.count_params(),
            bytes=bundle.sizes(),
            training_seconds=round(seconds, 1),
            libraries=libraries(),
            history={name: [round(value, 5) for value in values] for name, values in history.items()},
            classes=list(CLASSES),
            threshold=THRESHOLD,
            sureness=fit_sureness(Detector(bundle.folder), _draw(writers.validation, SURE, recipe.pages.calibrated)),
            results=_test(model, tests),
        )
        bundle.write_card(card)
    run.forget()
    return card


def _train(recipe: PageRecipe, run: Run, writers: Split, begin: Start | None) -> keras.Model:
    """The network after all epochs of a recipe, computing with float32."""
    run.begin()
    keras.utils.set_random_seed(run.seed)
    model = detector.build(recipe.train.precision)
    if begin:
        detector.adopt(model, begin.model)
        freeze = detector.freeze_but_signs if recipe.pages.signs_alone else freeze_norms
        freeze(model)
    crops = [(VALIDATION, number) for number in range(recipe.pages.validation)]
    try:
        _fit(model, recipe, run, writers.training, batch(writers.validation, crops))
    except KeyboardInterrupt:
        raise TrainError("Stopped; --resume goes on after the last epoch that has ended.") from None
    plain = detector.build()
    plain.set_weights(model.get_weights())
    if begin and recipe.pages.signs_alone:
        detector.keep_but_signs(plain, begin.model)
    elif begin:
        detector.mix(plain, begin.model, recipe.pages.kept)
    return plain


def _fit(model: keras.Model, recipe: PageRecipe, run: Run, training: Hands, validation: Batch) -> None:
    """Train all epochs that the history of the run lacks."""
    done = len(run.history().get("loss", []))
    steps, size = recipe.pages.steps, recipe.train.batch_size
    model.compile(
        optimizer=optimizer(recipe.train, steps * recipe.train.epochs),
        loss=[detector.heat_loss, detector.box_loss],
        loss_weights=[1.0, BOX],
    )
    if done:
        model.optimizer.build(model.trainable_variables)
        model.load_weights(run.latest)
    model.fit(
        Crops(training, size, steps, run.seed, done, shown=round(size * recipe.pages.equations)),
        shuffle=False,
        epochs=recipe.train.epochs,
        initial_epoch=done,
        validation_data=validation,
        validation_batch_size=SIZE,
        callbacks=[
            keras.callbacks.ModelCheckpoint(run.latest, save_weights_only=True),
            keras.callbacks.CSVLogger(str(run.log), append=True),  # the last: an epoch that stands there has ended
        ],
        verbose=1 if sys.stdout.isatty() else 2,
    )


def _draw(writers: Hands, seed: int, count: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Crops of a seed, each with its glyphs."""
    return [render(writers, (seed, number)) for number in range(count)]


def _test(model: keras.Model, tests: Sequence[tuple[np.ndarray, np.ndarray]]) -> dict[str, ClassResult]:
    """How a network finds the glyphs of each class in crops."""
    tiles = np.stack([tile for tile, _ in tests]).astype(np.float32)[..., None] / 255
    heat, box = model.predict(tiles, batch_size=SIZE, verbose=0)
    return count(heat, box, [glyphs for _, glyphs in tests])


def _origin(begin: Start, tests: Sequence[tuple[np.ndarray, np.ndarray]]) -> Origin:
    """Where the training started, and how much of the digits was right then."""
    model = detector.build()
    detector.adopt(model, begin.model)
    return Origin(begin.name, begin.sha256, {"digits": share_right(_test(model, tests))})
