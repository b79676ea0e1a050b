"""Keras model → LiteRT, the one step that needs TensorFlow, whatever the backend: `python -m train.litert IN OUT`."""

from __future__ import annotations

import os
import subprocess  # our own command alone
import sys
from importlib.util import find_spec
from pathlib import Path

import keras

from train.errors import TrainError

ROOT = Path(__file__).resolve().parent.parent  # which is on no path of a process that a notebook starts


def export(saved: Path, out: Path) -> None:
    """Write the model in the file `saved` as LiteRT, in a process of its own with other backends. Raises TrainError."""
    if keras.backend.backend() == "tensorflow":
        try:
            return _convert(saved, out)
        except Exception as error:  # the converter raises nearly anything
            raise _failure(str(error)) from error
    if not find_spec("tensorflow"):
        raise TrainError("The export to LiteRT needs TensorFlow; pip install tensorflow, and try again.")
    command = [sys.executable, "-m", "train.litert", str(saved), str(out)]
    paths = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    environment = os.environ | {"KERAS_BACKEND": "tensorflow", "PYTHONPATH": paths}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603, our own
    if done.returncode:
        raise _failure(done.stderr)
    return None


def _failure(reason: str) -> TrainError:
    return TrainError(f"The export to LiteRT failed: {(reason.strip() or 'no reason given').splitlines()[-1]}")


def _convert(saved: Path, out: Path) -> None:
    """Convert a file into another with weights of eight bits, which is several times as fast.

    What goes through the layers is quantised as it comes (LiteRT: post-training dynamic range quantization).
    """
    import tensorflow as tf

    model = keras.models.load_model(saved, compile=False)
    model.export(out, format="litert", verbose=False, optimizations=[tf.lite.Optimize.DEFAULT])


if __name__ == "__main__":
    _convert(Path(sys.argv[1]), Path(sys.argv[2]))
