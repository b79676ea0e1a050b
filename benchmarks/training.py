"""How long the recipe `fast` takes, beside the published recipe two-conv-dropout trained for its five epochs.

scripts/bench training [--runs 1]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

from benchmarks.recipes import load_digits
from recognizer.bundle import DigitCard
from train.fit import fit
from train.training import Run

RECIPES = ("fast", "two-conv-dropout")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1)
    runs = parser.parse_args().runs
    cards: dict[str, list[DigitCard]] = {name: [] for name in RECIPES}
    with tempfile.TemporaryDirectory() as folder:
        for run in range(runs):  # in turn, so that a noisy moment meets both
            for name in RECIPES:
                cards[name].append(fit(load_digits(name), Run(Path(folder) / name, seed=run))[0])
    print(f"MNIST, from the first batch to the last, median of {runs}")
    for name, found in cards.items():
        accuracy = statistics.mean(card.results["mnist test"].accuracy for card in found)
        print(f"  {name:18}{seconds(found):8.1f} s{accuracy:9.2%} of the test set right")
    print(f"  {'ratio of times':18}{seconds(cards['fast']) / seconds(cards['two-conv-dropout']):8.2f}")


def seconds(cards: list[DigitCard]) -> float:
    return statistics.median(card.training_seconds for card in cards)


if __name__ == "__main__":
    main()
