"""Strokes as JSON → checked, to be kept, or drawn; boxes in that picture → in the strokes' own units."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from recognizer import PictureTooLarge
from recognizer.encode import encode
from recognizer.strokes import rasterise

MAX_BYTES = 2_000_000  # of JSON, which grows twentyfold as it is parsed; more than any drawing takes
MAX_STROKES = 1000
MAX_POINTS = 20_000
LARGEST = 1e6  # of a coordinate
HEIGHT = 280  # pixels that the strokes are high, as a digit on a canvas of 400
LONGEST = 8 * HEIGHT  # pixels that they are wide at most
MARGIN = 60  # pixels around them
PEN = 18  # pixels; the pen of the drawing page
THINNEST, BROADEST = 1, 100  # pixels; where a pen would be broader, the strokes are drawn smaller
KEPT = 4  # decimals of a drawing's points that are kept: 1/25 of a pixel on a canvas of 400


@dataclass(frozen=True)
class Drawing:
    """A PNG of strokes, `scale` pixels to their unit, its top left corner at `origin`."""

    png: bytes
    scale: float
    origin: np.ndarray

    def own_box(self, box: list[int]) -> list[float]:
        """The x, y, width and height of a box in pixels, in the strokes' own units."""
        x, y = np.array(box[:2]) / self.scale + self.origin
        return [round(float(value), 3) for value in (x, y, box[2] / self.scale, box[3] / self.scale)]


def of_drawing(body: bytes) -> dict[str, list[Any]]:
    """The strokes of a drawing and their `widths`, one each, out of the JSON that its page sends. Raises ValueError.

    All numbers are shares of the canvas' side.
    """
    parsed = _parse(body)
    strokes, _ = _check(parsed)
    widths = parsed.get("widths")
    if not isinstance(widths, list) or len(widths) != len(strokes) or not all(map(_is_width, widths)):
        raise ValueError("Each stroke has the width of its pen among the 'widths', a number above 0.")
    if not strokes:
        raise ValueError("The drawing has no strokes.")
    return {"strokes": [stroke.round(KEPT).tolist() for stroke in strokes], "widths": widths}


def draw(body: bytes) -> Drawing:
    """Draw the JSON `{"strokes": [[[x, y], …], …], "width": …}`, y downwards, in any unit. Raises ValueError."""
    strokes, width = _check(_parse(body))
    points = np.concatenate(strokes) if strokes else np.zeros((1, 2))
    low, extent = points.min(0), np.ptp(points, axis=0)
    scale = HEIGHT / max(extent[1], extent[0] * HEIGHT / LONGEST, (width or 0) * HEIGHT / BROADEST, 1e-9)
    pen = PEN if width is None else max(width * scale, THINNEST)
    margin = MARGIN + pen / 2
    columns, rows = np.ceil(extent * scale + 2 * margin).astype(int)
    ink = rasterise([(stroke - low) * scale + margin for stroke in strokes], pen, (rows, columns))
    return Drawing(encode(255 - ink), scale, low - margin / scale)


def _parse(body: bytes) -> Any:
    if len(body) > MAX_BYTES:
        raise PictureTooLarge(f"The strokes are {len(body)} bytes of JSON; at most {MAX_BYTES} are read.")
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ValueError("This is not valid JSON.") from error


def _check(body: Any) -> tuple[list[np.ndarray], float | None]:
    if not isinstance(body, dict) or not isinstance(strokes := body.get("strokes"), list):
        raise ValueError("Send an object with the member 'strokes', a list of strokes.")
    if not all(isinstance(stroke, list) and stroke for stroke in strokes):
        raise ValueError("Each stroke is a list of one or more points.")
    if len(strokes) > MAX_STROKES or sum(map(len, strokes)) > MAX_POINTS:
        raise ValueError(f"At most {MAX_STROKES} strokes with {MAX_POINTS} points in all are read.")
    if not all(_is_point(point) for stroke in strokes for point in stroke):
        raise ValueError(f"Each point is [x, y], two numbers from -{LARGEST:.0f} to {LARGEST:.0f}.")
    width = body.get("width")
    if width is not None and not _is_width(width):
        raise ValueError("The width of the pen is a number above 0, in the unit of the points.")
    return [np.array(stroke, np.float64) for stroke in strokes], width


def _is_point(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(_is_number, value))


def _is_width(value: Any) -> bool:
    return _is_number(value) and value > 0


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) <= LARGEST  # neither true nor NaN
