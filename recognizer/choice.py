"""Candidates in a drawing → its glyphs: those that together explain its ink best, each part of it once.

What a component is, and where two digits touch, is decided with what they would be read as (over-segmentation with
recognition: LeCun, Bottou, Bengio & Haffner 1998, "Gradient-based learning applied to document recognition", VII).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from recognizer.components import Components
from recognizer.detection import Detection, overlaps
from recognizer.page import SEARCH

NO_FIT = 1e-3  # of a box beside its ink
LOW = ".,:-="  # marks of which the network easily sees a box a few pixels beside their ink


@dataclass(frozen=True)
class Weights:
    """What speaks for a choice beside the scores, and what ink is a candidate's own."""

    ink: float = 0.7  # log odds for a component that is explained, and against as much that is so twice (strings, sums)
    whole: float = 0.8  # share of a component that a box holds, from which it may be the candidate's alone (strings)
    margin: float = 0.3  # of the shorter side of one of LOW, within which ink is its own (drawings with marks)
    kept: int = 16  # choices that are followed at once
    most: int = 24  # candidates that depend on each other, of which more are not weighed but taken by their scores


WEIGHTS = Weights()


def choose(
    candidates: Sequence[Detection], components: Components, height: float, weights: Weights = WEIGHTS
) -> list[Detection]:
    """Return the candidates that are glyphs of a drawing, whose writing has a `height` in pixels.

    A candidate without ink of more than dirt is one if it is a likely one.
    """
    solid = set(components.solid().tolist())
    held = [
        {label: share for label, share in shares.items() if label in solid}
        for shares in measure_shares(candidates, components)
    ]
    chosen = _take_surest([glyph for glyph, own in zip(candidates, held, strict=True) if not own])
    for cluster in _find_clusters(held):
        members = [candidates[number] for number in cluster]
        if len(members) > weights.most:
            chosen += _take_surest(members)
        else:
            chosen += _Cluster(members, [held[number] for number in cluster], components, height, weights).choose()
    return chosen


def measure_shares(
    found: Sequence[Detection], components: Components, weights: Weights = WEIGHTS
) -> list[dict[int, float]]:
    """Return what share of the ink of components, by their labels, the box of each glyph holds, where it is any."""
    shares = []
    for glyph in found:
        held = components.mass_in(_claim(glyph, weights))
        labels = np.flatnonzero(held)
        shares.append(dict(zip(labels.tolist(), (held[labels] / components.mass[labels]).tolist(), strict=True)))
    return shares


def _claim(glyph: Detection, weights: Weights) -> tuple[float, float, float, float]:
    """The box of a glyph, and of a low mark with a margin."""
    x, y, width, height = glyph.box
    margin = weights.margin * min(width, height) if glyph.name in LOW else 0.0
    return x - margin, y - margin, width + 2 * margin, height + 2 * margin


def _take_surest(candidates: Sequence[Detection]) -> list[Detection]:
    """Of candidates that overlap the surest, if it is a likely one, whatever their ink."""
    chosen: list[Detection] = []
    for glyph in sorted(candidates, key=lambda glyph: -glyph.score):
        others = np.array([other.box for other in chosen]).reshape(-1, 4)
        if glyph.score >= SEARCH.likely and (overlaps(np.array(glyph.box), others)[0] <= SEARCH.same).all():
            chosen.append(glyph)
    return chosen


def _find_clusters(held: Sequence[dict[int, float]]) -> Iterator[list[int]]:
    """Candidates that hold parts of the same components, or are linked by others that do."""
    owners: dict[int, list[int]] = {}
    for number, own in enumerate(held):
        for label in own:
            owners.setdefault(label, []).append(number)
    left = {number for number, own in enumerate(held) if own}
    while left:
        cluster, queue = set(), [min(left)]
        while queue:
            if (number := queue.pop()) not in cluster:
                cluster.add(number)
                queue += [other for label in held[number] for other in owners.pop(label, [])]
        left -= cluster
        yield sorted(cluster)


