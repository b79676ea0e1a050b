"""Which components of a picture are its writing, and not the table, the fingers or the printed lines at its border.

Behind the fence that `photo` tells of.
"""

from __future__ import annotations

import numpy as np

from recognizer.components import Components, enclose, usual_height
from recognizer.photo import TIGHT

ONLY = np.array([1])  # the label of the only component

SPECK = 0.01  # of the largest component's ink; smaller components are dirt
LITTLE = 0.2  # of the largest component's ink; if no more is left, what touches the border is the digit
RIM = 0.1  # of each side
LONG = 0.55  # of a side
CONTACT = 0.6  # of its longer side, with which a table or finger lies on the border at least
FITTING = (0.7, 1.6)  # usual heights of what runs into the border and may be writing all the same
EQUAL = 0.6  # of the other's width and height
CENTRAL = 0.2  # of each side; what lies inside of that is in the middle of the picture


def find_digit(components: Components) -> np.ndarray:
    """Return the labels of the components that neither run into the border nor along it, unless they are little."""
    if components.is_one:
        return ONLY
    inner = components.mass * ~(_on_border(components) | _along_border(components))
    mass = inner if inner.max() > LITTLE * components.mass.max() else components.mass
    return np.flatnonzero(mass > SPECK * mass.max())


def find_digits(components: Components) -> list[np.ndarray]:
    """Return in several ways the labels of components that may together be the only digit."""
    if components.is_one:
        return [ONLY]
    ways = (find_digit, _with_largest, _solid, find_writing, _one_of_equals)
    return [find(components) for find in ways]


def find_writing(components: Components) -> np.ndarray:
    """Return the labels of a page's solid components, the heaviest first, without table and fingers at the border.

    What runs into the border is writing only if it is about as high as what does not.
    """
    if components.is_one:
        return ONLY
    contact = _contact(components)
    writing = np.where(contact < CONTACT * components.boxes[:, 2:].max(1), components.mass, 0)
    mass = writing if writing.any() else components.mass
    inner = np.where(contact > 0, 0, mass)
    if inner.max() >= LITTLE * mass.max():
        height = usual_height(components, _heaviest(inner))
        low, high = FITTING[0] * height, FITTING[1] * height
        mass = np.where((contact == 0) | ((components.boxes[:, 3] > low) & (components.boxes[:, 3] < high)), mass, 0)
    return _heaviest(mass)


def is_across(components: Components, numbers: np.ndarray) -> bool:
    """Whether components reach from border to border of a picture that is not cut tight."""
    left, top, right, bottom = enclose(components.boxes[numbers])
    rows, columns = components.ink.shape
    return max(rows, columns) > TIGHT and (right - left == columns or bottom - top == rows)


def share_overlooked(components: Components, numbers: np.ndarray) -> float:
    """Return what share of the solid ink in the middle of the picture is not of these components."""
    y, x = (round(CENTRAL * side) for side in components.ink.shape)
    middle = components.labels[y : components.ink.shape[0] - y, x : components.ink.shape[1] - x]
    counts = np.bincount(middle.ravel(), minlength=len(components.mass))[1:]
    return 1 - float(counts[numbers - 1].sum() / counts.sum()) if counts.any() else 0.0


def is_more_written(components: Components, numbers: np.ndarray, tall: float) -> bool:
    """Whether what is left out of the likeliest digit stands beside it, at least so `tall` for its height."""
    chosen = set(numbers.tolist())
    others = [number for number in find_writing(components).tolist() if number not in chosen]
    return bool((components.boxes[others, 3] >= tall * components.boxes[numbers, 3].max()).any())


def _solid(components: Components) -> np.ndarray:
    """The labels of all components but specks, the heaviest first."""
    return _heaviest(components.mass)


def _heaviest(mass: np.ndarray) -> np.ndarray:
    """The labels of the components that are more than specks, the heaviest first."""
    order = np.argsort(-mass, kind="stable")
    return order[mass[order] > SPECK * mass.max()]


def _with_largest(components: Components) -> np.ndarray:
    """The largest component, and those that do not run into the border."""
    numbers = _solid(components)
    return numbers[(numbers == numbers[0]) | ~_on_border(components)[numbers]]


def _one_of_equals(components: Components) -> np.ndarray:
    """The largest component where all are about as wide and high, as digits beside each other are; else all of them."""
    numbers = _solid(components)
    sizes = components.boxes[numbers, 2:]
    return numbers[:1] if (sizes.min(0) >= EQUAL * sizes.max(0)).all() else numbers


def _contact(components: Components) -> np.ndarray:
    """On how many pixels of the picture's border each component lies."""
    labels = components.labels
    rim = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    return np.bincount(rim, minlength=len(components.mass))


def _on_border(components: Components) -> np.ndarray:
    x, y, width, height = components.boxes.T
    return (x == 0) | (y == 0) | (x + width == components.ink.shape[1]) | (y + height == components.ink.shape[0])


def _along_border(components: Components) -> np.ndarray:
    """Which components are long and lie nearly wholly in the rim of the picture, as the lines of a form do."""
    height, width = components.ink.shape
    long = (components.boxes[:, 2] > LONG * width) | (components.boxes[:, 3] > LONG * height)
    y, x = round(RIM * height), round(RIM * width)
    for number in np.flatnonzero(long):
        left, top, right, bottom = enclose(components.boxes[[number]])
        inner = slice(max(top, y), min(bottom, height - y)), slice(max(left, x), min(right, width - x))
        inner_mass = components.ink[inner][components.labels[inner] == number].sum()
        long[number] = inner_mass < LITTLE * components.mass[number]
    return long
