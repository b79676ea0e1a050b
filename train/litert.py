"""Keras model → LiteRT, the one step that needs TensorFlow, whatever the backend: `python -m train.litert IN OUT`."""

from __future__ import annotations

import os
import subprocess  # our own command alone  # nosec B404
import sys
from importlib.util import find_spec
from pathlib import Path

from train.errors import TrainError

ROOT = Path(__file__).resolve().parent.parent  # which is on no path of a process that a notebook starts


def export(saved: Path, out: Path) -> None:
    """Write the model in the file `saved` as LiteRT, in a process of its own. Raises TrainError."""
    if not find_spec("tensorflow"):
        raise TrainError("The export to LiteRT needs TensorFlow; pip install tensorflow, and try again.")
    command = [sys.executable, "-m", "train.litert", str(saved), str(out)]
    paths = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    environment = os.environ | {"KERAS_BACKEND": "tensorflow", "PYTHONPATH": paths}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603, our own  # nosec B603
    if done.returncode:
        raise TrainError(f"The export to LiteRT failed: {(done.stderr.strip() or 'no reason given').splitlines()[-1]}")


def main() -> None:
    """Convert the first file into the second with weights of eight bits, which is several times as fast.

    What goes through the layers is quantised as it comes (LiteRT: post-training dynamic range quantization).
    """
    import keras
    import tensorflow as tf

    model = keras.models.load_model(sys.argv[1], compile=False)
    model.export(sys.argv[2], format="litert", verbose=False, optimizations=[tf.lite.Optimize.DEFAULT])


if __name__ == "__main__":
    main()
