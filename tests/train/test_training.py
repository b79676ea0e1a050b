import dataclasses
import signal

import keras
import numpy as np
import pytest

from tests import drawing
from train import training
from train.augment import AS_IT_IS
from train.batches import batch
from train.data import Pens
from train.pen import Writing
from train.recipe import load
from train.training import Run, pick_epoch, train_model

LAYERS = 'layers=["conv 4 linear", "norm", "relu", "pool", "flatten", "dropout 0.5", "dense 8"]'
RECIPE = load("small", [LAYERS, "members=2", "train.epochs=4", "train.batch_size=16"])
DIGITS = Pens(
    [
        Writing(label, "me", [np.array(stroke, np.float32) for stroke in strokes])
        for label, strokes in ((7, drawing.SEVEN), (4, drawing.FOUR)) * 150
    ]
)


def weights(folder, seed=0, resume=False):
    """What a training ends with."""
    validation = batch([DIGITS.take(np.arange(20))], AS_IT_IS, np.random.default_rng(0))
    model, history = train_model(RECIPE, [DIGITS], validation, Run(folder, seed, resume))
    return [*model.get_weights(), *map(np.array, history.values())]


def test_tensorboard_finds_events_of_training_and_validation(tmp_path):
    short = load("small", [LAYERS, "train.epochs=1", "train.batch_size=16"])
    validation = batch([DIGITS.take(np.arange(20))], AS_IT_IS, np.random.default_rng(0))
    train_model(short, [DIGITS.take(np.arange(40))], validation, Run(tmp_path / "mine", tensorboard=tmp_path / "logs"))
    for part in ("train", "validation"):
        (events,) = (tmp_path / "logs" / part).glob("events.out.tfevents.*")
        assert b"epoch_accuracy" in events.read_bytes()


def same(some, others):
    return all(np.array_equal(one, other) for one, other in zip(some, others, strict=True))


class CtrlC(keras.callbacks.Callback):
    """Presses it in the second epoch."""

    def on_train_batch_end(self, batch, logs=None):
        if self.model.optimizer.iterations > self.params["steps"]:
            signal.raise_signal(signal.SIGINT)


@pytest.fixture(scope="module")
def through(tmp_path_factory):
    return weights(tmp_path_factory.mktemp("models") / "through")


def test_the_same_seed_gives_the_same_weights_and_another_gives_others(through, tmp_path):
    assert same(weights(tmp_path / "again"), through)
    assert not same(weights(tmp_path / "other", seed=1), through)


def test_a_training_that_was_stopped_and_resumed_ends_as_if_it_had_run_through(through, tmp_path, monkeypatch, ctrl_c):
    run = Run(tmp_path / "stopped")
    with monkeypatch.context() as patch:
        usual = training._callbacks
        patch.setattr(training, "_callbacks", lambda *arguments: [*usual(*arguments), CtrlC()])
        stopped = weights(run.folder)
    assert len(run.history()["loss"]) == 1
    assert not same(stopped, through)
    assert same(weights(run.folder, resume=True), through)
    assert not run.checkpoint.exists()


def test_a_teacher_is_believed_more_than_the_label(tmp_path, model):
    """Half of what is labelled 4 here is a 7."""
    recipe = load("small", [LAYERS, "train.epochs=6", "train.batch_size=16", "train.learning_rate=0.003"])
    misnamed = Pens([dataclasses.replace(one, label=4) for one in DIGITS.writings])
    validation = batch([DIGITS.take(np.arange(20))], AS_IT_IS, np.random.default_rng(0))
    student, _ = train_model(
        recipe, [misnamed, DIGITS.take(np.arange(2))], validation, Run(tmp_path / "m"), None, model
    )
    frames, labels = validation
    assert (np.asarray(student.predict(frames, verbose=0)).argmax(1) == labels).all()


def test_the_epoch_is_picked_by_accuracy_or_by_loss_or_is_the_last():
    history = {"loss": [0.3, 0.2, 0.1, 0.1], "val_accuracy": [0.9, 0.95, 0.94, 0.94], "val_loss": [0.3, 0.2, 0.1, 0.2]}
    assert pick_epoch(history, "accuracy") == 2
    assert pick_epoch(history, "loss") == 3
    assert pick_epoch(history, "last") == 4