class _Cluster:
    """Candidates that depend on each other, the shares (n, k) of components they hold, and what speaks for a choice."""

    def __init__(
        self,
        candidates: Sequence[Detection],
        held: Sequence[dict[int, float]],
        components: Components,
        height: float,
        weights: Weights,
    ) -> None:
        labels = sorted({label for own in held for label in own})
        boxes = components.boxes[labels].astype(float)
        self.candidates, self.weights = candidates, weights
        self.held = np.array([[own.get(label, 0.0) for label in labels] for own in held])
        masses = self.held * components.mass[labels]
        self.is_most = masses > masses.sum(1, keepdims=True) / 2  # of a candidate's ink
        self.boxes = np.array([glyph.box for glyph in candidates])
        self.alike = np.array([overlaps(box, self.boxes)[0] for box in self.boxes])
        self.fits = np.array([overlaps(box, boxes)[0] for box in self.boxes])
        self.corners = _find_corners(boxes)
        self.importance = np.minimum(boxes[:, 2:].max(1) / height, 1.0)

    def choose(self) -> list[Detection]:
        """The best choice, found by a beam search from left to right."""
        best: list[tuple[float, list[int]]] = [(0.0, [])]
        for number in np.argsort(self.boxes[:, 0], kind="stable").tolist():
            longer = ([*chosen, number] for _, chosen in best if not self._is_there(number, chosen))
            best += [(self._weigh(chosen), chosen) for chosen in longer]
            best = sorted(best, key=lambda choice: -choice[0])[: self.weights.kept]
        return [self.candidates[number] for number in best[0][1]]

    def _is_there(self, number: int, chosen: list[int]) -> bool:
        """Whether a candidate is the same glyph as one of those chosen."""
        same = [other for other in chosen if self.candidates[other].name == self.candidates[number].name]
        return bool((self.alike[number, same] > SEARCH.same).any())

    def _weigh(self, chosen: list[int]) -> float:
        """What speaks for a choice; one of whose candidates no ink would be left is out of the question."""
        owned: dict[int, list[int]] = {number: [] for number in chosen}
        total = 0.0
        for component in np.flatnonzero(self.held[chosen].any(0)).tolist():
            owners, explained = self._find_owners(component, chosen)
            total += self.weights.ink * explained
            for number in owners:
                owned[number].append(component)
        if not all(owned.values()):
            return -math.inf
        return total + sum(
            math.log(self.candidates[number].score / SEARCH.likely * self._fit(number, own))
            for number, own in owned.items()
        )

    def _find_owners(self, component: int, chosen: list[int]) -> tuple[list[int], float]:
        """Whose ink a component is, and how much it counts as explained, from below 0 to 1."""
        held, importance = self.held[:, component], float(self.importance[component])
        if whole := [number for number in chosen if held[number] >= self.weights.whole]:
            return [max(whole, key=lambda number: self.fits[number, component])], importance
        parts = [number for number in chosen if held[number]]
        together = float(held[parts].sum())
        if together >= self.weights.whole:
            return parts, importance - max(0.0, together - 1)
        return [number for number in parts if self.is_most[number, component]], 0.0

    def _fit(self, number: int, own: list[int]) -> float:
        """How well the box of a candidate fits the ink that is its own: intersection over union."""
        box = _find_corners(self.boxes[number])
        whole = self.held[number, own] >= self.weights.whole
        corners = self.corners[own]
        cut = np.concatenate([np.maximum(corners[:, :2], box[:2]), np.minimum(corners[:, 2:], box[2:])], 1)
        parts = np.where(whole[:, None], corners, cut)
        low, high = parts[:, :2].min(0), parts[:, 2:].max(0)
        ink = np.concatenate([low, np.maximum(high - low, 1)])
        return max(float(overlaps(self.boxes[number], ink[None])[0][0]), NO_FIT)


def _find_corners(boxes: np.ndarray) -> np.ndarray:
    """Left, top, right and bottom (…, 4) of boxes (…, 4)."""
    return np.concatenate([boxes[..., :2], boxes[..., :2] + boxes[..., 2:]], -1)
