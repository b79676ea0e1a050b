"""What people write down: numbers, amounts, dates, times, sums and equations, as text."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"  # without those that are written like 0 and 1
UNKNOWNS = "abcdkmnpqrtwxyzxyzxyz"  # of equations
UNITS = ("kg", "cm", "m", "km", "h", "C", "R", "A", "B", "th", "nd", "s", "x")

Rng = np.random.Generator


def digits(rng: Rng, fewest: int = 1, most: int = 5) -> str:
    """Digits in a row; each is as likely as any other, but at the end of some a 1, which there is easily overlooked."""
    row = "".join(map(str, rng.integers(0, 10, int(rng.integers(fewest, most + 1)))))
    if len(row) > 1 and rng.random() < 0.1:
        return "1" + row[1:] if rng.random() < 0.5 else row[:-1] + "1"
    return row


def rounded(rng: Rng) -> str:
    """A whole number of tens, hundreds or thousands."""
    return digits(rng, 1, 2) + "0" * int(rng.integers(1, 4))


def amount(rng: Rng) -> str:
    """A sum of money as on cheques, bills and in ledgers."""
    whole, cents = str(rng.integers(0, 3000)), f"{rng.choice([0, 0, 50, int(rng.integers(0, 100))]):02d}"
    thousands = f"{rng.integers(1, 999)},{rng.integers(0, 1000):03d}"
    kind = rng.random()
    if kind < 0.45:
        return f"{whole}.{cents}"
    if kind < 0.6:
        return f"{whole}{rng.choice(['/-', '/=', '/-', '.-', '-'])}"
    if kind < 0.7:
        return f"{whole},{cents}"
    if kind < 0.85:
        return thousands + (f".{cents}" if rng.random() < 0.4 else "")
    return f"{thousands}/-" if rng.random() < 0.4 else thousands.replace(",", ".") + f",{cents}"


def hundredths(rng: Rng) -> str:
    """Cents as a fraction, as on cheques."""
    return f"{rng.choice(['00', '00', f'{rng.integers(0, 100):02d}'])}/100"


def date(rng: Rng) -> str:
    """A date with slashes, points or dashes."""
    year = f"{rng.choice(['20', '20', '', '19'])}{rng.integers(0, 100):02d}"
    day, month = rng.integers(1, 32), rng.integers(1, 13)
    parts = [f"{part:02d}" if rng.random() < 0.4 else str(part) for part in (day, month)] + [year]
    return str(rng.choice(["/", "/", "/", ".", "-"])).join(parts if rng.random() < 0.8 else parts[:2])


def clock(rng: Rng) -> str:
    """A time of the day, or of a run."""
    return f"{rng.integers(0, 24)}:{rng.integers(0, 60):02d}" + (f":{rng.integers(0, 60):02d}" * (rng.random() < 0.2))


def signed(rng: Rng) -> str:
    """A negative number, or one with its plus; some write the sign behind it."""
    sign, number = rng.choice(["-", "-", "-", "+"]), rounded(rng) if rng.random() < 0.25 else digits(rng, 1, 3)
    if rng.random() < 0.1:
        return f"{number}{sign}"
    return f"{sign}{number}" + f".{rng.integers(0, 10)}" * (rng.random() < 0.2)


def code(rng: Rng) -> str:
    """Numbers joined by a dash, or with a letter."""
    joined = f"{digits(rng, 1, 4)}-{digits(rng, 1, 4)}"
    return (
        joined
        if rng.random() < 0.6
        else digits(rng, 2, 4) + letter(rng) + ("-" + digits(rng) if rng.random() < 0.5 else "")
    )


def share(rng: Rng) -> str:
    """A percentage, a decimal, or a fraction."""
    kind = rng.random()
    if kind < 0.4:
        return f"{rng.integers(0, 101)}%"
    if kind < 0.75:
        return f"{rng.integers(0, 100)}.{digits(rng, 1, 2)}"
    return f"{rng.integers(1, 100)}/{rng.integers(1, 101)}"


def measure(rng: Rng) -> str:
    """A number with its unit."""
    return digits(rng, 1, 3) + " " * (rng.random() < 0.3) + str(rng.choice(UNITS))


def term(rng: Rng) -> str:
    """A sum of numbers, maybe in brackets."""
    signs = ["+", "-", "/", "+", "-", "x", ":", "="]
    one, two, three = (str(rng.integers(0, 100)) for _ in range(3))
    kind = rng.random()
    if kind < 0.5:
        return one + str(rng.choice(signs)) + two + "=" * (rng.random() < 0.5)
    if kind < 0.85:
        return f"({one}{rng.choice(signs[:2])}{two}){rng.choice(signs)}{three}"
    return f"({one})" if rng.random() < 0.5 else f"({one},{two})"


def equation(rng: Rng) -> str:
    """A linear equation with unknowns."""
    parts = [
        str(rng.integers(2, 100)) * (rng.random() < 0.5) + str(rng.choice(list(UNKNOWNS)))
        for _ in range(rng.integers(1, 4))
    ]
    left = "".join(part + str(rng.choice(["+", "-"])) for part in parts[:-1]) + parts[-1]
    right = str(rng.integers(-20, 300)) if rng.random() < 0.85 else str(rng.choice(list(UNKNOWNS)))
    return f"{left}={right}" if rng.random() < 0.85 else f"{parts[0]}({left})={right}"


def letter(rng: Rng) -> str:
    """A letter that is written like no digit everywhere."""
    return LETTERS[rng.integers(len(LETTERS))]


MIXTURE: list[tuple[float, Callable[[Rng], str]]] = [
    (0.4, digits),
    (0.15, amount),
    (0.14, date),
    (0.03, clock),
    (0.09, signed),
    (0.04, code),
    (0.05, share),
    (0.03, measure),
    (0.07, term),
]


def some(rng: Rng) -> str:
    """Something with a number in it."""
    kind = rng.choice(len(MIXTURE), p=[part for part, _ in MIXTURE])
    return MIXTURE[kind][1](rng)


def width(text: str, height: float) -> float:
    """About how wide a text is whose digits are `height` high."""
    return sum(0.3 if character in ".,:1/-" else 0.65 for character in text) * height
