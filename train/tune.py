"""Search a recipe's settings for those that read the validation set best: Optuna's TPE, with pruning after each epoch.

The study lies in a database, so that a search goes on where it has ended, and several machines share one (Akiba et al.
2019, arXiv:1907.10902). The test set is not looked at.
"""

from __future__ import annotations

import csv
import json
import multiprocessing
import signal
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import optuna
import tomli_w
from optuna.trial import Trial, TrialState

from recognizer.bundle import Bundle
from train.augment import AS_IT_IS
from train.batches import batch
from train.errors import TrainError
from train.mixture import Part, mix
from train.recipe import Recipe, build, describe
from train.training import Run, train_model

SEARCHABLE = ("train", "augment", "layers")  # parts of a recipe
INCOMPARABLE = ("train.label_smoothing", "train.validation", "train.pick")  # change what the loss means
DONE = (TrialState.COMPLETE, TrialState.PRUNED)
PLOTS: dict[str, Callable[[optuna.Study], Any]] = {
    "history": optuna.visualization.matplotlib.plot_optimization_history,
    "importances": optuna.visualization.matplotlib.plot_param_importances,
    "parallel-coordinates": optuna.visualization.matplotlib.plot_parallel_coordinate,
}
SETTLED = 2  # epochs after which losses can be compared; before, the means of norms are still far off
FEWEST = 3  # trainings that went to their end, from which on plots say something


@dataclass(frozen=True)
class Search:
    """What is searched, and for how long: until there are so many `trials`, or for so many `minutes`, or both."""

    recipe: Recipe
    folder: Path  # of the study and of what becomes of it
    storage: str  # SQLAlchemy's address of a database
    trials: int | None
    minutes: float | None
    seed: int = 0

    @property
    def settings(self) -> dict[str, Any]:
        """The settings that are searched, by their names with dots, and what of each is tried. Raises TrainError."""
        return dict(_flatten(self.recipe.tune, ""))

    def load(self, number: int = 0) -> optuna.Study:
        """Return the study, a new one where there is none, for a process of this number."""
        storage = optuna.storages.RDBStorage(self.storage)
        study = optuna.create_study(study_name=self.recipe.name, storage=storage, load_if_exists=True)
        # Else a search that goes on would try the same again.
        study.sampler = optuna.samplers.TPESampler(seed=self.seed + 1000 * number + len(study.trials))
        study.pruner = optuna.pruners.MedianPruner(n_warmup_steps=SETTLED)
        return study


def tune(search: Search, jobs: int = 1) -> str:
    """Search, in as many processes as there are `jobs`, and return what was found, in words. Raises TrainError.

    The folder then holds best.toml, trials.csv and plots.
    """
    if not search.settings:
        raise TrainError(f"The recipe {search.recipe.name} has no table [tune], which says what is to be tried.")
    search.folder.mkdir(parents=True, exist_ok=True)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    search.load()  # so that the processes find its tables
    if jobs == 1:
        work(search, 0)
    else:
        _work_together(search, jobs)
    return _conclude(search)


def work(search: Search, number: int) -> None:
    """Train with one choice of settings after the other. Ctrl-C ends it after the epoch."""
    parts = mix(
        search.recipe.data, search.recipe.train.validation, np.random.default_rng(search.seed), search.recipe.held_out
    )
    validation = batch([part.validation for part in parts], AS_IT_IS, np.random.default_rng(search.seed))

    def train(trial: Trial) -> float:
        return _train(trial, search, parts, validation)

    limit = [optuna.study.MaxTrialsCallback(search.trials, DONE)] if search.trials else []
    study = search.load(number)
    if search.trials and _count(study, DONE) >= search.trials:
        return
    try:
        study.optimize(train, timeout=search.minutes and 60 * search.minutes, callbacks=limit)
    except KeyboardInterrupt:
        print("\nStopped; the same command goes on.", flush=True)


def choose(trial: Trial, settings: dict[str, Any]) -> dict[str, Any]:
    """Return a value for each setting, as a trial suggests it."""
    return {name: _suggest(trial, name, space) for name, space in settings.items()}


def apply(recipe: Recipe, values: dict[str, Any]) -> Recipe:
    """Return a recipe with other values for settings, and nothing left to be searched. Raises TrainError."""
    content = describe(recipe)
    for name, value in values.items():
        *tables, last = name.split(".")
        target = content
        for table in tables:
            target = target[table]
        target[last] = value
    return build(content, recipe.name)  # type: ignore[return-value]  # as it has no table `pages`


def _flatten(table: dict[str, Any], before: str) -> Iterator[tuple[str, Any]]:
    for name, space in table.items():
        if isinstance(space, dict) and not {"log", "any"} & space.keys():
            yield from _flatten(space, f"{before}{name}.")
        else:
            _check(f"{before}{name}", space)
            yield f"{before}{name}", space


def _check(name: str, space: Any) -> None:
    """Refuse what cannot be searched. Raises TrainError."""
    if name.partition(".")[0] not in SEARCHABLE or name in INCOMPARABLE:
        raise TrainError(f"[tune] {name}: cannot be searched, as trainings with other values cannot be compared.")
    if isinstance(space, dict) and isinstance(space.get("any"), list) and space["any"]:
        return
    ends = space.get("log") if isinstance(space, dict) else space
    if not isinstance(ends, list) or len(ends) != 2 or not all(type(end) in (int, float) for end in ends):
        raise TrainError(
            f"[tune] {name}: expected [least, most], {{log = [least, most]}} or {{any = [one, other, …]}}."
        )
    if not ends[0] < ends[1] or (isinstance(space, dict) and ends[0] <= 0):
        raise TrainError(f"[tune] {name}: {ends} is no range{' above 0' if isinstance(space, dict) else ''}.")


