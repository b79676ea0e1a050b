"""Read pictures with a model, and draw what it saw."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import recognizer
from recognizer import Model, PictureError, Reading
from train import plots
from train.errors import TrainError


def predict(model: Model, files: Sequence[Path], show: Path | None = None) -> list[str]:
    """Return a line for each file: its digit and confidence. With `show`, draw them all there. Raises TrainError."""
    readings = {file: _read(model, file) for file in files}
    if show:
        plots.write_readings(show, list(readings.items()))
    return [f"{file}: {reading.text}  {reading.confidence:.2%}" for file, reading in readings.items()]


def _read(model: Model, file: Path) -> Reading:
    try:
        return recognizer.read(file.read_bytes(), model)
    except (OSError, PictureError) as error:
        raise TrainError(f"{file}: {error}") from error
