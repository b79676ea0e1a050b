import dataclasses
import json
import signal
import subprocess
import sys

import numpy as np
import pytest

from recognizer import Model, read
from recognizer.bundle import VERSION
from tests.drawing import SEVEN_PNG
from tests.processes import PATIENCE, spawn
from train.errors import TrainError
from train.recipe import load
from train.training import Run
from webapp.config import ROOT

LAYERS = 'layers=["conv 8 linear", "norm", "relu", "pool", "norm", "flatten", "dense 32"]'
TINY = [LAYERS, "train.epochs=20", "train.batch_size=16", "augment.clean=1.0"]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory, strokes_file):
    """A small network, trained for seconds on a few hundred pen strokes."""
    from train.fit import fit

    folder = tmp_path_factory.mktemp("models") / "tiny"
    fit(dataclasses.replace(load("small", TINY), data={str(strokes_file): 1}), Run(folder, seed=3))
    return folder


def test_a_bundle_is_complete_and_reads(bundle):
    assert sorted(path.name for path in bundle.iterdir()) == ["card.json", "model.keras", "model.tflite", "plots"]
    assert read(SEVEN_PNG, Model(bundle)).text == "7"


def test_the_card_says_what_was_done(bundle):
    card = json.loads((bundle / "card.json").read_text())
    assert (card["version"], card["kind"], card["framing"]["box"], card["origin"]) == (VERSION, "digits", 20, None)
    assert (card["name"], card["seed"], card["recipe"]["layers"][0]) == ("tiny", 3, "conv 8 linear")
    data = card["data"]["strokes.json"]
    assert (data["training"], data["validation"], data["test"]) == (266, 70, 84)
    assert len(data["sha256"]) == 64
    result = card["results"]["strokes.json test"]
    low, high = result["interval"]
    assert 0.6 < low < result["accuracy"] < high < 1
    assert len(result["per_digit"]) == 10
    assert card["calibration"]["calibration_error"] < 0.15
    assert 1 <= card["epoch"] <= 20
    assert card["parameters"] == 8 * 10 + 4 * 8 + 13 * 13 * 8 * 32 + 32 + 330
    assert card["bytes"]["model.tflite"] == (bundle / "model.tflite").stat().st_size
    assert card["training_seconds"] > 0
    assert card["libraries"]["keras"]


def test_both_formats_carry_the_same_weights_and_no_optimiser(bundle):
    import keras

    model = keras.models.load_model(bundle / "model.keras")
    assert not getattr(model, "optimizer", None)
    frames = np.random.default_rng(0).random((50, 28, 28), np.float32)
    light = Model(bundle)
    light.temperature = 1
    assert np.abs(light.probabilities(frames) - np.asarray(model.predict(frames[..., None], verbose=0))).max() < 0.02


def test_the_files_are_small(bundle):
    """A byte a parameter, in Keras' two, and a plot is no photograph."""
    parameters = json.loads((bundle / "card.json").read_text())["parameters"]
    assert (bundle / "model.tflite").stat().st_size < parameters + 10_000
    assert (bundle / "model.keras").stat().st_size < 2.5 * parameters + 20_000
    assert all(plot.stat().st_size < 120_000 for plot in (bundle / "plots").iterdir())


