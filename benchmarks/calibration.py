"""How honest the confidence on pages is: of digits answered with 0.9, are nine in ten there and right?

scripts/bench calibration [--model flagship]

Asked of each set of numbers in the folder that DIGITS_DATA names. "As served" is with what was fitted on rendered
pages, "refitted" with a line that is fitted on the other sets (leave-one-source-out), which the card does not have.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from benchmarks.handwriting.sets import find_names, load
from benchmarks.handwriting.verdicts import SURE
from benchmarks.realworld import measure, require_folder
from train.measures import calibration_error, fit_logistic

SHOWS = ("digits", "number")  # sets whose digits the page network reads
ROW = "{:12}" + "{:>14}" * 5
Digits = tuple[np.ndarray, np.ndarray]  # log odds of the confidence (n,); whether the digit is there and right (n,)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="flagship")
    known = read_all(require_folder(), parser.parse_args().model)
    print(ROW.format("(%)", "digits", "as served", "sure & wrong", "refitted", "sure & wrong"))
    for name, digits in known.items():
        others = [known[other] for other in known if other != name]
        line = fit_logistic(*(np.concatenate(parts) for parts in zip(*others, strict=True)))
        shares = (*describe(digits, (1.0, 0.0)), *describe(digits, line))
        print(ROW.format(name, len(digits[0]), *(f"{100 * share:.2f}" for share in shares)))


def read_all(folder: Path, model: str) -> dict[str, Digits]:
    """The digits answered on the pictures of each set of numbers."""
    chosen = [name for name in find_names(folder) if load(folder, name).shows in SHOWS]
    known = {}
    for handwriting, _, verdicts in measure(folder, chosen, None, model):
        digits = [digit for verdict in verdicts for digit in verdict.digits]
        confidence = np.clip([confidence for _, confidence in digits], 1e-6, 1 - 1e-6)
        known[handwriting.name] = np.log(confidence / (1 - confidence)), np.array([v == "right" for v, _ in digits])
    return known


def describe(digits: Digits, line: tuple[float, float]) -> tuple[float, float]:
    """The calibration error of digits, 0 to 1, and the share wrong of those that are sure, with slope and offset."""
    odds, right = digits
    confidence = 1 / (1 + np.exp(-(line[0] * odds + line[1])))
    wrong = ~right[confidence >= SURE]
    return calibration_error(confidence[:, None], (~right).astype(int)), float(wrong.mean()) if len(wrong) else 0.0


if __name__ == "__main__":
    main()
