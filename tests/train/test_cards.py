import json

from train.cards import END, START, rewritten, table
from webapp.config import ROOT


def test_the_readmes_table_is_what_the_cards_say():
    readme = (ROOT / "README.md").read_text()
    assert START in readme
    assert rewritten(readme, ROOT / "models") == readme


def test_the_table_follows_the_cards(tmp_path):
    card = json.loads((ROOT / "models" / "small" / "card.json").read_text())
    card["results"]["mnist test"]["accuracy"] = 0.123
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "card.json").write_text(json.dumps(card))
    assert "| mnist test | 10,000 | 12.30% (" in table(tmp_path)
    assert rewritten(f"before {START} old {END} after", tmp_path) == f"before {START}\n{table(tmp_path)}\n{END} after"
