"""What the cards of the shipped models say, as the table in the README."""

from __future__ import annotations

import json
from pathlib import Path

START, END = "<!-- models: written by `scripts/train readme` -->", "<!-- end of models -->"
HEADER = """\
| model | data | n | accuracy (95 % interval) | calibration error | parameters | size | trained in |
|---|---|--:|---|--:|--:|--:|--:|"""


def table(models: Path) -> str:
    """The results of all models in a folder, as a Markdown table."""
    cards = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(models.glob("*/card.json"))]
    return "\n".join([HEADER, *(row for card in cards for row in _rows(card))])


def rewritten(readme: str, models: Path) -> str:
    """The README with its table of models as the cards have it now."""
    before, _, rest = readme.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n{table(models)}\n{END}{after}"


def _rows(card: dict) -> list[str]:
    size, minutes = card["bytes"]["model.tflite"] / 1e6, card["training_seconds"] / 60
    return [
        f"| `{card['name']}` | {data} | {result['n']:,} | {result['accuracy']:.2%} "
        f"({result['interval'][0]:.2%} to {result['interval'][1]:.2%}) | {result['calibration_error']:.2%} "
        f"| {card['parameters']:,} | {size:.1f} MB | {minutes:.0f} min |"
        for data, result in card["results"].items()
    ]
