import os
import shutil
import threading
from dataclasses import replace

import numpy as np
import pytest

from recognizer import Model, ModelError
from recognizer.bundle import Bundle, Calibration, DigitCard
from recognizer.frame import FRAMING, Framing, frame
from recognizer.model import BATCH, temper
from train.pen import draw
from webapp.config import ROOT

SMALL = ROOT / "models" / "small"


@pytest.fixture(scope="session")
def frames(writings):
    return np.stack([frame((255 * draw(one.strokes, 10)).astype(np.uint8)) for one in writings])


@pytest.fixture
def without_litert(model, tmp_path):
    """The same bundle as people make it who have nothing but Keras."""
    folder = tmp_path / "keras-only"
    shutil.copytree(model.folder, folder, ignore=shutil.ignore_patterns("*.tflite"))
    return folder


def damaged(tmp_path, name, content):
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / name).write_bytes(content)
    return folder


def test_litert_and_keras_give_the_same_probabilities(model, without_litert, frames):
    """As near as eight bits come: nothing that a visitor sees differs."""
    light, full = (m.probabilities(frames) for m in (model, Model(without_litert)))
    difference = np.abs(light - full).max(1)
    assert difference.max() < 0.03
    assert np.quantile(difference, 0.99) < 0.01
    assert (light.argmax(1) == full.argmax(1)).all()
    assert light.shape == (420, 10)
    assert (light.sum(1) <= 1 + 1e-6).all()


def test_batches_of_any_size_agree(model):
    rng = np.random.default_rng(0)
    batch = rng.random((7, 28, 28), np.float32)
    one_by_one = np.concatenate([model.probabilities(picture[None]) for picture in batch])
    assert np.allclose(model.probabilities(batch), one_by_one, atol=1e-6)
    assert np.allclose(model.probabilities(batch[:3]), one_by_one[:3], atol=1e-6)


def test_threads_do_not_disturb_each_other(model):
    batches = np.random.default_rng(0).random((8, 5, 28, 28), np.float32)
    alone = [model.probabilities(batch) for batch in batches]
    wrong = []

    def run(number):
        for _ in range(50):
            if not np.array_equal(model.probabilities(batches[number]), alone[number]):
                wrong.append(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_it_reads_after_a_fork(model):
    batch = np.random.default_rng(0).random((3, 28, 28), np.float32)
    wanted = model.probabilities(batch)
    if (child := os.fork()) == 0:
        os._exit(0 if np.array_equal(model.probabilities(batch), wanted) else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_temperature_keeps_the_order_and_1_changes_nothing():
    sharp = np.array([[0.9, 0.06, 0.04]])
    assert temper(sharp, 1.0) == pytest.approx(sharp)
    soft = temper(sharp, 2.0)
    assert 1 / 3 < soft[0, 0] < 0.9
    assert soft.argsort().tolist() == sharp.argsort().tolist()


def test_what_may_be_either_of_two_digits_is_rejected_only_by_a_model_that_knows_nothing_else(model, frames):
    rows = np.zeros((2, 10))
    rows[0, [1, 7]] = 0.5  # a digit for certain
    rows[1, 1] = 0.3  # rather none
    small = Model(SMALL)
    for one in (model, small):
        one.probabilities(frames[:1])
    assert min(model.reject_below, small.reject_below) > 0.5
    assert model.rejects(rows).tolist() == [False, True]
    assert small.rejects(rows).tolist() == [True, True]


def test_the_card_sets_calibration_and_rejection(tmp_path):
    folder = tmp_path / "own"
    shutil.copytree(SMALL, folder)
    bundle = Bundle(folder)
    bundle.write_card(replace(bundle.read_card(DigitCard), calibration=Calibration(2.0, 0.7)))
    assert (Model(folder).temperature, Model(folder).reject_below) == (2, 0.7)
    bundle.card.unlink()
    assert (Model(folder).temperature, Model(folder).reject_below, Model(folder).name) == (1, 0, "own")
    assert Model(folder).framing == FRAMING


def test_a_model_that_was_trained_on_other_frames_is_refused(tmp_path):
    folder = tmp_path / "own"
    shutil.copytree(SMALL, folder)
    bundle = Bundle(folder)
    bundle.write_card(replace(bundle.read_card(DigitCard), framing=Framing(box=18, thinnest=1.5)))
    with pytest.raises(ModelError, match=r"own: was trained .* \(box 18, not 20; thinnest 1\.5, not 2\.0\)\. Train it"):
        Model(folder)


def test_a_missing_model_is_named(tmp_path):
    with pytest.raises(ModelError, match="nowhere: there is no model"):
        Model(tmp_path / "nowhere")


@pytest.mark.parametrize("share", [0, 0.001, 0.1, 0.5, 0.99])
@pytest.mark.parametrize("name", ["model.tflite", "model.keras"])
def test_a_truncated_model_is_refused(tmp_path, name, share):
    whole = (SMALL / name).read_bytes()
    folder = damaged(tmp_path, name, whole[: int(share * len(whole))])
    with pytest.raises(ModelError, match=f"broken/{name}"):
        Model(folder)


@pytest.mark.parametrize("name", ["model.tflite", "model.keras"])
def test_another_file_is_no_model(tmp_path, name):
    with pytest.raises(ModelError, match=f"broken/{name}: is no"):
        Model(damaged(tmp_path, name, b"something else entirely"))


def test_a_damaged_card_is_named(tmp_path):
    folder = tmp_path / "own"
    shutil.copytree(SMALL, folder)
    (folder / "card.json").write_text("{")
    with pytest.raises(ModelError, match=r"own/card\.json"):
        Model(folder)


def test_a_keras_model_of_another_shape_is_refused(tmp_path):
    import keras

    keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Flatten(), keras.layers.Dense(10)]).save(
        tmp_path / "model.keras"
    )
    with pytest.raises(ModelError, match=r"model\.keras: takes .*32.*expected \(n, 28, 28, 1\)"):
        Model(tmp_path).warm_up()


def test_a_large_batch_is_read_as_its_parts_are(model):
    frames = np.random.default_rng(0).random((2 * BATCH + 3, 28, 28), np.float32)
    each = np.concatenate([model.probabilities(frames[number : number + 1]) for number in range(len(frames))])
    np.testing.assert_allclose(model.probabilities(frames), each, atol=1e-6)
