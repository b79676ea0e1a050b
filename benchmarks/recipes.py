"""What the published recipes reach on MNIST's test set over several seeds, beside what was published.

scripts/bench recipes [NAME...] [--seeds 3]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

from train.fit import fit
from train.recipe import Recipe, load
from train.training import Run

PUBLISHED = {
    "two-conv-dropout": "about 98.5",
    "two-conv": "99.14",
    "one-conv": "about 98",
    "three-conv-norm": "99.17",
    "two-conv-late-dropout": "high",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help="default: all that are published")
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    reached = {name: accuracies(name, options.seeds) for name in options.names or PUBLISHED}
    print(f"{'MNIST test (%)':24}{'mean':>8}{'spread':>8}  published")
    for name, found in reached.items():
        spread = statistics.stdev(found) if len(found) > 1 else 0.0
        print(f"{name:24}{statistics.mean(found):8.2f}{spread:8.2f}  {PUBLISHED.get(name, '–')}")


def load_digits(name: str) -> Recipe:
    """A recipe for single digits."""
    recipe = load(name)
    if not isinstance(recipe, Recipe):
        raise SystemExit(f"{name} is no recipe for single digits.")
    return recipe


def accuracies(name: str, seeds: int) -> list[float]:
    """In per cent, one for each seed."""
    with tempfile.TemporaryDirectory() as folder:
        cards = [fit(load_digits(name), Run(Path(folder) / name, seed))[0] for seed in range(seeds)]
    return [100 * card.results["mnist test"].accuracy for card in cards]


if __name__ == "__main__":
    main()