def test_the_command_explains_what_is_wrong():
    command = [sys.executable, "-m", "train", "fit", "nonsense"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("train: There is no recipe 'nonsense'; there are ensemble, fast, flagship, ")
    assert done.stderr.count("\n") == 1


def command(folder, data, *options):
    """A training of thirty short epochs, that runs until the end of the block."""
    changes = [word for change in (LAYERS, "augment.clean=1.0", "train.batch_size=16") for word in ("--set", change)]
    words = [sys.executable, "-u", "-m", "train", "fit", "small", "--name", str(folder), "--epochs", "30"]
    words += ["--data", str(data)]
    return spawn([*words, *changes, *options], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def stop_after(epochs, folder, data):
    """Press Ctrl-C once so many epochs have ended; return the exit status and all that was printed."""
    with command(folder, data) as process:
        for line in process.stdout:
            if line.startswith(f"Epoch {epochs + 1}/"):
                process.send_signal(signal.SIGINT)
                break
        output = process.communicate(timeout=PATIENCE)[0]
    return process.returncode, output


def test_ctrl_c_keeps_the_best_epoch(tmp_path, ctrl_c, strokes_file):
    folder = tmp_path / "models" / "tiny"
    status, output = stop_after(1, folder, strokes_file)
    assert "Traceback" not in output
    assert status == 0
    assert "Stopped; the best epoch so far is kept, and --resume goes on." in output
    assert "tiny on strokes.json test: " in output
    assert (folder / "plots" / "history.png").exists()


def test_ctrl_c_in_the_first_epoch_leaves_nothing(tmp_path, ctrl_c, strokes_file):
    folder = tmp_path / "models" / "tiny"
    status, output = stop_after(0, folder, strokes_file)
    assert "Traceback" not in output
    assert status == 1
    assert output.rstrip().endswith("train: Stopped before the first epoch ended; there is nothing to keep.")
    assert list(folder.parent.iterdir()) == []


def test_there_must_be_something_to_resume(tmp_path, strokes_file):
    with command(tmp_path / "models" / "tiny", strokes_file, "--resume") as process:
        output = process.communicate(timeout=PATIENCE)[0]
    assert output.rstrip().endswith("train: There is no training of tiny to resume; no epoch of it has ended.")


def test_a_full_disk_is_a_clear_error_and_leaves_the_old_bundle_whole(small_disk, strokes_file):
    old = small_disk / "mine" / "model.keras"
    old.parent.mkdir()
    old.write_text("old")
    large = ("layers=['flatten', 'dense 900']", "train.epochs=1")
    changes = [word for change in large for word in ("--set", change)]
    words = [sys.executable, "-m", "train", "fit", "small", "--name", str(small_disk / "mine")]
    words += ["--data", str(strokes_file), *changes]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.endswith("mine: cannot be written (No space left on device); what was there is unchanged.\n")
    assert old.read_text() == "old"


def test_a_teacher_that_is_not_there_is_named(tmp_path, strokes_file):
    from train.fit import fit

    recipe = dataclasses.replace(load("small", TINY), data={str(strokes_file): 1}, teacher="nobody")
    with pytest.raises(TrainError, match=r"small learns from nobody, which cannot be asked\."):
        fit(recipe, Run(tmp_path / "mine"))
    assert not list(tmp_path.iterdir())


@pytest.fixture
def pupil(strokes_file, monkeypatch):
    """A recipe that learns from a teacher of two networks, in two epochs each."""
    from train import fit

    monkeypatch.setattr(fit, "load", lambda name: load(name, [LAYERS, "members=2", "train.batch_size=16"]))
    return dataclasses.replace(load("small", [*TINY, "train.epochs=2", "teacher=teacher"]), data={str(strokes_file): 1})


def test_a_teacher_is_trained_once_on_the_same_digits(tmp_path, pupil, capsys):
    from train.fit import fit

    fit(pupil, Run(tmp_path / "mine"))
    theirs = json.loads((tmp_path / "mine-teacher" / "card.json").read_text())
    assert (theirs["recipe"]["members"], theirs["recipe"]["train"]["epochs"]) == (2, 2)
    assert (list(theirs["data"]), theirs["seed"]) == (["strokes.json"], 1)
    assert "mine learns from mine-teacher, which is trained first." in capsys.readouterr().out
    fit(pupil, Run(tmp_path / "mine"))
    assert "trained first" not in capsys.readouterr().out
    assert json.loads((tmp_path / "mine" / "card.json").read_text())["recipe"]["teacher"] == "teacher"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "mine-teacher"]


def test_a_teacher_that_was_stopped_goes_on_before_its_pupil_begins(tmp_path, pupil, ctrl_c):
    import keras

    from train.fit import fit

    def stop(epoch, logs):
        signal.raise_signal(signal.SIGINT)

    stopping = keras.callbacks.LambdaCallback(on_epoch_end=stop)
    with pytest.raises(TrainError, match=r"mine-teacher has not ended; mine begins when it has\."):
        fit(pupil, Run(tmp_path / "mine", callbacks=(stopping,)))
    assert not (tmp_path / "mine").exists()
    fit(pupil, Run(tmp_path / "mine", resume=True))
    for name in ("mine", "mine-teacher"):
        assert len(json.loads((tmp_path / name / "card.json").read_text())["history"]["loss"]) == 2
