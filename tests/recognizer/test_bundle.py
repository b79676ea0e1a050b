import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from recognizer import ModelError
from recognizer.bundle import DIGIT_COUNT, VERSION, Bundle, Calibration, Card, Data, DigitCard, Origin, find_bundles
from recognizer.frame import Framing

ROOT = Path(__file__).parents[2]
OLD = Path(__file__).parent / "cards" / "version-0.json"
SHIPPED = find_bundles(ROOT / "models")


def read(tmp_path, content):
    """The card that a bundle has whose file holds that content."""
    bundle = Bundle(tmp_path)
    bundle.card.write_text(content if isinstance(content, str) else json.dumps(content))
    return bundle.read_card(DigitCard)


@pytest.fixture
def table():
    """A card of today as its file has it."""
    return json.loads((ROOT / "models" / "small" / "card.json").read_text())


def test_no_other_module_knows_the_names_of_a_bundles_files():
    names = re.compile(r"model\.keras|model\.tflite|card\.json|[\"']plots[\"'/]")
    knowing = [
        str(path.relative_to(ROOT))
        for folder in ("recognizer", "webapp", "train", "benchmarks")
        for path in (ROOT / folder).rglob("*.py")
        if names.search(path.read_text())
    ]
    assert knowing == ["recognizer/bundle.py"]


def test_bundles_are_those_folders_with_a_model_in_either_format(tmp_path):
    for name, file in [("b", "model.keras"), ("a", "model.tflite"), ("c", "card.json"), (".d", "model.keras")]:
        (tmp_path / name).mkdir()
        (tmp_path / name / file).write_text("1234")
    (tmp_path / "e").touch()
    found = find_bundles(tmp_path)
    assert [bundle.folder.name for bundle in found] == ["a", "b"]
    assert [bundle.sizes() for bundle in found] == [{"model.tflite": 4}, {"model.keras": 4}]
    assert find_bundles(tmp_path / "nowhere") == []


@pytest.mark.parametrize("bundle", SHIPPED, ids=lambda bundle: bundle.folder.name)
def test_the_shipped_cards_are_of_today_and_true(bundle):
    assert json.loads(bundle.card.read_text())["version"] == VERSION
    card = bundle.read_card(DigitCard)
    assert card.name == bundle.folder.name
    assert card.bytes == bundle.sizes()
    assert card.megabytes == bundle.litert.stat().st_size / 1e6
    assert card.framing == Framing()
    assert len(card.results["mnist test"].per_digit) == DIGIT_COUNT


def test_a_card_comes_back_as_it_was_written(tmp_path):
    card = replace(
        SHIPPED[0].read_card(DigitCard),
        origin=Origin("small", "0" * 64, {"mnist test": 0.99}),
        framing=Framing(box=18),
        history={"loss": [0.5, 0.25]},
    )
    Bundle(tmp_path).write_card(card)
    assert Bundle(tmp_path).read_card(DigitCard) == card


def test_there_may_be_no_card(tmp_path):
    assert Bundle(tmp_path).read_card(DigitCard) is None


def test_a_card_from_before_versions_is_understood(tmp_path):
    old = json.loads(OLD.read_text())
    card = read(tmp_path, old)
    assert card.framing == Framing(box=20, centre=14.0, thinnest=2.0, working_box=200)
    assert card.libraries == old["versions"]
    assert card.origin == Origin("small", "0" * 64, {"mnist test": 0.9941})
    assert card.data["negatives"] == Data(None, 7600, 400, 0)
    assert list(card.data) == ["mnist", "pendigits", "negatives"]
    augment = old["recipe"]["augment"] | {"thinnest": 2.0, "widest": 5.4}  # as wide as the pens really were
    data = {"mnist": 1, "pendigits": 3, "negatives": 1}
    assert card.recipe == old["recipe"] | {"data": data, "augment": augment}
    assert card.calibration == Calibration(**old["calibration"])
    assert card.results["mnist test"].interval == tuple(old["results"]["mnist test"]["interval"])


@pytest.mark.parametrize("recipe", [{}, {"augment": 5, "data": 7}, {"augment": {"thinnest": "thin"}}])
def test_an_old_card_is_understood_whatever_its_recipe_says(tmp_path, recipe):
    card = read(tmp_path, json.loads(OLD.read_text()) | {"recipe": recipe})
    assert card.recipe == {"data": None, "members": 1} | recipe


def test_the_oldest_recipes_named_one_data_set_and_meant_one_network(tmp_path):
    old = json.loads(OLD.read_text())
    del old["recipe"]["members"]
    old["recipe"]["data"] = "mnist"
    recipe = read(tmp_path, old).recipe
    assert (recipe["data"], recipe["members"]) == ({"mnist": 1}, 1)


@pytest.mark.parametrize("version", [VERSION, 0])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colour": "blue"}, r": unknown key colour; known are name, description, "),
        ({"results": 5}, r": results: expected a table, not 5\."),
        ({"seed": "0"}, r": seed: expected int, not '0'\."),
        ({"recipe": "small"}, r": recipe: expected a table"),
        ({"data": ["mnist"]}, r": data: expected a table"),
        ({"calibration": {"temperature": 0}}, r": calibration: temperature is 0\.0, not above 0\."),
        ({"calibration": {"reject_below": 2}}, r": calibration: reject_below is 2\.0, not from 0 to 1\."),
        ({"framing": {"box": 30}}, r": framing: box is 30, not from 1 to 28\."),
        ({"kind": "page"}, r": tells of a model of page, not of digits\."),
    ],
)
def test_what_is_wrong_with_a_card_is_said_whatever_its_version(tmp_path, table, version, change, message):
    content = table if version else json.loads(OLD.read_text())
    with pytest.raises(ModelError, match=f"^{re.escape(str(tmp_path))}/card\\.json{message}"):
        read(tmp_path, content | change)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the model's card cannot be read"),
        ("[" * 100_000, "the model's card cannot be read"),
        ("[]", r"expected a table, not \[\]\."),
        ("{}", "lacks name, description, recipe, "),
        ('{"version": 1}', "tells of a model of None, not of digits"),
        ('{"version": "1"}', "version: expected int, not '1'"),
        ('{"version": -1}', "is of version -1, and known here are 0 to 3"),
    ],
)
def test_a_file_that_is_no_card_is_named(tmp_path, content, message):
    with pytest.raises(ModelError, match=rf"card\.json: {message}"):
        read(tmp_path, content)


def test_a_card_of_a_later_version_is_refused_with_what_to_do(tmp_path, table):
    with pytest.raises(ModelError, match=rf"is of version {VERSION + 1}, and known here are 0 to {VERSION}; update"):
        read(tmp_path, table | {"version": VERSION + 1, "unheard": "of"})


def test_accuracies_are_of_ten_digits(tmp_path, table):
    table["results"]["mnist test"]["per_digit"].pop()
    with pytest.raises(ModelError, match=r"results: mnist test: per_digit has 9 accuracies, not 10\."):
        read(tmp_path, table)
    table["results"]["mnist test"]["per_digit"].append(None)
    assert read(tmp_path, table).results["mnist test"].per_digit[9] is None


def test_another_kind_of_model_needs_only_its_own_fields(tmp_path, table):
    class PageCard(Card):
        kind = "page"

    own = {key: value for key, value in table.items() if key not in ("framing", "calibration", "results", "votes")}
    bundle = Bundle(tmp_path)
    bundle.card.write_text(json.dumps(own | {"kind": "page"}))
    assert bundle.read_card(PageCard).parameters == table["parameters"]
