"""Keras model → LiteRT, the one step that needs TensorFlow: `python -m train.litert model.keras model.tflite`."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import keras

from train.errors import TrainError


def export(saved: Path, out: Path) -> None:
    """Write the model in the file `saved` as LiteRT, its weights in half precision. Raises TrainError."""
    if not find_spec("tensorflow"):
        raise TrainError("The export to LiteRT needs TensorFlow; install it with pip install tensorflow and try again.")
    if keras.backend.backend() == "tensorflow":
        return _convert(saved, out)
    command = [sys.executable, "-m", "train.litert", str(saved), str(out)]
    environment = os.environ | {"KERAS_BACKEND": "tensorflow"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603, our own
    if done.returncode:
        raise TrainError(f"The export to LiteRT failed: {(done.stderr.strip() or 'no reason given').splitlines()[-1]}")
    return None


def _convert(saved: Path, out: Path) -> None:
    import tensorflow as tf

    keras.models.load_model(saved, compile=False).export(
        out,
        format="litert",
        verbose=False,
        optimizations=[tf.lite.Optimize.DEFAULT],
        target_spec={"supported_types": [tf.float16]},
    )


if __name__ == "__main__":
    _convert(Path(sys.argv[1]), Path(sys.argv[2]))
