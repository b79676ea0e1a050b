"""A sheet of what is misread: each picture with what is written and what was read under it."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont, ImageOps

from benchmarks.handwriting.sets import Sample
from benchmarks.handwriting.verdicts import Verdict

COLUMNS = 8
CELL = 180  # pixels, of a picture's longer side
GAP = 12  # pixels
TEXT, LINE = 13, 17  # pixels: the height of letters and of lines
LINES = 8  # of a text that are shown


def draw(pairs: Sequence[tuple[Sample, Verdict]]) -> Image.Image:
    """The sheet, RGB, eight pictures in a row, each as high as it takes."""
    rows = [pairs[start : start + COLUMNS] for start in range(0, len(pairs), COLUMNS)]
    captions = [[_caption(verdict) for _, verdict in row] for row in rows]
    heights = [CELL + 2 * GAP + LINE * max(text.count("\n") + 1 for text in row) for row in captions]
    sheet = Image.new("RGB", (COLUMNS * (CELL + GAP) + GAP, sum(heights) + GAP), "#dddddd")
    brush, font = ImageDraw.Draw(sheet), ImageFont.load_default(TEXT)
    top = GAP
    for row, texts, height in zip(rows, captions, heights, strict=True):
        for column, ((sample, _), text) in enumerate(zip(row, texts, strict=True)):
            left = GAP + column * (CELL + GAP)
            picture = _thumbnail(sample.picture())
            sheet.paste(picture, (left, top + CELL - picture.height))
            brush.multiline_text((left, top + CELL + 2), text, fill="black", font=font, spacing=LINE - TEXT)
        top += height
    return sheet


def _caption(verdict: Verdict) -> str:
    """The sample's number, what is written and what was read."""
    shown = [f"no. {verdict.number}", f"written: {verdict.label or 'no digit'}", f"read: {verdict.text or 'nothing'}"]
    lines = [line.expandtabs(2)[: CELL // 7] for text in shown for line in text.split("\n")[:LINES]]
    return "\n".join(lines)


def _thumbnail(picture: bytes) -> Image.Image:
    """As people see it: upright, on white where it is transparent."""
    with Image.open(io.BytesIO(picture)) as opened:
        upright = ImageOps.exif_transpose(opened).convert("RGBA")
    seen = Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright).convert("RGB")
    return ImageOps.contain(seen, (CELL, CELL))
