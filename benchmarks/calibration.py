"""How honest the confidence on pages is: of digits answered with 0.9, are nine in ten there and right?

scripts/bench calibration [--model flagship] [--write]

Asked of each set of numbers in the folder that DIGITS_DATA names, with a confidence that was fitted on the others, each
of which weighs the same (leave-one-source-out). --write fits it on all and puts it into the page network's card.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from benchmarks.handwriting.sets import find_names, load
from benchmarks.handwriting.verdicts import SURE
from benchmarks.realworld import measure
from recognizer.bundle import Bundle, PageCard, Sureness
from recognizer.model import MODELS
from train.measures import calibration_error

SHOWS = ("digits", "number")  # sets whose digits the page network reads
PLACES = 4
ROW = "{:12}" + "{:>14}" * 5
Digits = tuple[np.ndarray, np.ndarray]  # log odds of the confidence (n,); whether the digit is there and right (n,)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="flagship")
    parser.add_argument(
        "--write", action="store_true", help="write what is fitted on all sets to the page network's card"
    )
    options = parser.parse_args()
    known = read_all(Path(os.environ.get("DIGITS_DATA", "")), options.model)
    print(ROW.format("(%)", "digits", "error now", "sure & wrong", "error then", "sure & wrong"))
    for name, digits in known.items():
        others = fit([known[other] for other in known if other != name])
        now, then = describe(digits, (1.0, 0.0)), describe(digits, others)
        print(ROW.format(name, len(digits[0]), *(f"{100 * share:.2f}" for share in (*now, *then))))
    if options.write:
        slope, offset = fit(list(known.values()))
        bundle = Bundle(MODELS / "page")
        card = bundle.read_card(PageCard)
        before = card.sureness
        after = Sureness(round(slope * before.slope, PLACES), round(slope * before.offset + offset, PLACES))
        bundle.write_card(replace(card, sureness=after))
        print(f"{before} → {after}")


def read_all(folder: Path, model: str) -> dict[str, Digits]:
    """The digits answered on the pictures of each set of numbers."""
    chosen = [name for name in find_names(folder) if load(folder, name).shows in SHOWS]
    known = {}
    for handwriting, _, verdicts in measure(folder, chosen, None, model):
        digits = [digit for verdict in verdicts for digit in verdict.digits]
        confidence = np.clip([confidence for _, confidence in digits], 1e-6, 1 - 1e-6)
        known[handwriting.name] = np.log(confidence / (1 - confidence)), np.array([v == "right" for v, _ in digits])
    return known


def fit(sources: list[Digits]) -> tuple[float, float]:
    """Slope and offset of the log odds of being right in those of the confidence, each source weighing the same."""
    odds, right = (np.concatenate(parts) for parts in zip(*sources, strict=True))
    weights = np.concatenate([np.full(len(some), 1 / len(some)) for some, _ in sources])
    fitted = LogisticRegression(C=np.inf).fit(odds[:, None], right, weights)
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def describe(digits: Digits, line: tuple[float, float]) -> tuple[float, float]:
    """The calibration error of digits, 0 to 1, and the share wrong of those that are sure, with slope and offset."""
    odds, right = digits
    confidence = 1 / (1 + np.exp(-(line[0] * odds + line[1])))
    sure = confidence >= SURE
    return calibration_error(confidence[:, None], (~right).astype(int)), float(
        np.mean(~right[sure])
    ) if sure.any() else 0.0


if __name__ == "__main__":
    main()
