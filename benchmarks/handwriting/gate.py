"""Whether a sample of a set is read worse than when its figures were written, and what was lost."""

from __future__ import annotations

import math
from collections.abc import Sequence

from benchmarks.handwriting.figures import FLAWS, Faults, Figures
from benchmarks.handwriting.verdicts import Verdict

ERRORS = 2  # standard errors of a set's share, at the sample's size, that may be lost
FAULTLESS = {"misread": "right", "inexact": "exact"}  # the figures of the pictures without a flaw


def complain(figures: Figures, faulty: Faults, verdicts: Sequence[Verdict]) -> list[str]:
    """What is worse than the figures say, a paragraph for each flaw that became too frequent; [] if nothing is.

    The same pictures are compared: of n, with a share p without a flaw in the whole set, no more than 2·√(n·p·(1 − p))
    may be faulty beyond those that were. A set without any fault has no margin.
    """
    found = []
    for flaw, has_flaw in FLAWS.items():
        asked = [verdict for verdict in verdicts if verdict.exact is not None or flaw != "inexact"]
        now = [verdict for verdict in asked if has_flaw(verdict)]
        before = {verdict.number for verdict in asked} & set(faulty[flaw])
        allowed = margin(_faultless(figures, faulty, flaw), len(asked))
        if len(now) > len(before) + allowed:
            new = [verdict for verdict in now if verdict.number not in before]
            found.append(
                f"{figures.set}: {len(now)} of {len(asked)} are {flaw}, before {len(before)} "
                f"({allowed:.1f} more are allowed). New are:\n" + "\n".join(map(_line, new))
            )
    return found


def margin(share: float, n: int) -> float:
    """Two standard errors of how many of n pictures are read, if a share of all is."""
    return ERRORS * math.sqrt(n * share * (1 - share))


def _faultless(figures: Figures, faulty: Faults, flaw: str) -> float:
    share = getattr(figures, FAULTLESS[flaw]) if flaw in FAULTLESS else 1 - len(faulty[flaw]) / figures.n
    return 1.0 if share is None else share


def _line(verdict: Verdict) -> str:
    return f"  {verdict.number}: {verdict.label!r} was read as {verdict.text!r}"
