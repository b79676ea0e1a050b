"""Verdicts → the figures of a set, as a row of a file and of the README's table."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from benchmarks.handwriting.sets import Handwriting
from benchmarks.handwriting.verdicts import SURE, Verdict
from train.cards import replace_between
from train.measures import calibration_error

FOLDER = Path(__file__).parent
FIGURES, FAULTS = FOLDER / "figures.csv", FOLDER / "faults.json"
AUTOS = 200  # pictures of a set of single digits that are read with layout=auto, too
PLACES = 4  # decimal places of a share
START = "<!-- real handwriting: written by `scripts/bench realworld --write` -->"
END = "<!-- end of real handwriting -->"
HEADER = """\
| what people wrote | pictures | read rightly | exactly | sure, but wrong | calibration error | plain recipe |
|---|--:|--:|--:|--:|--:|--:|"""
TITLES = {
    "unipen": "UNIPEN's digits, drawn with a pen as wide as the site's",
    "unipen-pen4": "… with a pen of 4 pixels",
    "unipen-pen8": "… of 8 pixels",
    "unipen-pen16": "… of 16 pixels",
    "unipen-pen28": "… of 28 pixels",
    "unipen-clear": "… on a transparent ground",
    "sudoku": "cells of Sudoku puzzles, photographed",
    "hwd1000": "HWD-1000, drawn with a mouse",
    "strings": "UNIPEN's numbers of two to five digits",
    "marks": "numbers with marks, composed of UNIPEN's digits",
    "sums": "sums with brackets, composed of UNIPEN's digits",
    "cells": "numbers in the printed cells of a mark sheet",
    "amounts": "amounts on cheques",
    "notebook": "numbers in ruled notebooks",
    "tables": "mark sheets and a score card, whole",
    "sheets": "digits of all sizes about a sheet, photographed",
    "numbers": "numbers on plain paper",
    "equations": "systems of equations",
    "repro": "small pictures of one difficulty each",
    "letters": "UNIPEN's letters and signs: no digit",
    "scribbles": "scribbles: no digit",
    "blank": "paper without ink",
    "mnist": "MNIST's test set",
}
FLAWS: dict[str, Callable[[Verdict], bool]] = {
    "misread": lambda verdict: not verdict.right,
    "inexact": lambda verdict: verdict.exact is False,
    "surely misread": lambda verdict: verdict.surely_wrong,
}

Faults = dict[str, list[int]]  # of each flaw, the numbers of the samples that have it


@dataclass(frozen=True)
class Figures:
    """What is measured on a set: shares of 0 to 1, None where they mean nothing.

    `right` and `exact` are shares of pictures (see Verdict). `sure_wrong` is the share of the digits answered for sure
    that are wrong or not there; where nothing shows a digit, the share of pictures with such an answer. `error_rate`
    are edits and `invented` digits that stand for nothing, for each true digit. `auroc`: how well pictures without a
    digit are told from digits that were read rightly. `plain` is what a published recipe reads, fed as its author did.
    """

    set: str
    n: int
    right: float
    exact: float | None
    sure_wrong: float | None
    calibration_error: float | None
    error_rate: float | None
    invented: float | None
    cells_right: float | None
    rejected: float | None
    auroc: float | None
    plain: float | None
    model: str
    date: str


def measure(
    handwriting: Handwriting, verdicts: Sequence[Verdict], reference: Sequence[float], plain: float | None, model: str
) -> Figures:
    """The figures of a set; `reference` are the scores of digits that were read rightly."""
    exact = [verdict.exact for verdict in verdicts if verdict.exact is not None]
    digits = [digit for verdict in verdicts for digit in verdict.digits]
    written = sum(verdict.written for verdict in verdicts)
    cells = sum(verdict.cells[1] for verdict in verdicts)
    single, nothing = handwriting.shows in ("digit", "nothing"), handwriting.shows == "nothing"
    return Figures(
        set=handwriting.name,
        n=len(verdicts),
        right=_share([verdict.right for verdict in verdicts]) or 0.0,
        exact=_share(exact),
        sure_wrong=_share(
            [verdict.surely_wrong for verdict in verdicts]
            if nothing
            else [found != "right" for found, confidence in digits if confidence >= SURE]
        ),
        calibration_error=None if nothing else _calibration_error(digits),
        error_rate=sum(verdict.edits for verdict in verdicts) / written if written else None,
        invented=sum(found == "extra" for found, _ in digits) / written if written else None,
        cells_right=sum(verdict.cells[0] for verdict in verdicts) / cells if cells else None,
        rejected=_share([verdict.rejected for verdict in verdicts]) if single else None,
        auroc=_auroc(reference, [verdict.score for verdict in verdicts]) if nothing else None,
        plain=plain,
        model=model,
        date=date.today().isoformat(),
    )


def find_faults(verdicts: Iterable[Verdict]) -> Faults:
    """The numbers of the samples that have each flaw."""
    verdicts = list(verdicts)
    return {
        name: sorted(verdict.number for verdict in verdicts if has_flaw(verdict)) for name, has_flaw in FLAWS.items()
    }


def write(rows: Sequence[Figures], faulty: Mapping[str, Faults]) -> None:
    """Write both files: the figures, a line a set, and which pictures are misread, a line a set."""
    buffer = io.StringIO()
    table = csv.DictWriter(buffer, [field.name for field in fields(Figures)], lineterminator="\n")
    table.writeheader()
    for row in rows:
        table.writerow({key: round(v, PLACES) if isinstance(v, float) else v for key, v in asdict(row).items()})
    FIGURES.write_text(buffer.getvalue(), encoding="utf-8")
    lines = (f"{json.dumps(name)}: {json.dumps(some)}" for name, some in faulty.items())
    FAULTS.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def load() -> dict[str, tuple[Figures, Faults]]:
    """The figures of each set and its faulty samples, as the files have them."""
    faulty = json.loads(FAULTS.read_text(encoding="utf-8"))
    with FIGURES.open(encoding="utf-8", newline="") as lines:
        return {row["set"]: (_parse(row), faulty[row["set"]]) for row in csv.DictReader(lines)}


def table(rows: Iterable[Figures]) -> str:
    """The figures as a Markdown table, in the order of TITLES."""
    places = {name: place for place, name in enumerate(TITLES)}
    return "\n".join([HEADER, *map(_row, sorted(rows, key=lambda row: places.get(row.set, 0)))])


def update(readme: str, rows: Iterable[Figures]) -> str:
    """The README with its table of real handwriting as the figures are."""
    return replace_between(START, END, readme, table(rows))


def _row(row: Figures) -> str:
    shares = (row.right, row.exact, row.sure_wrong, row.calibration_error, row.plain)
    shown = ["–" if share is None else f"{share:.1%}" for share in shares]
    return f"| {TITLES.get(row.set, row.set)} | {row.n:,} | {' | '.join(shown)} |"


def _parse(row: Mapping[str, str]) -> Figures:
    words = {key: row[key] for key in ("set", "model", "date")}
    shares = {key: float(text) if text else None for key, text in row.items() if key not in words and key != "n"}
    return Figures(n=int(row["n"]), **words, **shares)  # type: ignore[arg-type]


def _share(flags: Sequence[bool]) -> float | None:
    return sum(flags) / len(flags) if flags else None


def _calibration_error(digits: Sequence[tuple[str, float]]) -> float | None:
    """Each answer is seen as a choice of one class, its own, that is right (class 0) or not."""
    if not digits:
        return None
    confidence = np.array([confidence for _, confidence in digits])
    return calibration_error(confidence[:, None], np.array([verdict != "right" for verdict, _ in digits], int))


def _auroc(digits: Sequence[float], others: Sequence[float]) -> float | None:
    return (
        float(roc_auc_score([1] * len(digits) + [0] * len(others), [*digits, *others])) if digits and others else None
    )
