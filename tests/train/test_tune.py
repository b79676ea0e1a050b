"""A search of a recipe's settings, with a toy budget; trainings are real."""

import csv
import re

import numpy as np
import pytest

from tests.servers import postgresql_server
from train import recipe
from train.errors import TrainError
from train.recipe import FOLDER
from train.tune import Search, apply, choose, tune

TOY = """
description = "A toy"
layers = ["flatten"]
[train]
epochs = 3
batch_size = 32
[tune]
train.learning_rate = {any = [1e-7, 0.003, 0.01]}
augment.rotation = [0, 10]
layers = {any = [["flatten"], ["pool", "flatten"]]}
"""


@pytest.fixture(scope="module")
def digits(tmp_path_factory, writings):
    """Some digits of one's own, and others that are kept apart for the test."""
    from train.augment import AS_IT_IS
    from train.data import Pens

    pens = Pens(writings)
    frames = (Pens(writings).render(AS_IT_IS, np.random.default_rng(0)) * 255).astype(np.uint8)
    path = tmp_path_factory.mktemp("digits") / "mine.npz"
    np.savez(path, x_train=frames[:300], y_train=pens.labels[:300], x_test=frames[300:], y_test=pens.labels[300:])
    return path


@pytest.fixture
def toy(tmp_path, digits):
    """Makes a search for so many trainings, in all."""
    (tmp_path / "toy.toml").write_text(f'{TOY}\n[data]\n"{digits}" = 1\n')

    def make(trials, storage=f"sqlite:///{tmp_path / 'study.sqlite'}"):
        return Search(recipe.load(str(tmp_path / "toy.toml")), tmp_path / "out", storage, trials, None)

    return make


def table(search):
    with (search.folder / "trials.csv").open(newline="") as rows:
        return list(csv.DictReader(rows))


def test_a_search_goes_on_where_it_has_ended_and_the_best_becomes_a_recipe(toy):
    tune(toy(2))
    before = table(toy(2))
    tune(toy(2))
    assert table(toy(2)) == before
    said = tune(toy(8))
    assert re.match(r"8 trainings, [1-7] of them ended early, \d+\.\d minutes in all\.\n", said)
    rows = table(toy(8))
    assert len(rows) == 8
    assert all(row in rows for row in before)
    ended = [row for row in rows if row["state"] == "complete"]
    assert [float(row["loss"]) for row in ended] == sorted(float(row["loss"]) for row in ended)
    assert float(ended[0]["train.learning_rate"]) >= 0.003
    assert all(row["accuracy"] == "" for row in rows if row["state"] == "pruned")
    best = recipe.load(str(toy(8).folder / "best.toml"))
    assert best.train.learning_rate == float(ended[0]["train.learning_rate"])
    assert best.augment.rotation == float(ended[0]["augment.rotation"])
    assert best.tune == {}
    for name in ("history", "importances", "parallel-coordinates"):
        assert (toy(8).folder / "plots" / f"{name}.png").stat().st_size > 5000


def test_processes_share_a_study(toy):
    with postgresql_server() as url:
        said = tune(toy(2, url), jobs=2)
    assert re.match(r"[23] trainings", said)  # one more, if both ended their last ones at once
    numbers = [int(row["number"]) for row in table(toy(2))]
    assert sorted(numbers) == list(range(len(numbers)))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("", "has no table"),
        ("train.label_smoothing = [0.0, 0.1]", "train.label_smoothing: cannot be searched"),
        ("data.mnist = [1, 2]", "data.mnist: cannot be searched"),
        ("train.epochs = 3", "expected .least, most."),
        ("train.epochs = [3, 1]", "is no range"),
        ("train.learning_rate = {log = [0, 1]}", "is no range above 0"),
        ("layers = {any = []}", "expected .least, most."),
    ],
)
def test_what_cannot_be_searched_is_refused(tmp_path, settings, message):
    path = tmp_path / "odd.toml"
    path.write_text(f'description = ""\nlayers = ["flatten"]\n[tune]\n{settings}\n')
    search = Search(recipe.load(str(path)), tmp_path / "out", f"sqlite:///{tmp_path / 'study.sqlite'}", 1, None)
    with pytest.raises(TrainError, match=message):
        tune(search)
    assert not list((tmp_path / "out").glob("*"))


def test_a_setting_that_no_recipe_has_is_named(toy):
    with pytest.raises(TrainError, match="unknown key rate"):
        apply(toy(1).recipe, {"train.rate": 1})


def test_the_recipes_that_say_what_is_to_be_tried_can_be_searched():
    import optuna

    searched = [
        found for path in FOLDER.glob("*.toml") if (found := recipe.load(path.stem)) and getattr(found, "tune", 0)
    ]
    assert {found.name for found in searched} >= {"small", "two-conv"}
    for found in searched:
        search = Search(found, FOLDER, "", 1, None)
        study = optuna.create_study()
        assert apply(found, choose(study.ask(), search.settings)) != found
