"""Train models: `python -m train fit small` makes models/small/ as it comes with us."""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
from pathlib import Path

from train import cards, recipe
from train.errors import TrainError

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Run the command line; errors that a person can put right end it with one line and status 2."""
    options = _parser().parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        options.run(options)
    except TrainError as error:
        sys.exit(f"train: {error}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m train", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    fit = commands.add_parser("fit", help="train a recipe and write its bundle")
    fit.add_argument("recipe", help=f"{', '.join(recipe.known())}, or the path of a TOML file")
    fit.add_argument("--name", help="the bundle's name in models/ (default: the recipe's)")
    fit.add_argument("--data", help="the data set to train on (default: the recipe's)")
    fit.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="change it, as train.epochs=3")
    fit.add_argument("--epochs", type=int, help="short for --set train.epochs=…")
    fit.add_argument("--seed", type=int, default=0)
    fit.set_defaults(run=_fit)
    readme = commands.add_parser("readme", help="write the README's table of models anew from their cards")
    readme.set_defaults(run=_readme)
    return parser


def _fit(options: argparse.Namespace) -> None:
    changes = list(options.set)
    if options.epochs is not None:
        changes.append(f"train.epochs={options.epochs}")
    if options.data is not None:
        changes.append(f"data={options.data}")
    cooked = recipe.load(options.recipe, changes)
    name = options.name or cooked.name
    from train import fit

    folder = ROOT / "models" / name
    card = fit.fit(dataclasses.replace(cooked, name=name), folder, options.seed)
    for data, result in card["results"].items():
        low, high = result["interval"]
        print(f"{data}: {result['accuracy']:.2%} right (95 % interval {low:.2%} to {high:.2%}); epoch {card['epoch']}")
    print(f"The model is in {os.path.relpath(folder, Path.cwd())}/.")


def _readme(options: argparse.Namespace) -> None:
    path = ROOT / "README.md"
    path.write_text(cards.rewritten(path.read_text(encoding="utf-8"), ROOT / "models"), encoding="utf-8")


if __name__ == "__main__":
    main()
