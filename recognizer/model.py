"""Frames → calibrated probabilities, by a trained model bundle: LiteRT where the bundle has it, else Keras."""

from __future__ import annotations

import os
import threading
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from recognizer.bundle import DIGIT_COUNT, Bundle, Calibration, DigitCard
from recognizer.errors import ModelError
from recognizer.frame import FRAMING, SIDE, Framing
from recognizer.remote import ADDRESS, fetch

HERE = Path(__file__).resolve().parent
MODELS = next(filter(Path.is_dir, (HERE / "models", HERE.parent / "models")))  # those that come along
BATCH = 16  # frames. More at once take no less time each, but memory that is kept
CLASSES = DIGIT_COUNT, DIGIT_COUNT + 1  # of a model's answers, with or without one for what is no digit
LITERT_IDENTIFIER = b"TFL3"  # bytes 4 to 8 of the file, by the FlatBuffers schema of LiteRT

if TYPE_CHECKING:
    import keras

Run = Callable[[np.ndarray], list[np.ndarray]]
Check = Callable[..., None]  # of a model's path and the shapes of its input and its outputs; raises ModelError


def locate(name: str) -> Path:
    """The folder of a model that is given as a path, or by its name in the folder DIGITS_MODELS or among our own."""
    if "/" in name:
        return Path(name)
    own = Path(os.environ.get("DIGITS_MODELS", MODELS)) / name
    return own if own.is_dir() else MODELS / name


class Model:
    """A model bundle, ready to read frames. It may be shared between threads and carried across a fork.

    It is given by its name (`locate`), its folder, or an address such as s3://bucket/flagship, which fsspec fetches.

    `name` is the folder's. `temperature` and `reject_below` come from its card and are 1 and 0 without one. `framing`
    is what its frames are made by. Raises ModelError, naming the path, where the bundle is missing or damaged, or its
    model was trained on digits that are framed in another way. `votes` is how it learns a hand, None where it cannot.
    """

    def __init__(self, folder: str | Path) -> None:
        bundle = self._find(folder)
        self.folder, self.name = bundle.folder, bundle.folder.name
        self._run: Run = _runner(bundle)
        card = bundle.read_card(DigitCard)
        calibration = card.calibration if card else Calibration()
        self.temperature, self.reject_below = calibration.temperature, calibration.reject_below
        self.framing = card.framing if card else FRAMING
        self.votes = card.votes if card else None
        self._knows_others = False  # until it has read something
        _check_framing(bundle, self.framing)

    @property
    def is_light(self) -> bool:
        """Whether it runs as LiteRT. Keras takes seconds to start and hundreds of megabytes."""
        return isinstance(self._run, LiteRT)

    def probabilities(self, frames: np.ndarray) -> np.ndarray:
        """Return (n, 10) calibrated probabilities of frames (n, 28, 28), 0 to 1, in one batch.

        What a row lacks of 1 is the probability that the frame shows no digit, where the model has learnt to tell.
        """
        outputs = self._run(np.ascontiguousarray(frames, np.float32)[..., None])
        classes = next(output for output in outputs if output.shape[1] in CLASSES)  # some bundles give more beside it
        self._knows_others = classes.shape[1] > DIGIT_COUNT
        return temper(classes, self.temperature)[:, :DIGIT_COUNT]

    def rejects(self, rows: np.ndarray) -> np.ndarray:
        """Return which of rows (n, 10) of `probabilities` look like no digit, rather than like one of several.

        Of a model that has not learnt what is none, that is where no digit is likely.
        """
        return np.asarray((rows.sum(-1) if self._knows_others else rows.max(-1)) < self.reject_below)

    def warm_up(self) -> None:
        """Read one empty frame, so that the next reader need not wait. Raises ModelError if that fails."""
        self.probabilities(np.zeros((1, SIDE, SIDE)))

    def _find(self, folder: str | Path) -> Bundle:
        if isinstance(folder, Path):
            return Bundle(folder)
        if ADDRESS not in folder:
            return Bundle(locate(folder))
        self._home, bundle = fetch(folder)  # which is there as long as the model
        return bundle


