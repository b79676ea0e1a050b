"""Components → lines of candidates: which components may make up a digit, for the model to decide among."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from recognizer.borders import find_digit, find_digits, find_writing, is_across, is_more_written, share_overlooked
from recognizer.candidates import Candidate, Costs, Line, Skip
from recognizer.components import Components, enclose
from recognizer.cuts import seams
from recognizer.lines import GROUPING, Group, group_lines, usual_height


@dataclass(frozen=True)
class Segmentation:
    """How many candidates a page may have, and how large each may be."""

    most_components: int = 500  # of a page; the smallest are left out, and counted
    most_parts: int = 8  # of a digit; more than `most_cuts` leave of a component, so that it may stay whole
    widest: float = 1.7  # usual heights; the width of a digit (strings)
    wide: float = 0.7  # of its height; a narrower component is not cut (strings)
    most_cuts: int = 6  # of a component (strings)
    cuts_of_a_page: int = 250  # leaves fewer to each where many are wide, and none in what is rather text
    page: float = 3.0  # usual heights; what is larger is more than one digit (strings)


SEGMENTATION = Segmentation()


def propose_digit(inks: Sequence[Components], costs: Costs) -> list[Line]:
    """Return the ways to read a picture that shows one digit, however many components it is in.

    Specks are dropped, and what runs into the border (a neighbour, a line) may be, unless little else is there.
    """
    ways = [(inks[0], find_digit(inks[0]))]
    ways += [(ink, numbers) for ink in inks[1:] or inks for numbers in find_digits(ink)]
    different = {(id(components), frozenset(numbers.tolist())): (components, numbers) for components, numbers in ways}
    height = usual_height(inks[-1], find_writing(inks[-1]))
    return [
        [
            Candidate(
                0,
                1,
                components.glyph(numbers),
                costs.second * (place > 0) + _cost_alone(components, numbers, height, costs),
            )
            for place, (components, numbers) in enumerate(different.values())
        ]
    ]


def propose_page(inks: Sequence[Components], costs: Costs) -> list[Line]:
    """Return the lines of a picture from top to bottom, each with all ways to read it as digits."""
    components = inks[-1]
    numbers = find_writing(components)[: SEGMENTATION.most_components]
    height = usual_height(components, numbers)
    found = group_lines(components, numbers, height)
    wide = sum(_is_wide(components, group, height) for line in found for group in line)
    most = min(SEGMENTATION.most_cuts, SEGMENTATION.cuts_of_a_page // max(wide, 1))
    cut, parts = _cut(components, found, height, most)
    return [_combine(cut, line, height, costs) for line in parts]


def count_left_out(inks: Sequence[Components]) -> int:
    """Return how many components are too many for a page."""
    return max(0, len(find_writing(inks[-1])) - SEGMENTATION.most_components)


def _cost_alone(components: Components, numbers: np.ndarray, height: float, costs: Costs) -> float:
    """The cost of taking components for the only digit of a picture, where writing is usually of a height."""
    left, top, right, bottom = enclose(components.boxes[numbers])
    is_page = max(right - left, bottom - top) > SEGMENTATION.page * height
    across = costs.across * is_across(components, numbers)
    if components.is_one:
        return costs.missed * is_page + across
    missed = costs.missed * (is_page or is_more_written(components, numbers))
    gaps = costs.apart * _count_gaps(components.boxes[numbers])
    return missed + across + gaps + costs.overlooked * share_overlooked(components, numbers)


Part = tuple[int, bool]  # the label of a component, and whether it was cut off from what is to its left


def _cut(
    components: Components, found: Sequence[Sequence[Group]], height: float, most: int
) -> tuple[Components, list[list[Part]]]:
    """The components cut wherever they may be, and the parts of each line from left to right."""
    labels, boxes = components.labels.astype(np.int32), [tuple(box) for box in components.boxes]
    parts: list[list[Part]] = []
    for groups in found:
        parts.append([])
        for group in groups:
            left, top, right, bottom = enclose(components.boxes[group])
            window = labels[top:bottom, left:right]
            for number, mask in enumerate(_split(components, group, height, most)):
                x, y, w, h = cv2.boundingRect(mask.astype(np.uint8))
                window[mask] = len(boxes)
                parts[-1].append((len(boxes), number > 0))
                boxes.append((left + x, top + y, w, h))
        parts[-1].sort(key=lambda part: boxes[part[0]][0] + boxes[part[0]][2] / 2)
    return Components(components.ink, labels, np.array(boxes), components.mass), parts


def _split(components: Components, group: Group, height: float, most: int) -> list[np.ndarray]:
    """Masks, in the box around a group, of what it falls apart to if it is cut wherever it may be."""
    left, top, right, bottom = enclose(components.boxes[group])
    own = np.isin(components.labels[top:bottom, left:right], group)
    if not (most and _is_wide(components, group, height)):
        return [own]
    h, w = own.shape
    paths = seams(components.ink[top:bottom, left:right] * own, most)
    sides = sum((np.arange(w) >= path[:, None] for path in paths), np.zeros((h, w), int))
    return [part for side in range(len(paths) + 1) if (part := own & (sides == side)).any()]


def _is_wide(components: Components, group: Group, height: float) -> bool:
    """Whether a group is as high as writing, and wide enough to be several digits."""
    left, top, right, bottom = enclose(components.boxes[group])
    return right - left >= SEGMENTATION.wide * (bottom - top) and bottom - top >= GROUPING.tall * height


def _combine(components: Components, parts: Sequence[Part], height: float, costs: Costs) -> Line:
    """All candidates that neighbouring parts of a line may make up."""
    line: list[Candidate | Skip] = []
    for start in range(len(parts)):
        for stop in range(start + 1, min(start + SEGMENTATION.most_parts, len(parts)) + 1):
            numbers = [number for number, _ in parts[start:stop]]
            left, top, right, bottom = enclose(components.boxes[numbers])
            cuts = parts[start][1] + (stop < len(parts) and parts[stop][1])
            if (
                stop - start > 1 and right - left > SEGMENTATION.widest * height
            ):  # only a group may be, that stays whole
                if not all(cut for _, cut in parts[start + 1 : stop]):
                    break
                if cuts:
                    continue
            lowness = max(0.0, costs.low_below - (bottom - top) / height)
            gaps = _count_gaps(components.boxes[numbers])
            cost = costs.cut * cuts + costs.low * lowness + costs.apart * gaps
            line.append(Candidate(start, stop, components.glyph(numbers), cost))
        whole = not parts[start][1] and not (start + 1 < len(parts) and parts[start + 1][1])
        if whole and components.boxes[parts[start][0], 3] < GROUPING.tall * height:
            line.append(Skip(start, start + 1, costs.skip))
    return line


def _count_gaps(boxes: np.ndarray) -> int:
    """How many gaps there are between the tall ones of boxes (n, 4), from left to right."""
    tall = boxes[boxes[:, 3] >= GROUPING.tall * boxes[:, 3].max()]
    starts, ends = np.sort(tall[:, 0]), np.sort(tall[:, 0] + tall[:, 2])
    return int((starts[1:] > ends[:-1]).sum())


Propose = Callable[[Sequence[Components], Costs], list[Line]]

LAYOUTS: dict[str, tuple[Propose, ...]] = {  # what each tries, in this order
    "auto": (propose_digit, propose_page),
    "digit": (propose_digit,),
    "page": (propose_page,),
}
