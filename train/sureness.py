"""How likely what a page network finds is right: fitted on rendered pages, read as pictures are when serving."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from recognizer.bundle import Sureness
from recognizer.detection import Detection, overlaps
from recognizer.detector import Detector
from recognizer.glyphs import CLASSES
from recognizer.page import SEARCH, find_glyphs
from train.detections import corner_boxes
from train.measures import fit_logistic
from train.pages.sheet import DOUBTFUL

ALL = replace(SEARCH, likely=0.15)  # also what is too unsure to be kept when serving
OVERLAP = 0.3  # intersection over union, from which a glyph found is one that is there


def fit_sureness(look: Detector, tests: Sequence[tuple[np.ndarray, np.ndarray]]) -> Sureness:
    """Fit on pictures (height, width) uint8 with the glyphs (n, 5) in them: class, middle x and y, width, height."""
    scores, right = [], []
    for grey, glyphs in tests:
        for found in find_glyphs(grey, look, search=ALL):
            if not _is_there(found, glyphs[glyphs[:, 0] == DOUBTFUL]):
                scores.append(found.score)
                right.append(_is_there(found, glyphs[glyphs[:, 0] == CLASSES.index(found.name)]))
    if len({*right}) < 2:
        return Sureness(slope=1.0, offset=0.0)  # nothing to tell right from wrong by, as in a trial of a few steps
    odds = np.log(np.array(scores) / (1 - np.array(scores)))
    slope, offset = fit_logistic(odds, np.array(right))
    return Sureness(slope=round(slope, 4), offset=round(offset, 4))


def _is_there(found: Detection, glyphs: np.ndarray) -> bool:
    """Whether one of the glyphs is where one was found."""
    return bool((overlaps(np.array(found.box), corner_boxes(glyphs))[0] > OVERLAP).any())
