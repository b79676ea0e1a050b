"""Touching digits: where a piece of ink may be cut in two, along paths that cross as little ink as they can."""

from __future__ import annotations

import cv2
import numpy as np

from recognizer.scale import resize

HEIGHT = 40  # pixels that a piece is reduced to before paths are sought
STEP = 0.03  # what a row costs on paper, so that paths go straight where no ink stands in the way
SLANT = 0.05  # what a step to the side costs besides
MARGIN = 0.2  # of the height; so near to either end there is nothing to cut off
NEIGHBOURS = 3  # pixels of the reduced picture; two cuts are not closer
MOST_INK = 16.0  # pixels of ink, of the reduced height, that a cut may cross


def seams(ink: np.ndarray, most: int) -> list[np.ndarray]:
    """Return at most `most` cuts of a piece's ink (height, width) uint8, from the left, each as a column for each row.

    The cheapest path from top to bottom through each column, as in seam carving (Avidan & Shamir 2007), where it is
    cheaper than through the columns beside it.
    """
    small = resize(ink, HEIGHT / ink.shape[0], cv2.INTER_AREA) / np.float32(255)
    margin = round(MARGIN * HEIGHT)
    if small.shape[1] <= 2 * margin:
        return []
    down, up = _cheapest(small), _cheapest(small[::-1])[::-1]
    middle = HEIGHT // 2
    through = down[middle] + up[middle] - small[middle]
    columns = _valleys(through, margin)
    chosen = sorted(columns, key=lambda column: through[column])[:most]
    paths = [
        np.concatenate([_path(down, middle, column), _path(up[::-1], HEIGHT - 1 - middle, column)[-2::-1]])
        for column in chosen
    ]
    rows = np.minimum(np.arange(ink.shape[0]) * HEIGHT // ink.shape[0], HEIGHT - 1)
    scale = ink.shape[1] / small.shape[1]
    unique = {tuple(path): path for path in sorted(paths, key=lambda path: path[middle])}
    return [np.round((path[rows] + 0.5) * scale).astype(int) for path in unique.values()]


def _cheapest(cost: np.ndarray) -> np.ndarray:
    """What the cheapest path from the first row to each pixel costs."""
    total = cost + STEP
    side = np.full(1, np.inf, np.float32)
    for row in range(1, len(total)):
        above = total[row - 1]
        left, right = np.concatenate([side, above[:-1]]) + SLANT, np.concatenate([above[1:], side]) + SLANT
        total[row] += np.minimum(above, np.minimum(left, right))
    return total


def _path(total: np.ndarray, row: int, column: int) -> np.ndarray:
    """The columns of the cheapest path from the first row to a pixel."""
    columns = [column]
    for above in total[row - 1 :: -1] if row else ():
        reach = range(max(column - 1, 0), min(column + 2, len(above)))
        column = min(reach, key=lambda c: above[c] + SLANT * (c != column))
        columns.append(column)
    return np.array(columns[::-1])


def _valleys(values: np.ndarray, margin: int) -> list[int]:
    """Where values are lowest among their neighbours, and low enough to cut."""
    return [
        column
        for column in range(margin, len(values) - margin)
        if values[column] <= MOST_INK
        and values[column] < values[column - 1]
        and values[column] <= values[column : column + NEIGHBOURS + 1].min()
    ]
