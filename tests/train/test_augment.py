import cv2
import numpy as np
import pytest

from recognizer.frame import frame
from train.augment import COARSE, TORN, _coarsen, _tear, augment
from train.pen import draw
from train.recipe import Augmentation, load

HOW = load("small").augment


@pytest.fixture(scope="module")
def frames(writings):
    """420 digits as the sets of scans have them."""
    return np.stack([frame((255 * draw(one.strokes, 10)).astype(np.uint8)) for one in writings])


def changed(frames, how, seed=0):
    return augment(frames, how, np.random.default_rng(seed))


def test_augmented_frames_are_frames(frames):
    made = changed(frames, HOW)
    assert made.shape == frames.shape
    assert made.dtype == np.float32
    assert made.min() >= 0
    assert made.max() <= 1


def test_the_same_seed_gives_the_same_frames(frames):
    assert np.array_equal(changed(frames, HOW), changed(frames, HOW))
    assert not np.array_equal(changed(frames, HOW), changed(frames, HOW, seed=1))


def test_the_clean_share_is_left_as_it_is(frames):
    made = changed(frames, Augmentation(clean=0.3, rotation=20))
    same = np.mean([np.array_equal(a, b) for a, b in zip(frames, made, strict=True)])
    assert same == pytest.approx(0.3, abs=0.06)


def test_digits_stay_what_they_are(frames, writings, model):
    read = model.probabilities(changed(frames, HOW)).argmax(1)
    assert (read == [one.label for one in writings]).mean() > 0.97


@pytest.mark.parametrize("name", ["rotation", "shear", "stretch", "elastic", "thickness", "blur"])
def test_every_kind_changes_something(frames, name):
    amount = getattr(HOW, name)
    assert amount > 0
    still = changed(frames[:20], Augmentation())
    assert np.abs(changed(frames[:20], Augmentation(**{name: amount})) - still).mean() > 0.005


def test_thickness_goes_both_ways(frames):
    still = changed(frames, Augmentation()).sum((1, 2))
    made = changed(frames, Augmentation(thickness=1.2)).sum((1, 2)) / still
    assert np.quantile(made, 0.1) < 0.85
    assert np.quantile(made, 0.9) > 1.15


def test_a_torn_digit_has_lost_its_foot_or_a_side_but_not_its_top():
    ring = np.zeros((100, 60), np.float32)
    cv2.ellipse(ring, (30, 50), (25, 45), 0, 0, 360, 1.0, 4)
    rng = np.random.default_rng(0)
    sizes = np.array([_tear(ring, rng).shape for _ in range(60)])
    whole = cv2.boundingRect((ring > 0.5).astype(np.uint8))[:1:-1]
    assert (sizes >= np.round(np.array(whole) * (1 - TORN)) - 1).all()
    assert sizes.min(0) == pytest.approx(np.array(whole) * (1 - TORN), rel=0.05)
    assert all(_tear(ring, rng)[:3].any() for _ in range(60))


def test_a_coarse_digit_has_few_pixels_and_half_of_them_are_black_and_white(frames):
    rng = np.random.default_rng(0)
    coarse = [_coarsen(picture, rng) for picture in np.repeat(frames, 2, 0)]
    sides = np.array([max(picture.shape) for picture in coarse])
    assert (sides.min(), sides.max()) == COARSE
    assert np.mean([np.isin(picture, (0, 1)).all() for picture in coarse]) == pytest.approx(0.5, abs=0.06)
    assert all(picture.any() for picture in coarse)


def test_coarse_digits_stay_what_they_are(frames, writings, model):
    read = model.probabilities(changed(frames, Augmentation(coarse=1.0))).argmax(1)
    assert (read == [one.label for one in writings]).mean() > 0.95
