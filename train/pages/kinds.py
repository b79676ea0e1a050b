"""The kinds of pages: each function writes and prints on a sheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from recognizer.glyphs import OTHER
from train.pages import numbers, paper
from train.pages.hands import Hands
from train.pages.sheet import SIDE, Glyph, Sheet
from train.pages.writing import Writer, style

Kind = Callable[[Sheet, Hands], None]


Box = tuple[float, float, float, float]


def free(sheet: Sheet, hands: Hands) -> None:
    """Numbers on plain paper, of one hand or several."""
    rng, writer = sheet.rng, _writer(sheet, hands)
    height, y, same = _size(rng, 9, 150), rng.uniform(-5, 60), rng.random() < 0.6
    if rng.random() < 0.2:
        paper.rule(sheet, _size(rng, 5, 60))
    while y + height < SIDE:
        x = rng.uniform(-5, 110)
        while x < SIDE - height / 2:
            x = writer.write(numbers.some(rng), x, y, height, SIDE) + height * rng.uniform(0.7, 3)
            writer = writer if same else _writer(sheet, hands)
            if rng.random() < 0.5:
                break
        y += height * rng.uniform(1.25, 2.6)
        if rng.random() < 0.2:
            break
    if rng.random() < 0.15 and sheet.glyphs:
        sheet.window = _crop(rng, sheet.glyphs[-int(rng.integers(1, 6)) :], height)


def scatter(sheet: Sheet, hands: Hands) -> None:
    """Digits of all sizes, strewn about a sheet."""
    rng, taken = sheet.rng, np.zeros((0, 4))
    most = rng.choice([30, 80, 200])
    for _ in range(rng.integers(4, 26)):
        height = _size(rng, 8, most)
        x, y = rng.uniform(0, max(SIDE - height, 1), 2)
        box = np.array([x - 4, y - 4, x + height + 4, y + height + 4])
        if not _is_free(box, taken):
            continue
        taken = np.vstack([taken, box])
        _writer(sheet, hands).write(numbers.digits(rng, 1, 1), x, y, height)


def cell(sheet: Sheet, hands: Hands) -> None:
    """One cell of a table, cut out so tightly that its walls are shown, in part or whole."""
    rng, writer = sheet.rng, _writer(sheet, hands)
    height = _size(rng, 18, 130)
    what = numbers.digits(rng, 1, 4) if rng.random() < 0.7 else numbers.some(rng)
    width = min(numbers.width(what, height) * rng.uniform(1.05, 2.4), SIDE * 1.1)
    tall = min(height * rng.uniform(1.05, 2.2), SIDE)
    left, top = (SIDE - width) / 2 + rng.uniform(-30, 30), (SIDE - tall) / 2 + rng.uniform(-30, 30)
    right, bottom = left + width, top + tall
    pen = max(1, int(writer.how.pen * height))
    wall = pen if rng.random() < 0.35 else int(rng.choice([1, 1, 2, 2, 3, 4, 6, 8]))
    sheet.grey = int(rng.integers(110, 256)) if rng.random() < 0.7 else writer.how.level
    over = rng.uniform(0, 14) if rng.random() < 0.6 else 0.0
    lean = rng.normal(0, 2, 4)
    sides = [
        ((left - over, top), (right + over, top + lean[0])),
        ((left - over, bottom), (right + over, bottom + lean[1])),
        ((left, top - over), (left + lean[2], bottom + over)),
        ((right, top - over), (right + lean[3], bottom + over)),
    ]
    for start, end in sides:
        if rng.random() < 0.85:
            sheet.line(start, end, wall)
    space = max(width - numbers.width(what, height), 3)
    writer.write(what, left + rng.uniform(-0.05, 0.7) * space, top + rng.uniform(-0.1, 1.05) * (tall - height), height)
    for _ in range(rng.integers(0, 3)):
        _intrude(sheet, writer, height, (left, top, right, bottom))
    if rng.random() < 0.8:
        sheet.window = _window(rng, (left, top, right, bottom), wall, height)


def comb(sheet: Sheet, hands: Hands) -> None:
    """Rows of boxes for one digit each, with walls of their own or shared, or open ones."""
    rng, writer = sheet.rng, _writer(sheet, hands)
    height = _size(rng, 10, 80)
    width, tall = height * rng.uniform(0.8, 1.7), height * rng.uniform(1.05, 1.7)
    gap = 0.0 if rng.random() < 0.7 else width * rng.uniform(0.08, 0.6)
    wall = int(rng.choice([1, 1, 2, 2, 3, 4, max(1, int(writer.how.pen * height))]))
    form, look = (
        str(rng.choice(["box", "comb", "line"], p=[0.75, 0.15, 0.1])),
        str(rng.choice(["", "", "", "dots", "dashes"])),
    )
    guides = str(rng.choice(["", "", "DDMMYYYY", "DMY", "12345678", "0"]))
    y = rng.uniform(-10, 70)
    while y < SIDE - tall / 2:
        x = rng.uniform(-width, 60)
        if rng.random() < 0.4:
            paper.text(sheet, x, y - rng.uniform(12, 18), rng.uniform(8, 14))
        for number in range(rng.integers(2, 12)):
            if form == "box":
                sheet.box(x, y, x + width, y + tall, wall, look)
            else:
                sheet.line((x, y + tall), (x + width * (0.85 if form == "line" else 1), y + tall), wall)
            if form == "comb":
                sheet.line((x, y + tall * 0.65), (x, y + tall), wall)
                sheet.line((x + width, y + tall * 0.65), (x + width, y + tall), wall)
            if guides:
                _guide(sheet, guides[number % len(guides)], (x, y, width, tall))
            _fill(sheet, writer, (x, y, width, tall), height)
            x += width + gap
            if rng.random() < 0.12:
                mark = str(rng.choice(list("/-.")))
                if rng.random() < 0.5:
                    writer.write(mark, x, y, height)
                else:
                    paper.text(sheet, x + 0.15 * width, y + 0.2 * tall, 0.7 * tall, mark)
                x += width * 0.6
        y += tall * rng.uniform(1.0 if gap == 0 else 1.2, 2.4)
        if rng.random() < 0.25:
            break


def table(sheet: Sheet, hands: Hands) -> None:
    """A table whose cells hold numbers, or nothing, or words."""
    rng, writer = sheet.rng, _writer(sheet, hands)
    height = _size(rng, 9, 50)
    tall, most = height * rng.uniform(1.1, 2.3), int(rng.integers(1, 5))
    typical = numbers.width("0" * most, height) * rng.uniform(1.2, 2.4)
    widths = typical * (rng.uniform(0.7, 1.6, 40) if rng.random() < 0.4 else np.ones(40))
    columns = rng.uniform(-60, 30) + np.concatenate([[0], np.cumsum(widths)])
    columns = columns[: int(rng.integers(3, 9)) if rng.random() < 0.6 else 40]
    rows = rng.uniform(-30, 40) + tall * np.arange(int(rng.integers(1, 14)) + 1)
    columns, rows = _reach(columns), _reach(rows)
    wall, look = int(rng.choice([1, 1, 1, 2, 2, 3, 5])), str(rng.choice(["", "", "", "", "dots", "dashes"]))
    sheet.grey = int(rng.integers(60, 256))
    if rng.random() < 0.92:
        for y in rows:
            sheet.line((columns[0], y), (columns[-1], y), wall, look)
    if rng.random() < 0.9:
        for x in columns:
            sheet.line((x, rows[0]), (x, rows[-1]), wall, look)
    empty, headed = rng.choice([0.03, 0.3, 0.7]), rng.random() < 0.4
    in_print = sheet.blank and rng.random() < 0.5
    for y in rows[:-1]:
        for number, (x, end) in enumerate(pairwise(columns)):
            if headed and (number == 0 or y == rows[0]):
                paper.text(sheet, x + 3, y + tall * 0.2, min(tall * 0.5, 18))
            elif in_print and rng.random() >= empty:
                paper.text(sheet, x + 3, y + tall * 0.2, height * 0.8, numbers.digits(rng, 1, most))
            elif rng.random() >= empty:
                _enter(writer, x, end, y, height, tall, most)
    if rng.random() < 0.25:
        sheet.window = (columns[0] - 4, rows[0] - 4, columns[-1] + 4, rows[-1] + 4)


def ruled(sheet: Sheet, hands: Hands) -> None:
    """A notebook: numbers in rows on ruled, squared or dotted paper."""
    rng, writer = sheet.rng, _writer(sheet, hands)
    step = _size(rng, 6, 70)
    sheet.grey = int(rng.integers(40, 220))
    first = paper.rule(sheet, step)
    height = float(np.clip(step * (rng.uniform(0.5, 1.7) if rng.random() < 0.75 else rng.uniform(1.7, 6)), 9, 100))
    x0, listed = rng.uniform(0, 100), rng.random() < 0.5
    write = [numbers.code, numbers.some, numbers.amount, numbers.digits, numbers.signed][rng.integers(5)]
    for y in np.arange(first - height * rng.uniform(0.75, 1.1), SIDE, step * max(1, round(height * 1.2 / step))):
        x = x0 + rng.normal(0, 0.1 * height) if listed else rng.uniform(0, 120)
        while x < SIDE:
            before = len(sheet.glyphs)
            x = writer.write(write(rng), x, y, height, SIDE) + height * rng.uniform(0.8, 2)
            if listed or rng.random() < 0.6:
                break
        if rng.random() < 0.12:
            break
    if rng.random() < 0.3 and before < len(sheet.glyphs):
        sheet.window = _crop(rng, sheet.glyphs[before:], height)


def cheque(sheet: Sheet, hands: Hands) -> None:
    """An amount or a date on a cheque: a patterned ground, a baseline, a box, print about it."""
    rng, writer = sheet.rng, _writer(sheet, hands)
    height = _size(rng, 12, 110)
    if rng.random() < 0.8:
        paper.ground(sheet)
    what = numbers.amount(rng) if rng.random() < 0.6 else numbers.date(rng)
    x, y = rng.uniform(5, 80), rng.uniform(20, 190)
    if rng.random() < 0.5:
        label = str(rng.choice(["$", "Rs.", "Date", "EUR"]))
        x += paper.text(sheet, x, y + height * 0.3, height * rng.uniform(0.3, 0.9), label) + 4
    if rng.random() < 0.5:
        level = y + height * rng.uniform(0.9, 1.2)
        sheet.line((x - 5, level), (SIDE, level + rng.normal(0, 2)), int(rng.choice([1, 1, 2])))
    if rng.random() < 0.3:
        right = x + numbers.width(what, height) * rng.uniform(1.05, 1.4)
        sheet.box(x - height * 0.2, y - height * 0.3, right, y + height * 1.4, int(rng.choice([1, 2, 3])))
    x = writer.write(what, x, y, height)
    number = sheet.glyphs[:]
    if rng.random() < 0.15:
        _fraction(writer, x, y, height)
    if rng.random() < 0.15:
        _fill_up(sheet, writer, x + height * rng.uniform(0.1, 0.5), y + height * rng.uniform(0.4, 0.9), height)
    paper.captions(sheet, int(rng.integers(0, 5)))
    if rng.random() < 0.3:
        writer.word(rng.uniform(-30, 150), y + height * rng.uniform(1.4, 3), height)
    if rng.random() < 0.45 and number:
        sheet.window = _crop(rng, number, height)


def equations(sheet: Sheet, hands: Hands) -> None:
    """Equations with unknowns, sums with brackets, systems with a brace."""
    rng, writer = sheet.rng, _writer(sheet, hands)
    height, y = _size(rng, 10, 80), rng.uniform(0, 50)
    if rng.random() < 0.25:
        paper.rule(sheet, height * rng.uniform(1, 2))
    writer.how.gap = rng.uniform(0.05, 0.6)
    write = numbers.equation if rng.random() < 0.65 else numbers.term
    x0, top = rng.uniform(0, 80), y
    while y + height < SIDE:
        writer.write(write(rng), x0 + rng.normal(0, height * 0.3), y, height, SIDE)
        y += height * rng.uniform(1.25, 2.4)
        if rng.random() < 0.15:
            break
    if rng.random() < 0.4:
        _brace(sheet, writer, x0 - height * rng.uniform(0.5, 1), top, y, height)


def close(sheet: Sheet, hands: Hands) -> None:
    """Writing from so near that no digit is seen whole: there is none to be found at this scale."""
    rng, writer = sheet.rng, _writer(sheet, hands)
    height = _size(rng, 260, 700)
    what = numbers.digits(rng, 1, 3)
    writer.write(what, rng.uniform(-0.5, 0.3) * height, rng.uniform(-0.6, 0.2) * height, height)
    sheet.glyphs.clear()


def letters(sheet: Sheet, hands: Hands) -> None:
    """Words and letters by hand, with few numbers or none."""
    rng, writer = sheet.rng, _writer(sheet, hands)
    height, y = _size(rng, 9, 80), rng.uniform(-5, 40)
    share = rng.choice([0.0, 0.3, 0.6])
    if rng.random() < 0.3:
        paper.rule(sheet, height * rng.uniform(1.2, 2))
    while y + height < SIDE:
        x = rng.uniform(-10, 60)
        while x < SIDE - height:
            kind = rng.random()
            if kind < share:
                x = writer.write(numbers.some(rng), x, y, height, SIDE)
            elif kind < 0.65:
                x = writer.word(x, y, height)
            else:
                spelt = "".join(numbers.letter(rng) for _ in range(rng.integers(1, 8)))
                x = writer.write(spelt, x, y, height, SIDE)
            x += height * rng.uniform(0.4, 1.2)
        y += height * rng.uniform(1.4, 2.2)


def canvas(sheet: Sheet, hands: Hands) -> None:
    """A drawing: one number or a few, with a pen of any width, on a plain ground."""
    rng = sheet.rng
    writer = Writer(sheet, hands, style(hands, rng, pens=(0.03, 0.25)))
    writer.how.level, writer.how.brush = 255, False
    what = numbers.digits(rng, 1, 7) if rng.random() < 0.6 else numbers.some(rng)
    height = float(np.clip(SIDE * rng.uniform(0.4, 1.0) / numbers.width(what, 1), 12, 220))
    y = rng.uniform(0.0, max(SIDE - height, 1))
    writer.write(what, rng.uniform(0, 60), y, height)
    if rng.random() < 0.25:
        writer.write(numbers.some(rng), rng.uniform(0, 60), (y + 1.5 * height) % SIDE, height)
    sheet.plain = True


def desk(sheet: Sheet, hands: Hands) -> None:
    """A large sheet from afar: small digits, faint ones among them."""
    rng, writer = sheet.rng, _writer(sheet, hands)
    taken = np.zeros((0, 4))
    most = rng.choice([16, 30, 60])
    sheet.on_desk = True
    if rng.random() < 0.2:
        sheet.grey = int(rng.integers(20, 120))
        paper.rule(sheet, rng.uniform(5, 14))
    for _ in range(rng.integers(2, 16)):
        height = _size(rng, 8, most)
        what = numbers.digits(rng, 1, 1) if rng.random() < 0.6 else numbers.some(rng)
        x, y = rng.uniform(20, SIDE - 40, 2)
        box = np.array([x - 3, y - 3, x + numbers.width(what, height) + 3, y + height + 3])
        if _is_free(box, taken):
            taken = np.vstack([taken, box])
            writer.how.level = int(rng.integers(70, 256))
            writer.write(what, x, y, height)


def printed(sheet: Sheet, hands: Hands) -> None:
    """Print alone: a page, a form, labels, numbers among them; maybe with a signature."""
    rng = sheet.rng
    sheet.grey = int(rng.integers(90, 256))
    if rng.random() < 0.3:
        paper.ground(sheet)
    if rng.random() < 0.7:
        paper.paragraphs(sheet)
    paper.captions(sheet, int(rng.integers(0, 8)))
    paper.strokes(sheet, int(rng.integers(0, 5)))
    if rng.random() < 0.3:
        _writer(sheet, hands).word(rng.uniform(-30, 200), rng.uniform(0, 250), _size(rng, 15, 90))


def nothing(sheet: Sheet, hands: Hands) -> None:
    """No writing: textures, grounds at any magnification, lines, scribbles, drawings, specks."""
    rng = sheet.rng
    if rng.random() < 0.6:
        paper.ground(sheet, coarsest=120)
    if rng.random() < 0.35:
        paper.ground(sheet)
    if rng.random() < 0.4:
        paper.strokes(sheet, int(rng.integers(1, 12)))
    if rng.random() < 0.3:
        clouds = paper.texture(rng, int(rng.integers(5, 120)))
        cut = np.clip((clouds - rng.uniform(0.3, 0.9)) * rng.uniform(2, 12), 0, 1)
        np.maximum(sheet.print, (cut * rng.uniform(30, 220)).astype(np.uint8), out=sheet.print)
    for _ in range(rng.integers(0, 4)):
        _scribble(sheet)
    for _ in range(rng.integers(0, 30) if rng.random() < 0.2 else 0):
        speck = rng.uniform(0, SIDE, 2)
        sheet.stroke((speck + rng.normal(0, 2, (3, 2))).astype(np.float32), rng.uniform(1, 4))


KINDS: dict[Kind, float] = {
    free: 0.11,
    scatter: 0.08,
    cell: 0.15,
    comb: 0.11,
    table: 0.13,
    ruled: 0.1,
    cheque: 0.13,
    equations: 0.16,
    close: 0.05,
    letters: 0.12,
    canvas: 0.13,
    desk: 0.06,
    printed: 0.16,
    nothing: 0.1,
}
FORMS = {cell, comb, table, ruled, cheque}  # what is printed to be filled in


def _writer(sheet: Sheet, hands: Hands) -> Writer:
    return Writer(sheet, hands, style(hands, sheet.rng))


def _size(rng: np.random.Generator, least: float, most: float) -> float:
    return float(np.exp(rng.uniform(np.log(least), np.log(most))))


def _reach(walls: np.ndarray) -> np.ndarray:
    """The walls of a table, as far as the sheet reaches and one beyond."""
    return walls[: max(2, int(np.searchsorted(walls, SIDE)) + 1)]


def _is_free(box: np.ndarray, taken: np.ndarray) -> bool:
    """Whether a box (left, top, right, bottom) meets none of those taken (n, 4)."""
    apart = (taken[:, 0] > box[2]) | (taken[:, 2] < box[0]) | (taken[:, 1] > box[3]) | (taken[:, 3] < box[1])
    return bool(apart.all())


def _window(rng: np.random.Generator, box: Box, wall: int, height: float) -> tuple[float, float, float, float]:
    """Where a cell is cut out: on its walls, a little outside, or so that some walls are cut away."""
    left, top, right, bottom = box
    inset = [
        rng.uniform(wall, wall + 0.05 * height) if rng.random() < 0.2 else -rng.uniform(-wall, 10) for _ in range(4)
    ]
    return left + inset[0], top + inset[1], right - inset[2], bottom - inset[3]


def _crop(rng: np.random.Generator, glyphs: Sequence[Glyph], height: float) -> Box:
    """Where a number is cut out, by its glyphs; a little of it may be cut away, and something beside it be left."""
    left, top, right, bottom = rng.uniform(-0.06, rng.choice([0.3, 1.2]), 4) * height
    points = np.concatenate([glyph.points for glyph in glyphs])
    (x, y), (x_end, y_end) = points.min(0), points.max(0)
    return x - left, y - top, x_end + right, y_end + bottom


def _intrude(sheet: Sheet, writer: Writer, height: float, box: Box) -> None:
    """What reaches into a cell from next door."""
    rng = sheet.rng
    left, top, right, bottom = box
    if rng.random() < 0.5:
        place = np.array([rng.uniform(left, right), rng.choice([top, bottom])])
        reach = np.array([rng.normal(0, height * 0.2), rng.uniform(-0.15, 0.15) * height])
    else:
        place = np.array([rng.choice([left, right]), rng.uniform(top, bottom)])
        reach = np.array([rng.uniform(-0.12, 0.12) * height, rng.normal(0, height * 0.2)])
    sheet.stroke(np.array([place - reach, place + reach], np.float32), writer.how.pen * height, writer.how.level)


def _fraction(writer: Writer, x: float, y: float, height: float) -> None:
    """Cents in hundredths after an amount, smaller and raised, maybe with a line under them."""
    rng, small = writer.rng, height * writer.rng.uniform(0.5, 0.8)
    end = writer.write(numbers.hundredths(rng), x + 0.2 * height, y - rng.uniform(0, 0.2) * height, small)
    if rng.random() < 0.3:
        level = y + small * rng.uniform(1.05, 1.3)
        line = np.array([(x + 0.2 * height, level), (end, level + rng.normal(0, 0.05 * height))], np.float32)
        writer.sheet.stroke(line, writer.how.pen * height, writer.how.level)


def _fill_up(sheet: Sheet, writer: Writer, x: float, y: float, height: float) -> None:
    """A long line, straight or wavy, after an amount, so that nobody adds to it."""
    rng = sheet.rng
    along = np.linspace(0, rng.uniform(1.5, 5), 40)
    waves = rng.choice([0.0, rng.uniform(0.05, 0.15)]) * np.sin(along * rng.uniform(4, 12))
    points = (np.stack([along, waves], 1) * height + (x, y)).astype(np.float32)
    sheet.stroke(points, writer.how.pen * height, writer.how.level)
    sheet.add(OTHER, points, writer.how.pen * height)


def _guide(sheet: Sheet, character: str, box: Box) -> None:
    """Print what belongs into a box: small below it or in a corner, or pale where it will be written upon."""
    rng = sheet.rng
    x, y, width, tall = box
    grey, kind = sheet.grey, rng.random()
    if kind < 0.4:
        paper.text(sheet, x + 0.35 * width, y + tall + 2, 0.3 * tall, character)
    elif kind < 0.7:
        paper.text(sheet, x + 2, y + 2, 0.3 * tall, character)
    else:
        sheet.grey = int(rng.uniform(0.1, 0.35) * grey)
        paper.text(sheet, x + 0.2 * width, y + 0.15 * tall, 0.7 * tall, character)
        sheet.grey = grey


def _fill(sheet: Sheet, writer: Writer, box: Box, height: float) -> None:
    """A box for one digit: filled, crossed out, ticked, or empty."""
    rng = sheet.rng
    x, y, width, tall = box
    kind = rng.random()
    if kind < 0.75:
        own = height * rng.uniform(0.8, 1.1)
        left = x + rng.uniform(0.0, 0.6) * max(width - 0.6 * height, 2)
        writer.write(numbers.digits(rng, 1, 1), left, y + rng.uniform(-0.1, 1.1) * (tall - own), own)
    elif kind < 0.8:
        lines = [(x + 2, y + 2, x + width - 2, y + tall - 2), (x + width - 2, y + 2, x + 2, y + tall - 2)]
        ends = [np.array(line, np.float32).reshape(2, 2) for line in lines]
        for line in ends[: rng.integers(1, 3)]:
            sheet.stroke(line, writer.how.pen * height, writer.how.level)
    elif kind < 0.84:
        writer.write(numbers.letter(rng), x + 0.2 * width, y + 0.1 * tall, height * 0.9)


def _enter(writer: Writer, left: float, right: float, y: float, height: float, tall: float, most: int) -> None:
    """Write into a cell of a table."""
    rng = writer.rng
    kind = rng.random()
    what = numbers.digits(rng, 1, most)
    if kind < 0.12:
        what = numbers.signed(rng)
    elif kind < 0.2:
        what = numbers.some(rng)
    elif kind < 0.25:
        what = numbers.letter(rng)
    elif kind < 0.28:
        what = "-"
    space = max(right - left - numbers.width(what, height), 2)
    own = height * rng.uniform(0.85, 1.1)
    writer.write(what, left + rng.uniform(0.02, 0.8) * space, y + rng.uniform(0, 1) * (tall - own), own, right)


def _brace(sheet: Sheet, writer: Writer, x: float, top: float, bottom: float, height: float) -> None:
    """A brace to the left of a system of equations, which is no bracket."""
    along = np.linspace(0, 1, 25)
    bulge = height * sheet.rng.uniform(0.1, 0.3)
    shape = np.where(np.abs(along - 0.5) < 0.06, -1.0, 0.0) + 0.8 * (np.abs(along - 0.5) > 0.46)
    points = np.stack([x + bulge * shape, top + (bottom - top) * along], 1).astype(np.float32)
    sheet.stroke(points, writer.how.pen * height, writer.how.level)
    sheet.add(OTHER, points, writer.how.pen * height)


def _scribble(sheet: Sheet) -> None:
    rng = sheet.rng
    steps = rng.normal(0, rng.uniform(2, 12), (int(rng.integers(8, 60)), 2))
    path = np.cumsum(steps, 0) + rng.uniform(0, SIDE, 2)
    sheet.stroke(path.astype(np.float32), rng.uniform(1, 9), int(sheet.rng.integers(90, 256)))
