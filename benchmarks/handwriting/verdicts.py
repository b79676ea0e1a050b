"""How the library reads a picture of a set, and whether that is right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from benchmarks.handwriting import matching
from benchmarks.handwriting.sets import Handwriting, Sample
from recognizer import Model, NoInk, read
from recognizer.glyphs import MARKS

SURE = 0.9  # the confidence from which a wrong digit counts as surely wrong
NO_MARKS = str.maketrans("", "", MARKS)

Answer = dict | None  # Reading.as_dict(), None where no ink was found


@dataclass(frozen=True)
class Verdict:
    """What was read in one picture, held against what it shows.

    `right`: the digit is, or the digits of each line are, or it is said that there is none. `exact`: nothing is added
    or missing, marks included, with layout=auto for single digits; None where that was not asked. `digits` are the
    verdicts and confidences of those answered. Of numbers, `written` counts the true digits, `edits` what is wrong of
    them, and `cells` are those found and those there.
    """

    number: int
    label: str
    text: str
    right: bool
    exact: bool | None = None
    digits: tuple[tuple[str, float], ...] = ()
    written: int = 0
    edits: int = 0
    cells: tuple[int, int] = (0, 0)
    rejected: bool = False
    score: float = 0.0  # how much a picture of one digit or none is taken for a digit

    @property
    def surely_wrong(self) -> bool:
        """Whether a digit that was answered for sure is wrong or not there."""
        return any(verdict != "right" and confidence >= SURE for verdict, confidence in self.digits)


def judge(handwriting: Handwriting, sample: Sample, picture: bytes, model: Model, auto: bool = False) -> Verdict:
    """Read the picture of a sample and judge the answer; `auto`: a single digit is read with layout=auto, too."""
    verdict = JUDGES[handwriting.shows](handwriting, sample, ask(picture, model, handwriting.layout))
    if not auto:
        return verdict
    lines = _lines(ask(picture, model, "auto"))
    exact = lines == [sample.label]
    return replace(verdict, exact=exact, text=verdict.text if exact else f"{verdict.text} (auto: {' '.join(lines)})")


def ask(picture: bytes, model: Model, layout: str) -> Answer:
    """The answer as the API gives it; None where there is no ink."""
    try:
        return read(picture, model, layout).as_dict()
    except NoInk:
        return None


def _digit(handwriting: Handwriting, sample: Sample, answer: Answer) -> Verdict:
    first = answer["digits"][0] if answer else None
    if not first:
        return Verdict(sample.number, sample.label, "", False, rejected=True)
    right = str(first["digit"]) == sample.label
    return Verdict(
        sample.number,
        sample.label,
        str(first["digit"]) + "?" * first["rejected"],
        right,
        digits=(("right" if right else "wrong", first["confidence"]),),
        rejected=first["rejected"],
        score=0.0 if first["rejected"] else first["confidence"],
    )


def _nothing(handwriting: Handwriting, sample: Sample, answer: Answer) -> Verdict:
    first = answer["digits"][0] if answer else None
    score = first["confidence"] if first and not first["rejected"] else 0.0
    digits = (("extra", score),) if score else ()
    text = str(first["digit"]) if first and score else ""
    return Verdict(sample.number, "", text, not score, digits=digits, rejected=not score, score=score)


def _digits(handwriting: Handwriting, sample: Sample, answer: Answer) -> Verdict:
    """Of a string marks do not count, but a rejected digit does."""
    label = sample.label.replace("/", "\n")
    lines = [line for some in _lines(answer) if (line := some.translate(NO_MARKS))]
    return _judge_all(
        Sample(sample.number, label, sample.picture),
        answer,
        right=lines == label.split("\n"),
        edits=matching.edits(matching.digits_of(label), "".join(lines)),
    )


def _number(handwriting: Handwriting, sample: Sample, answer: Answer) -> Verdict:
    right = matching.same_digits(sample.label, _lines(answer), handwriting.order)
    return _judge_all(sample, answer, right, handwriting.order)


def _judge_all(sample: Sample, answer: Answer, right: bool, order: bool = True, edits: int | None = None) -> Verdict:
    """The verdict on a picture of several digits; `edits` are counted here unless they are known."""
    answered = sorted((d for d in (answer or {"digits": []})["digits"] if not d["rejected"]), key=lambda d: d["line"])
    shown, sure = "".join(str(d["digit"]) for d in answered), [d["confidence"] for d in answered]
    truth = matching.digits_of(sample.label)
    found = matching.verdicts(truth, shown, sure, order)
    if edits is None:
        edits = matching.edits(truth, shown) if order else max(len(truth), len(shown)) - found.count("right")
    return Verdict(
        sample.number,
        sample.label,
        "\n".join(_lines(answer)),
        right,
        exact=matching.same_writing(sample.label, _lines(answer), order),
        digits=tuple(zip(found, sure, strict=True)),
        written=len(truth),
        edits=edits,
        cells=_cells(sample.label, answer),
    )


def _cells(label: str, answer: Answer) -> tuple[int, int]:
    """The cells found and those there, where the label is a table; lines without a table are cut at white space."""
    if "\t" not in label:
        return 0, 0
    truth = matching.cells(label)
    rows = [] if answer is None else answer.get("table") or [line.split() for line in answer["lines"]]
    return matching.count_cells(truth, rows), sum(bool(cell) for row in truth for cell in row)


def _lines(answer: Answer) -> list[str]:
    """The lines without white space."""
    return ["".join(line.split()) for line in answer["lines"] if line.strip()] if answer else []


JUDGES: dict[str, Callable[[Handwriting, Sample, Answer], Verdict]] = {
    "digit": _digit,
    "digits": _digits,
    "number": _number,
    "nothing": _nothing,
}
