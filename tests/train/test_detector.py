import keras
import numpy as np
import pytest

from recognizer.detection import find_peaks
from recognizer.glyphs import CLASSES, GRID, TILE
from train import detector
from train.detections import corner_boxes, count, share_right
from train.pages.sheet import DOUBTFUL

GLYPHS = np.array([(3, 50, 60, 20, 40), (12, 100, 101, 6, 2.5), (7, 200.5, 130, 90, 150)], np.float32)


@pytest.fixture(scope="module")
def network():
    keras.utils.set_random_seed(0)
    return detector.build()


def test_what_is_to_be_answered_is_found_in_the_answer():
    heat, box = detector.targets(GLYPHS)
    _, boxes, scores = find_peaks(heat, box[..., :4], 0.4)
    order = np.argsort(boxes[:, 0])
    np.testing.assert_allclose(boxes[order], corner_boxes(GLYPHS), rtol=1e-4)
    assert scores[order].argmax(1).tolist() == GLYPHS[:, 0].tolist()
    np.testing.assert_allclose(scores.max(1), 1)


def test_the_bump_of_a_centre_is_as_wide_as_its_glyph():
    heat, _ = detector.targets(GLYPHS)
    assert (heat[..., 7] > 0.5).sum() > 4 * (heat[..., 3] > 0.5).sum()
    assert (heat[..., 12] > 0.5).sum() == 1


def test_a_perfect_answer_costs_next_to_nothing_and_a_missed_glyph_much():
    heat, box = (np.stack([part]) for part in detector.targets(GLYPHS))
    right = np.mean(detector.heat_loss(heat, np.where(heat < 1, 0, 1).astype(np.float32)))
    missed = np.mean(detector.heat_loss(heat, np.zeros_like(heat)))
    assert right < 0.01 < 5 < missed
    assert np.mean(detector.box_loss(box, box[..., :4])) == 0
    assert np.mean(detector.box_loss(box, box[..., :4] + 0.5)) == pytest.approx(4 * 0.45 * len(GLYPHS) ** 0.5, rel=1e-4)


def test_a_doubtful_glyph_is_neither_right_nor_wrong():
    doubtful = GLYPHS[:1].copy()
    doubtful[0, 0] = DOUBTFUL
    heat, box = (np.stack([part]) for part in detector.targets(doubtful))
    answered, its_box = (np.stack([part]) for part in detector.targets(GLYPHS[:1]))
    found, nothing = (np.where(answered < 1, 0, seen).astype(np.float32) for seen in (0.9, 0))
    assert np.mean(detector.heat_loss(heat, found)) < 0.01
    assert np.mean(detector.heat_loss(heat, nothing)) < 0.01
    assert not box[..., 4].any()
    figures = count(answered, its_box[..., :4], [doubtful])["3"]
    assert (figures.glyphs, figures.right, figures.invented) == (0, 0, 0)


def test_boxes_are_judged_at_centres_alone():
    _, box = (np.stack([part]) for part in detector.targets(GLYPHS[:1]))
    elsewhere = np.where(box[..., 4:] > 0, box[..., :4], 9).astype(np.float32)
    assert np.mean(detector.box_loss(box, elsewhere)) == 0


def test_the_network_answers_on_the_grid(network):
    heat, box = network.predict(np.random.default_rng(0).random((2, TILE, TILE, 1), np.float32), verbose=0)
    assert (heat.shape, box.shape) == ((2, GRID, GRID, len(CLASSES)), (2, GRID, GRID, 4))
    assert 0 < heat.min() < heat.max() < 0.2
    assert network.count_params() < 1_000_000


def test_a_network_with_fewer_classes_can_be_started_from(network):
    fewer = keras.models.clone_model(network, clone_function=_with_five_classes)
    detector.adopt(network, fewer)
    tiles = np.random.default_rng(0).random((1, TILE, TILE, 1), np.float32)
    heat, box = network.predict(tiles, verbose=0)
    before, same = fewer.predict(tiles, verbose=0)
    np.testing.assert_allclose(heat[..., :5], before, atol=1e-5)
    np.testing.assert_allclose(box, same, atol=1e-4)
    np.testing.assert_allclose(heat[..., 5:], 0.01, atol=0.001)


def test_weights_are_mixed_with_those_of_the_start_as_far_as_it_goes(network):
    fewer = keras.models.clone_model(network, clone_function=_with_five_classes)
    mixed = detector.build()
    mixed.set_weights([np.zeros_like(weights) for weights in network.get_weights()])
    detector.mix(mixed, fewer, 0.25)
    for layer, start in ((mixed.get_layer(name), fewer.get_layer(name)) for name in ("stem_conv", "heat_out")):
        for mine, theirs in zip(layer.get_weights(), start.get_weights(), strict=True):
            np.testing.assert_allclose(mine[..., : theirs.shape[-1]], theirs / 4, atol=1e-7)
            assert not mine[..., theirs.shape[-1] :].any()


def _with_five_classes(layer):
    config = layer.get_config()
    return layer.from_config(config | {"filters": 5} if layer.name == "heat_out" else config)


def test_answers_are_counted_by_class():
    heat, box = (np.stack([part]) for part in detector.targets(GLYPHS))
    truth = GLYPHS.copy()
    truth[0, 0] = 8  # read as a 3
    truth[2, 1:3] = 60, 200  # elsewhere
    results = count(heat, box[..., :4], [truth])
    assert (results["8"].glyphs, results["8"].wrong, results["8"].missed) == (1, 1, 0)
    assert (results["7"].glyphs, results["7"].missed, results["7"].invented) == (1, 1, 1)
    assert (results[CLASSES[12]].right, share_right(results)) == (1, 0)
