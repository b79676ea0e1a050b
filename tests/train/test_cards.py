import json
import shutil
import subprocess
import sys

import pytest

from recognizer.bundle import VERSION, Bundle, DigitCard, find_bundles
from train.cards import END, START, table, update
from train.data import LOADERS
from train.errors import TrainError
from train.recipe import build
from webapp.config import ROOT


def test_the_readmes_table_is_what_the_cards_say():
    readme = (ROOT / "README.md").read_text()
    assert START in readme
    assert update(readme, ROOT / "models") == readme


def test_the_table_follows_the_cards(tmp_path):
    card = json.loads((ROOT / "models" / "small" / "card.json").read_text())
    card["results"]["mnist test"]["accuracy"] = 0.123
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "card.json").write_text(json.dumps(card))
    (tmp_path / "other" / "model.keras").touch()
    assert "| mnist test | 10,000 | 12.30% (" in table(tmp_path)
    assert update(f"before {START} old {END} after", tmp_path) == f"before {START}\n{table(tmp_path)}\n{END} after"


def test_the_table_needs_all_cards(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "model.keras").touch()
    with pytest.raises(TrainError, match=r"mine/card\.json: there is no card"):
        table(tmp_path)


def test_the_command_writes_old_cards_anew_and_refuses_what_is_none(tmp_path):
    command = [sys.executable, "-m", "train", "upgrade", str(tmp_path)]
    shutil.copy(ROOT / "tests" / "recognizer" / "cards" / "version-0.json", tmp_path / "card.json")
    before = Bundle(tmp_path).read_card(DigitCard)
    subprocess.run(command, cwd=ROOT, check=True)
    assert Bundle(tmp_path).read_card(DigitCard) == before
    upgraded = (tmp_path / "card.json").read_text()
    assert json.loads(upgraded)["version"] == VERSION
    (tmp_path / "card.json").write_text(upgraded.replace('"seed"', '"sead"'))
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"train: {tmp_path}/card.json: unknown key sead; known are name, ")


@pytest.mark.parametrize("bundle", find_bundles(ROOT / "models"), ids=lambda bundle: bundle.folder.name)
def test_the_shipped_recipes_could_be_followed_today(bundle):
    recipe = bundle.read_card(DigitCard).recipe
    built = build(recipe, "the card")
    assert built.layers == recipe["layers"]
    for name in built.data:
        assert name in LOADERS
