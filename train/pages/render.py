"""A crop of a rendered page, by its number: the same number always gives the same crop."""

from __future__ import annotations

import numpy as np

from train.pages.camera import photograph
from train.pages.hands import Hands
from train.pages.kinds import FORMS, KINDS, Kind, nothing, printed
from train.pages.sheet import Sheet
from train.pages.writing import Writer, style

BLANK = 0.22  # share of the forms that nobody has filled in
STRUCK = 0.04  # share of the sheets on which a glyph is crossed out

SHARES = np.array(list(KINDS.values())) / sum(KINDS.values())


def render(hands: Hands, seed: int | tuple[int, ...], kind: Kind | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Return a tile (TILE, TILE) uint8 and its glyphs (n, 5): class, centre x and y, width, height, in pixels."""
    rng = np.random.default_rng(seed)
    chosen = kind or list(KINDS)[rng.choice(len(KINDS), p=SHARES)]
    sheet = Sheet(rng, blank=chosen in FORMS and rng.random() < BLANK, grey=int(rng.integers(60, 256)))
    chosen(sheet, hands)
    if not sheet.plain and rng.random() < 0.06:
        (printed if rng.random() < 0.6 else nothing)(sheet, hands)
    if sheet.glyphs and rng.random() < STRUCK:
        _strike(sheet, hands)
    return photograph(sheet, rng)


def _strike(sheet: Sheet, hands: Hands) -> None:
    """Cross out a glyph, which is writing no more digit or mark."""
    struck = sheet.glyphs.pop(sheet.rng.integers(len(sheet.glyphs)))
    Writer(sheet, hands, style(hands, sheet.rng)).cross_out(struck.points, float(np.ptp(struck.points[:, 1])))
