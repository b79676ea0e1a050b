"""Pixels in colour, or with transparency → grey pixels in which the ink shows."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

SAMPLE = 128  # pixels; each side of the sample that a tone is found by, at most
OPAQUE = np.array([0, 0, 0, 255], np.uint8).view(np.uint32)[0]  # the alpha of a pixel that hides all under it
MIDDLE = 128  # half of all grey levels: tones less apart than this are one tone


@dataclass(frozen=True)
class Tone:
    """How grey is made of colour: by its luma, or as one `channel`, transparency laid over a `ground` of 0 or 255."""

    ground: int = 255
    channel: int | None = None

    def apply(self, pixels: np.ndarray) -> np.ndarray:
        """Return grey pixels (height, width) uint8 of pixels (height, width, 3 or 4), red green blue alpha."""
        grey = self._grey(pixels)
        if pixels.shape[2] == 3 or np.bitwise_and.reduce(pixels.view(OPAQUE.dtype), axis=None) & OPAQUE == OPAQUE:
            return grey  # as nearly all are
        alpha = cv2.extractChannel(pixels, 3)
        if self.ground == 0:
            return cv2.multiply(grey, alpha, scale=1 / 255)
        return 255 - cv2.multiply(255 - grey, alpha, scale=1 / 255)

    def _grey(self, pixels: np.ndarray) -> np.ndarray:
        if self.channel is not None:
            return cv2.extractChannel(pixels, self.channel)
        return cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY if pixels.shape[2] == 3 else cv2.COLOR_RGBA2GRAY)


def find_tone(pixels: np.ndarray, stronger: float = 2.0) -> Tone:
    """Return the tone in which ink shows, for pixels (height, width, 3 or 4) uint8, by a sample of them.

    Colours may have the same luma, as green and red do. So the channel that varies most is taken instead, where its
    standard deviation is so many times `stronger` than luma's.
    """
    height, width = (min(side, SAMPLE) for side in pixels.shape[:2])
    sample = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_NEAREST)
    ground = 255 if sample.shape[2] == 3 else _find_ground(sample)
    red, green, blue = cv2.split(sample)[:3]
    if cv2.norm(red, green, cv2.NORM_INF) == cv2.norm(green, blue, cv2.NORM_INF) == 0:
        return Tone(ground)  # there is no colour, as in nearly all drawings
    luma, *spread = (_deviation(Tone(ground, channel).apply(sample)) for channel in (None, 0, 1, 2))
    best = int(np.argmax(spread))
    return Tone(ground, best if spread[best] > stronger * luma else None)


def _deviation(grey: np.ndarray) -> float:
    return float(cv2.meanStdDev(grey)[1].item())


def _find_ground(pixels: np.ndarray) -> int:
    """White, but black under ink that is light: where all that is opaque has one tone, this is the ink's."""
    alpha = cv2.extractChannel(pixels, 3)
    least, most, *_ = cv2.minMaxLoc(alpha)
    if least == 255 or most == 0:
        return 255
    visible = cv2.cvtColor(pixels, cv2.COLOR_RGBA2GRAY)[alpha >= 0.9 * most]
    if int(visible.max()) - int(visible.min()) >= MIDDLE:
        return 255
    return 0 if visible.mean() >= MIDDLE else 255