def _suggest(trial: Trial, name: str, space: Any) -> Any:
    if isinstance(space, dict) and "any" in space:
        return json.loads(trial.suggest_categorical(name, [json.dumps(value) for value in space["any"]]))
    is_log = isinstance(space, dict)
    low, high = space["log"] if is_log else space
    if type(low) is int and type(high) is int:
        return trial.suggest_int(name, low, high, log=is_log)
    return trial.suggest_float(name, low, high, log=is_log)


class _Report(keras.callbacks.Callback):
    """Tells a trial how each epoch went, and ends one that is worse than half of the others were by then."""

    def __init__(self, trial: Trial) -> None:
        super().__init__()
        self._trial = trial

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._trial.report(float((logs or {})["val_loss"]), epoch)
        if self._trial.should_prune():
            raise optuna.TrialPruned


def _train(trial: Trial, search: Search, parts: list[Part], validation: tuple[np.ndarray, np.ndarray]) -> float:
    """The lowest loss on the validation set of a training with the settings that a trial suggests."""
    recipe = apply(search.recipe, choose(trial, search.settings))
    training = [part.training for part in parts for _ in range(part.times)]
    with tempfile.TemporaryDirectory() as folder:
        run = Run(Path(folder, "trial"), search.seed, callbacks=(_Report(trial),))
        _, history = train_model(recipe, training, validation, run)
    keras.backend.clear_session()
    if len(history["loss"]) < recipe.train.epochs:  # `train_model` takes Ctrl-C for the end of a training
        raise KeyboardInterrupt
    trial.set_user_attr("accuracy", max(history["val_accuracy"]))
    trial.set_user_attr("epoch", 1 + int(np.argmin(history["val_loss"])))
    return float(min(history["val_loss"]))


def _work_together(search: Search, jobs: int) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=work, args=(search, number)) for number in range(jobs)]
    for worker in workers:
        worker.start()
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)  # which the workers get, too
    try:
        for worker in workers:
            worker.join()
    finally:
        signal.signal(signal.SIGINT, handler)
    if any(worker.exitcode for worker in workers):
        raise TrainError("A process of the search has failed, see above; the same command goes on.")


def _count(study: optuna.Study, states: tuple[TrialState, ...]) -> int:
    return len(study.get_trials(deepcopy=False, states=states))


def _conclude(search: Search) -> str:
    """Write the best recipe, the table and the plots, and say what was found."""
    study = search.load()
    ended = study.get_trials(states=(TrialState.COMPLETE,))
    pruned = _count(study, (TrialState.PRUNED,))
    if not ended:
        raise TrainError("No training has come to its end; give the search more time.")
    best = study.best_trial
    values = choose(optuna.trial.FixedTrial(best.params), search.settings)  # type: ignore[arg-type]
    recipe = apply(search.recipe, values)
    content = describe(recipe)
    del content["name"]  # which is that of the file
    (search.folder / "best.toml").write_text(tomli_w.dumps(content), encoding="utf-8")
    _write_table(search.folder / "trials.csv", study)
    if len(ended) >= FEWEST:
        _write_plots(Bundle(search.folder).plots, study)
    seconds = sum(trial.duration.total_seconds() for trial in study.get_trials(states=DONE) if trial.duration)
    lines = [f"  {name} = {value}" for name, value in values.items()]
    return "\n".join(
        [
            f"{len(ended) + pruned} trainings, {pruned} of them ended early, {seconds / 60:.1f} minutes in all.",
            f"The best, number {best.number}: loss {best.value:.4f}, accuracy {best.user_attrs['accuracy']:.2%} on the "
            f"validation set, after epoch {best.user_attrs['epoch']} of {recipe.train.epochs}, with",
            *lines,
        ]
    )


def _write_table(path: Path, study: optuna.Study) -> None:
    """A row for each training, the best first, those that ended early last."""
    names = sorted({name for trial in study.trials for name in trial.params})
    trials = sorted(study.get_trials(states=DONE), key=lambda trial: (trial.state != TrialState.COMPLETE, trial.value))
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["number", "state", "loss", "accuracy", "epoch", "seconds", *names])
        for trial in trials:
            seconds = trial.duration.total_seconds() if trial.duration else None
            found = [trial.user_attrs.get(key) for key in ("accuracy", "epoch")]
            state = trial.state.name.lower()
            rows.writerow([trial.number, state, trial.value, *found, seconds, *map(trial.params.get, names)])


def _write_plots(folder: Path, study: optuna.Study) -> None:
    folder.mkdir(exist_ok=True)
    for name, plot in PLOTS.items():
        with warnings.catch_warnings(action="ignore", category=optuna.exceptions.ExperimentalWarning):
            figure = plot(study).get_figure()
        figure.set_size_inches(9, 5)
        figure.savefig(folder / f"{name}.png", dpi=120, bbox_inches="tight")
