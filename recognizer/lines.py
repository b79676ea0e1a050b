"""Components → lines of writing, top to bottom, each as groups of components that lie one above the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recognizer.components import Components


@dataclass(frozen=True)
class Grouping:
    """How near components are to each other in a line, and in a digit."""

    tall: float = 0.5  # of the usual height; lower components are parts of digits, or none (strings)
    abreast: float = 0.4  # of the lower one's height, that two components of a line share (rendered pages)
    above: float = 0.65  # of the narrower one's width, that components share which lie one above the other (strings)
    reach: float = 4.0  # usual heights; how far to the left a line's next component is looked for (rendered pages)
    near: float = 0.6  # usual heights; how far a low component is from what it belongs to (strings)


GROUPING = Grouping()

Group = list[int]  # labels of components


def usual_height(components: Components, numbers: np.ndarray) -> float:
    """The height in pixels that half of the ink of these components is in components lower than."""
    heights = components.boxes[numbers, 3]
    if len(heights) == 1:
        return float(heights[0])
    order = np.argsort(heights)
    mass = np.cumsum(components.mass[numbers][order])
    return float(heights[order][np.searchsorted(mass, mass[-1] / 2)])


def group_lines(components: Components, numbers: np.ndarray, height: float) -> list[list[Group]]:
    """Put components in lines: tall ones follow a neighbour abreast of them, low ones join what is near."""
    boxes = components.boxes
    tall = boxes[numbers, 3] >= GROUPING.tall * height
    found: list[list[int]] = []
    last: list[int] = []  # of each line, what reaches furthest to the right
    for number in numbers[tall][np.argsort(boxes[numbers[tall], 0], kind="stable")]:
        shared = _abreast(boxes[last], boxes[number], height)
        if len(last) and shared.max() >= GROUPING.abreast:
            line = int(shared.argmax())
            found[line].append(number)
            last[line] = max(last[line], number, key=lambda n: boxes[n, 0] + boxes[n, 2])
        else:
            found.append([number])
            last.append(number)
    for number in numbers[~tall]:
        distances = [float(_distances(boxes[line], boxes[number]).min()) for line in found]
        if min(distances) < GROUPING.near * height:
            found[int(np.argmin(distances))].append(number)
    found.sort(key=lambda line: float(np.mean(boxes[line, 1] + boxes[line, 3] / 2)))
    return [_stack(components, line) for line in found]


def _abreast(boxes: np.ndarray, box: np.ndarray, height: float) -> np.ndarray:
    """What share of the lower one's height a box has in common with each of boxes (n, 4); 0 where they are far."""
    top = np.maximum(boxes[:, 1], box[1])
    bottom = np.minimum(boxes[:, 1] + boxes[:, 3], box[1] + box[3])
    far = box[0] - (boxes[:, 0] + boxes[:, 2]) > GROUPING.reach * height
    return np.where(far, 0, (bottom - top) / np.minimum(boxes[:, 3], box[3]))


def _distances(boxes: np.ndarray, box: np.ndarray) -> np.ndarray:
    """The distance of each of boxes (n, 4) from a box, along the axis along which they are further apart."""
    start = np.maximum(boxes[:, :2], box[:2])
    return (start - np.minimum(boxes[:, :2] + boxes[:, 2:], box[:2] + box[2:])).max(1)


def _stack(components: Components, line: Sequence[int]) -> list[Group]:
    """The components of a line in groups that lie one above the other, as the rings of an 8 may."""
    groups: list[Group] = []
    for number in line:
        for group in groups:
            if all(_above(components.boxes[number], components.boxes[other]) for other in group):
                group.append(number)
                break
        else:
            groups.append([number])
    return groups


def _above(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether one box is above the other, and hardly to its side."""
    shared = np.minimum(first[:2] + first[2:], second[:2] + second[2:]) - np.maximum(first[:2], second[:2])
    smaller = np.minimum(first[2:], second[2:])
    return bool(shared[0] > GROUPING.above * smaller[0] and shared[1] < (1 - GROUPING.above) * smaller[1])
