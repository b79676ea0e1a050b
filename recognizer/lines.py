"""Pieces → lines of writing, top to bottom, each as groups of pieces that lie one above the other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recognizer.pieces import Pieces

TALL = 0.5  # of the usual height; lower pieces are parts of digits, or none
ABREAST = 0.4  # of the lower one's height, that two pieces of a line share
ABOVE = 0.65  # of the narrower one's width, that pieces share which lie one above the other
REACH = 4.0  # usual heights; how far to the left a line's next piece is looked for
NEAR = 0.6  # usual heights; how far a low piece is from what it belongs to

Group = list[int]  # numbers of pieces


def usual_height(pieces: Pieces, numbers: np.ndarray) -> float:
    """The height in pixels that half of the ink of these pieces is in pieces lower than."""
    heights = pieces.boxes[numbers, 3]
    if len(heights) == 1:
        return float(heights[0])
    order = np.argsort(heights)
    mass = np.cumsum(pieces.mass[numbers][order])
    return float(heights[order][np.searchsorted(mass, mass[-1] / 2)])


def lines(pieces: Pieces, numbers: np.ndarray, height: float) -> list[list[Group]]:
    """Put pieces in lines: tall ones follow a neighbour abreast of them, low ones join what is near."""
    boxes = pieces.boxes
    tall = boxes[numbers, 3] >= TALL * height
    found: list[list[int]] = []
    last: list[int] = []  # of each line, what reaches furthest to the right
    for number in numbers[tall][np.argsort(boxes[numbers[tall], 0], kind="stable")]:
        shared = _abreast(boxes[last], boxes[number], height)
        if len(last) and shared.max() >= ABREAST:
            line = int(shared.argmax())
            found[line].append(number)
            last[line] = max(last[line], number, key=lambda n: boxes[n, 0] + boxes[n, 2])
        else:
            found.append([number])
            last.append(number)
    for number in numbers[~tall]:
        distances = [float(_distances(boxes[line], boxes[number]).min()) for line in found]
        if min(distances) < NEAR * height:
            found[int(np.argmin(distances))].append(number)
    found.sort(key=lambda line: float(np.mean(boxes[line, 1] + boxes[line, 3] / 2)))
    return [_stacked(pieces, line) for line in found]


def _abreast(boxes: np.ndarray, box: np.ndarray, height: float) -> np.ndarray:
    """What share of the lower one's height a box has in common with each of boxes (n, 4); 0 where they are far."""
    top = np.maximum(boxes[:, 1], box[1])
    bottom = np.minimum(boxes[:, 1] + boxes[:, 3], box[1] + box[3])
    far = box[0] - (boxes[:, 0] + boxes[:, 2]) > REACH * height
    return np.where(far, 0, (bottom - top) / np.minimum(boxes[:, 3], box[3]))


def _distances(boxes: np.ndarray, box: np.ndarray) -> np.ndarray:
    """The distance of each of boxes (n, 4) from a box, along the axis along which they are further apart."""
    start = np.maximum(boxes[:, :2], box[:2])
    return (start - np.minimum(boxes[:, :2] + boxes[:, 2:], box[:2] + box[2:])).max(1)


def _stacked(pieces: Pieces, line: Sequence[int]) -> list[Group]:
    """The pieces of a line in groups that lie one above the other, as the rings of an 8 may."""
    groups: list[Group] = []
    for number in line:
        for group in groups:
            if all(_above(pieces.boxes[number], pieces.boxes[other]) for other in group):
                group.append(number)
                break
        else:
            groups.append([number])
    return groups


def _above(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether one box is above the other, and hardly to its side."""
    shared = np.minimum(first[:2] + first[2:], second[:2] + second[2:]) - np.maximum(first[:2], second[:2])
    smaller = np.minimum(first[2:], second[2:])
    return bool(shared[0] > ABOVE * smaller[0] and shared[1] < (1 - ABOVE) * smaller[1])
