import pytest

from train.errors import TrainError
from train.recipe import PageRecipe, load, names


def test_the_recipes_that_come_with_us_load():
    assert {"flagship", "page", "page-signs", "small", "two-conv"} < set(names())
    for name in names():
        recipe = load(name)
        assert recipe.name == name
        assert isinstance(recipe, PageRecipe) if name.startswith("page") else recipe.layers


def test_fine_tuning_is_gentle_unless_told_otherwise():
    assert load("small", gently=True).train.epochs < load("small").train.epochs
    assert load("small", ["train.epochs=9"], gently=True).train.epochs == 9
    assert (load("student").teacher, load("student", gently=True).teacher) == ("teacher", "")
    assert load("page", gently=True) == load("page")


def test_changes_reach_every_table():
    recipe = load("small", ["train.batch_size=64", "train.learning_rate=1", "augment.clean=0.5", "description=mine"])
    assert (recipe.train.batch_size, recipe.train.learning_rate) == (64, 1.0)
    assert recipe.augment.clean == 0.5
    assert recipe.description == "mine"


def test_a_file_of_ones_own_is_a_recipe(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text('description = "own"\nlayers = ["flatten"]\n[train]\nepochs = 2\n')
    recipe = load(str(path))
    assert (recipe.name, recipe.layers, recipe.train.epochs, recipe.data) == ("own", ["flatten"], 2, {"mnist": 1})


def test_an_unknown_recipe_lists_the_names():
    with pytest.raises(TrainError, match="no recipe 'nonsense'; there are ensemble, fast, flagship, one-conv, "):
        load("nonsense")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("train.epochs", "expected key=value"),
        ("train.epochs=many", "train: epochs: expected int, not 'many'"),
        ("train.epochs=1.5", "expected int, not 1.5"),
        ("train.speed=1", "unknown key speed; known are epochs, batch_size"),
        ("train=1", "train: expected a table"),
        ("data.mnist=often", "data: mnist: expected int, not 'often'"),
        ("layers=[1]", "layers: expected str, not 1"),
    ],
)
def test_a_wrong_change_is_named(change, message):
    with pytest.raises(TrainError, match=message):
        load("small", [change])


@pytest.mark.parametrize(("text", "message"), [("= 1", "is no TOML"), ("description = 'x'", "lacks layers")])
def test_a_wrong_file_is_named(tmp_path, text, message):
    path = tmp_path / "own.toml"
    path.write_text(text)
    with pytest.raises(TrainError, match=rf"own\.toml: .*{message}"):
        load(str(path))
