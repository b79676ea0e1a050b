"""Which ink of a frame speaks for a digit and which against it, by occlusion (Zeiler and Fergus 2014, arXiv:1311.2901).

Square patches of the frame are wiped clean, one at a time; how much less likely that makes the digit is what the ink
under the patch says for it, shared out among its pixels by how much ink they have. `scripts/bench attribution` compares
patches by how fast the digit is lost, or found, as ink is taken away, or laid down, in the order that they give
(Petsiuk et al. 2018, arXiv:1806.07421).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from recognizer.colours import GREY, WHITE, diverging
from recognizer.frame import SIDE
from recognizer.model import Model

PATCH = 4  # pixels; side of what is wiped
STEP = 2  # pixels from one patch to the next
FAINT = 0.2  # ink above this is wiped and spoken of
LOUD = 0.3  # nats that a pixel says; what says less stays paler than in full colour
SLIGHT = 0.25  # of what the loudest pixel says, below which the words do not mention a place
LEAST = 1e-9  # of a probability, so that its odds are finite
ROWS, COLUMNS = ("top", "middle", "bottom"), ("left", "middle", "right")


@dataclass(frozen=True)
class Attribution:
    """What the ink of a frame (28, 28), 0 to 1, says for a `digit`.

    `evidence` (28, 28) is in nats of log-odds: above 0 where ink speaks for the digit, below 0 where it speaks against.
    `instead` is the digit that is read when the patch that matters most is wiped, maybe the same.
    """

    frame: np.ndarray
    digit: int
    evidence: np.ndarray
    instead: int

    @property
    def picture(self) -> np.ndarray:
        """The ink on white, (28, 28, 3) uint8, red green blue: blue where it speaks for the digit, orange against."""
        colours = diverging(self.evidence, max(self._loudest, LOUD), GREY)
        return np.round(WHITE + (colours - WHITE) * self.frame[..., None]).astype(np.uint8)

    @property
    def words(self) -> str:
        """The same in a sentence or three."""
        worth = max(self._loudest, LOUD) * SLIGHT
        if self.evidence.max() < worth:
            told = [f"No part of the ink decides for {self.digit} alone."]
        else:
            told = [f"The ink {self._place(self.evidence)} speaks most for {self.digit}."]
            if self.instead != self.digit:
                told.append(f"Without it, this would be read as {self.instead}.")
        if -self.evidence.min() > worth:
            told.append(f"The ink {self._place(-self.evidence)} speaks against it.")
        return " ".join(told)

    @property
    def _loudest(self) -> float:
        return float(np.abs(self.evidence).max())

    def _place(self, evidence: np.ndarray) -> str:
        """Where in the box around the ink the most evidence is."""
        around = cv2.blur(evidence * (self.frame > FAINT), (PATCH, PATCH))
        peak = np.unravel_index(around.argmax(), around.shape)
        inked = np.argwhere(self.frame > FAINT)
        low, high = inked.min(0), inked.max(0)
        row, column = np.clip(3 * (peak - low) // (high - low + 1), 0, 2)
        return _name_place(ROWS[row], COLUMNS[column])


def attribute(
    frame: np.ndarray, digit: int, model: Model, patch: int = PATCH, step: int = STEP, blurred: bool = False
) -> Attribution:
    """Return what the ink of a frame (28, 28), 0 to 1 and not all zero, says for a digit; asks the model once.

    The patches are wiped, or blurred.
    """
    masks = _patches(frame, patch, step)
    filling = cv2.GaussianBlur(frame, (0, 0), patch / 2) if blurred else np.zeros_like(frame)
    occluded = np.where(masks, filling, frame)
    probabilities = model.probabilities(np.concatenate([frame[None], occluded]))
    odds = log_odds(probabilities[:, digit])
    lost = odds[0] - odds[1:]
    a_pixel = lost / (masks * frame).sum((1, 2))  # of full ink
    evidence = np.tensordot(a_pixel, masks, 1) / masks.sum(0).clip(min=1) * frame
    return Attribution(frame, digit, evidence, int(probabilities[1 + lost.argmax()].argmax()))


def _patches(frame: np.ndarray, patch: int, step: int) -> np.ndarray:
    """Masks (n, 28, 28) of the patches that cover any ink to speak of."""
    starts = range(step - patch, SIDE, step)
    sides = np.stack([(np.arange(SIDE) >= start) & (np.arange(SIDE) < start + patch) for start in starts])
    masks = (sides[:, None, :, None] & sides[None, :, None, :]).reshape(-1, SIDE, SIDE)
    return masks[(masks & (frame > FAINT)).any((1, 2))]


def log_odds(probabilities: np.ndarray) -> np.ndarray:
    """Return how much likelier than not, in nats, probabilities of any shape say; finite even for 0 and 1."""
    sure = np.clip(probabilities, LEAST, 1 - LEAST)
    return np.log(sure / (1 - sure))


def _name_place(row: str, column: str) -> str:
    if row == column:
        return "in the middle"
    if row == "middle":
        return f"on the {column}"
    return f"at the {row}" + (f" {column}" if column != "middle" else "")
