"""Read cards, write those of older versions anew, and make the README's table of them."""

from __future__ import annotations

from pathlib import Path

from recognizer import ModelError
from recognizer.bundle import Bundle, DigitCard, find_bundles
from train.errors import TrainError

START, END = "<!-- models: written by `scripts/train readme` -->", "<!-- end of models -->"
HEADER = """\
| model | data | n | accuracy (95 % interval) | calibration error | parameters | size | trained in |
|---|---|--:|---|--:|--:|--:|--:|"""


def read_card(bundle: Bundle) -> DigitCard:
    """Return the card of a model. Raises TrainError where there is none, or one that cannot be understood."""
    try:
        card = bundle.read_card(DigitCard)
    except ModelError as error:
        raise TrainError(str(error)) from error
    if card is None:
        raise TrainError(f"{bundle.card}: there is no card, so that nothing is known of how the model was trained.")
    return card


def upgrade(bundle: Bundle) -> None:
    """Write a card of any version anew as one of today's. Raises TrainError, OSError."""
    bundle.write_card(read_card(bundle))


def table(models: Path) -> str:
    """The results of all models in a folder, as a Markdown table. Raises TrainError."""
    return "\n".join([HEADER, *(row for bundle in find_bundles(models) for row in _rows(read_card(bundle)))])


def update(readme: str, models: Path) -> str:
    """The README with its table of models as the cards have it now. Raises TrainError."""
    return replace_between(START, END, readme, table(models))


def replace_between(start: str, end: str, text: str, new: str) -> str:
    """A text in which something `new`, on lines of its own, stands between the marks `start` and `end`."""
    before, _, rest = text.partition(start)
    _, _, after = rest.partition(end)
    return f"{before}{start}\n{new}\n{end}{after}"


def _rows(card: DigitCard) -> list[str]:
    return [
        f"| `{card.name}` | {data} | {result.n:,} | {result.accuracy:.2%} "
        f"({result.interval[0]:.2%} to {result.interval[1]:.2%}) | {result.calibration_error:.2%} "
        f"| {card.parameters:,} | {card.megabytes:.1f} MB | {card.training_seconds / 60:.0f} min |"
        for data, result in card.results.items()
    ]
