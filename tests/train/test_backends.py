import os
import subprocess
import sys
from importlib.util import find_spec

import pytest

from recognizer import Model, read
from tests.drawing import SEVEN_PNG
from train.errors import TrainError
from train.litert import export
from webapp.config import ROOT

LAYERS = 'layers=["conv 8 linear", "norm", "relu", "pool", "flatten", "dropout 0.3", "dense 32"]'


def python(backend, *words):
    environment = os.environ | {"KERAS_BACKEND": backend}
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_an_export_that_fails_is_one_line(tmp_path):
    (tmp_path / "model.keras").write_text("no model")
    with pytest.raises(TrainError, match=r"The export to LiteRT failed: .*model"):
        export(tmp_path / "model.keras", tmp_path / "model.tflite")
    assert not (tmp_path / "model.tflite").exists()


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_fit_runs_with_other_backends(tmp_path, strokes_file, backend):
    """They are large and nobody needs them to train; so they are in no lock, and CI tests them where they are."""
    if not find_spec(backend):
        pytest.skip(f"needs {backend}, which pip can install")
    options = ["--name", str(tmp_path / "mine"), "--set", LAYERS, "--set", "augment.clean=1.0", "--epochs", "20"]
    options += ["--set", "train.batch_size=16", "--data", str(strokes_file)]
    done = python(backend, "-m", "train", "fit", "small", *options)
    assert done.returncode == 0, done.stderr
    assert read(SEVEN_PNG, Model(tmp_path / "mine")).text == "7"
