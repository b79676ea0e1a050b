"""How honest the confidence on pages is: of digits answered with 0.9, are nine in ten there and right?

scripts/bench calibration [--model flagship] [--write]

Asked of each set of numbers in the folder that DIGITS_DATA names. "As served" is with what was fitted on rendered
pages, or by --write, "refitted" with a line that is fitted on the other sets (leave-one-source-out). --write gives the
card of the page network the line that fits all of them.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.handwriting.sets import find_names, load
from benchmarks.handwriting.verdicts import SURE
from benchmarks.realworld import measure, require_folder
from recognizer.bundle import Bundle, PageCard, Sureness
from recognizer.model import MODELS
from train.measures import calibration_error, fit_logistic

SHOWS = ("digits", "number")  # sets whose digits the page network reads
ROW = "{:12}" + "{:>14}" * 5
Digits = tuple[np.ndarray, np.ndarray]  # log odds of the confidence (n,); whether the digit is there and right (n,)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="flagship")
    parser.add_argument("--write", action="store_true", help="put the line that fits all sets into the card")
    options = parser.parse_args()
    known = read_all(require_folder(), options.model)
    print(ROW.format("(%)", "digits", "as served", "sure & wrong", "refitted", "sure & wrong"))
    for name, digits in known.items():
        line = fit([known[other] for other in known if other != name])
        shares = (*describe(digits, (1.0, 0.0)), *describe(digits, line))
        print(ROW.format(name, len(digits[0]), *(f"{100 * share:.2f}" for share in shares)))
    if options.write:
        write(fit(list(known.values())))


def read_all(folder: Path, model: str) -> dict[str, Digits]:
    """The digits answered on the pictures of each set of numbers."""
    chosen = [name for name in find_names(folder) if load(folder, name).shows in SHOWS]
    known = {}
    for handwriting, _, verdicts in measure(folder, chosen, None, model):
        digits = [digit for verdict in verdicts for digit in verdict.digits]
        confidence = np.clip([confidence for _, confidence in digits], 1e-6, 1 - 1e-6)
        known[handwriting.name] = np.log(confidence / (1 - confidence)), np.array([v == "right" for v, _ in digits])
    return known


def fit(sets: Sequence[Digits]) -> tuple[float, float]:
    """The line from the log odds of the confidence to those of being right, by all digits of some sets."""
    return fit_logistic(*(np.concatenate(parts) for parts in zip(*sets, strict=True)))


def write(line: tuple[float, float]) -> None:
    """Correct what the card of the page network says of its sureness by a line."""
    slope, offset = line
    bundle = Bundle(MODELS / "page")
    if (card := bundle.read_card(PageCard)) is None:
        raise SystemExit("The page network has no card.")
    now = card.sureness
    corrected = Sureness(round(slope * now.slope, 4), round(slope * now.offset + offset, 4))
    bundle.write_card(replace(card, sureness=corrected))


def describe(digits: Digits, line: tuple[float, float]) -> tuple[float, float]:
    """The calibration error of digits, 0 to 1, and the share wrong of those that are sure, with slope and offset."""
    odds, right = digits
    confidence = 1 / (1 + np.exp(-(line[0] * odds + line[1])))
    wrong = ~right[confidence >= SURE]
    return calibration_error(confidence[:, None], (~right).astype(int)), float(wrong.mean()) if len(wrong) else 0.0


if __name__ == "__main__":
    main()
