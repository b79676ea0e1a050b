import shutil

import numpy as np
import pytest
import tensorflow

from recognizer.bundle import Bundle, PageCard
from recognizer.glyphs import CLASSES, GRID, TILE
from tests.train.pages import hands
from train import page
from train.detector import SIGNS
from train.errors import TrainError
from train.pages.hands import Split
from train.recipe import PageRecipe, load
from train.training import Run

TINY = [
    "pages.steps=2",
    "pages.validation=4",
    "pages.tested=4",
    "pages.calibrated=20",
    "train.batch_size=2",
    "train.precision=float32",
    "train.schedule=constant",
]

# Which TensorFlow says where functions make no graphs, of data that we have none of
pytestmark = pytest.mark.filterwarnings("ignore:Even though the `tf.config:UserWarning")


@pytest.fixture(scope="module", autouse=True)
def few():
    """Two invented writers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(page.hands, "load", lambda held_out: Split(hands(), hands(), {}))
        yield


def fit(folder, *changes, resume=False, begin=None):
    recipe = load("page", [*TINY, *changes])
    assert isinstance(recipe, PageRecipe)
    return page.fit(recipe, Run(folder, seed=1, resume=resume), begin)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "first"
    return Bundle(folder), fit(folder, "train.epochs=2")


def test_a_fit_writes_a_bundle_with_its_card(fitted):
    bundle, card = fitted
    assert bundle.read_card(PageCard) == card
    assert (card.classes, card.epoch, card.origin) == (list(CLASSES), 2, None)
    assert set(card.results) == set(CLASSES)
    assert len(card.history["val_loss"]) == 2
    assert not list(bundle.folder.parent.glob(".*"))


@pytest.fixture
def quick(fitted, monkeypatch):
    """A training makes no graph and exports nothing, which takes longest, but finds the files of the first one."""

    def copy(model, bundle):
        for file in (fitted[0].keras, fitted[0].litert):
            shutil.copy(file, bundle.folder)

    monkeypatch.setattr(page, "save", copy)
    tensorflow.config.run_functions_eagerly(True)
    yield
    tensorflow.config.run_functions_eagerly(False)


def test_a_bundle_answers_tiles_in_batches(fitted):
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(fitted[0].litert), num_threads=1)
    interpreter.resize_tensor_input(0, (3, TILE, TILE, 1))
    interpreter.allocate_tensors()
    interpreter.set_tensor(0, np.ones((3, TILE, TILE, 1), np.float32))
    interpreter.invoke()
    shapes = {tuple(interpreter.get_tensor(each["index"]).shape) for each in interpreter.get_output_details()}
    assert shapes == {(3, GRID, GRID, len(CLASSES)), (3, GRID, GRID, 4)}


def test_a_training_goes_on_where_it_was_stopped(fitted, quick, tmp_path, monkeypatch):
    def stop(*_):
        raise TrainError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(page, "save", stop)
        with pytest.raises(TrainError, match="the disk is full"):
            fit(tmp_path / "page", "train.epochs=1")
    assert not (tmp_path / "page").exists()
    card = fit(tmp_path / "page", "train.epochs=2", resume=True)
    assert card.history["val_loss"] == pytest.approx(fitted[1].history["val_loss"], rel=1e-3)


def test_a_training_can_start_from_another_network(fitted, quick, tmp_path):
    begin = page.start(fitted[0].folder)
    card = fit(tmp_path / "page", "train.epochs=1", begin=begin)
    assert (card.origin.name, card.origin.sha256) == ("first", begin.sha256)
    assert set(card.origin.accuracy) == {"digits"}
    assert card.history["val_loss"][0] < 1.01 * fitted[1].history["val_loss"][1]


def test_signs_learn_alone(fitted, quick, tmp_path, monkeypatch):
    saved, copy = [], page.save
    monkeypatch.setattr(page, "save", lambda model, bundle: (saved.append(model), copy(model, bundle)))
    begin = page.start(fitted[0].folder)
    fit(tmp_path / "page", "train.epochs=1", "pages.signs_alone=true", "pages.equations=0.5", begin=begin)
    first = SIGNS.start
    for layer in saved[0].layers:
        for mine, theirs in zip(layer.get_weights(), begin.model.get_layer(layer.name).get_weights(), strict=True):
            is_last = layer.name == "heat_out"
            kept, learnt = slice(0, first if is_last else None), slice(first, None if is_last else first)
            np.testing.assert_array_equal(mine[..., kept], theirs[..., kept])
            changed = mine[..., learnt] != theirs[..., learnt]
            # Of each sign most weights, as a small change may be rounded away.
            assert not is_last or changed.reshape(-1, changed.shape[-1]).mean(0).min() > 0.5


def test_signs_cannot_learn_alone_from_nothing(tmp_path):
    with pytest.raises(TrainError, match="--from"):
        fit(tmp_path / "page", "pages.signs_alone=true")


def test_a_start_that_is_no_network_is_an_error(tmp_path):
    (tmp_path / "page.keras").write_text("no network")
    with pytest.raises(TrainError, match="cannot be started from"):
        page.start(tmp_path / "page.keras")