def temper(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Return probabilities (n, classes) scaled by a temperature above 0 (Guo et al. 2017, arXiv:1706.04599)."""
    scaled = np.clip(probabilities.astype(np.float64), 1e-12, 1) ** (1 / temperature)
    return np.asarray(scaled / scaled.sum(1, keepdims=True))


def _runner(bundle: Bundle) -> Run:
    if bundle.litert.is_file() and find_spec("ai_edge_litert"):
        return LiteRT(bundle.litert, _check_shapes)
    if bundle.keras.is_file() and find_spec("keras"):
        return Keras(bundle.keras)
    light, full = bundle.litert.name, bundle.keras.name
    if bundle.has_model:
        raise ModelError(f"{bundle.folder}: needs LiteRT (for {light}) or Keras (for {full}), and it is not installed.")
    raise ModelError(f"{bundle.folder}: there is no model (neither {light} nor {full}).")


def _check_framing(bundle: Bundle, framing: Framing) -> None:
    """Frames are kept and read again by other models, so that all models that serve must take the same ones."""
    ours, theirs = asdict(FRAMING), asdict(framing)
    other = [f"{name} {theirs[name]}, not {ours[name]}" for name in ours if theirs[name] != ours[name]]
    if other:
        raise ModelError(
            f"{bundle.folder}: was trained on digits framed with other settings than they are read with here "
            f"({'; '.join(other)}). Train it anew, or read with the version of Digits that it was trained with."
        )


def _check_shapes(path: Path, inputs: tuple[Any, ...], *outputs: tuple[Any, ...]) -> None:
    classes = [output for output in outputs if len(output) == 2 and output[1] in CLASSES]
    if tuple(inputs[1:]) != (SIDE, SIDE, 1) or len(classes) != 1:
        given = " and ".join(map(str, outputs))
        raise ModelError(f"{path}: takes {inputs} and gives {given}; expected (n, 28, 28, 1) and (n, 10) or (n, 11).")


class LiteRT:
    """Runs a LiteRT file. Interpreters bear neither forks nor threads, so each process has its own, and a lock."""

    def __init__(self, path: Path, check: Check, batch: int = BATCH) -> None:
        self._path, self._check, self._batch = path, check, batch
        self._content = path.read_bytes()
        self._lock = threading.Lock()
        self._process = 0
        self._room = 0  # items that the interpreter takes as it is
        if self._content[4:8] != LITERT_IDENTIFIER:
            raise ModelError(f"{path}: is no LiteRT model.")
        self._start()

    def __call__(self, items: np.ndarray) -> list[np.ndarray]:
        """Return what each of the model's outputs says of items (n, …), a few of which are looked at together."""
        parts = [self._invoke(items[at : at + self._batch]) for at in range(0, len(items), self._batch)]
        return parts[0] if len(parts) == 1 else [np.concatenate(part) for part in zip(*parts, strict=True)]

    def _invoke(self, items: np.ndarray) -> list[np.ndarray]:
        with self._lock:
            if self._process != os.getpid():
                self._start()
            interpreter = self._interpreter
            if len(items) != self._room:
                interpreter.resize_tensor_input(self._source, items.shape)
                interpreter.allocate_tensors()
                self._room = len(items)
            interpreter.set_tensor(self._source, items)
            interpreter.invoke()
            return [np.asarray(interpreter.get_tensor(target)) for target in self._targets]

    def _start(self) -> None:
        from ai_edge_litert.interpreter import Interpreter

        try:
            interpreter = Interpreter(model_content=self._content, num_threads=1)
            interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise ModelError(f"{self._path}: the model is damaged ({error}).") from error
        (source, *_), targets = interpreter.get_input_details(), interpreter.get_output_details()
        self._check(self._path, tuple(source["shape_signature"]), *(tuple(t["shape_signature"]) for t in targets))
        self._targets = [target["index"] for target in targets]
        self._source, self._room = source["index"], source["shape"][0]
        self._interpreter, self._process = interpreter, os.getpid()


class Keras:
    """Runs a Keras file. Keras is imported at the first use, as what it sets up does not survive a fork."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        if not zipfile.is_zipfile(path):
            raise ModelError(f"{path}: is no Keras model.")
        with zipfile.ZipFile(path) as archive:
            if broken := archive.testzip():
                raise ModelError(f"{path}: the model is damaged (at {broken}).")

    def __call__(self, frames: np.ndarray) -> list[np.ndarray]:
        """Return what the model's only output says of frames (n, 28, 28, 1)."""
        with self._lock:
            return [np.asarray(self.model.predict_on_batch(frames))]

    @cached_property
    def model(self) -> keras.Model:
        """The Keras model itself. Raises ModelError."""
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
        try:
            import keras

            model = keras.models.load_model(self._path, compile=False)
        except Exception as error:  # Keras raises nearly anything for what it cannot load
            raise ModelError(f"{self._path}: Keras cannot load the model ({error}).") from error
        _check_shapes(self._path, model.input_shape, model.output_shape)
        return model
