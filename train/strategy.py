"""Train on several processors or machines at once, with TensorFlow's `tf.distribute`."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from train.errors import TrainError

STRATEGIES = ("mirrored", "multiworker")


@dataclass(frozen=True)
class Strategy:
    """How a training is spread: the `scope` that its network is built in, and whether other machines take part."""

    scope: Callable[[], AbstractContextManager[object]] = nullcontext
    workers: bool = False


SINGLE = Strategy()


def choose(name: str | None) -> Strategy:
    """Return one of STRATEGIES, or that of a single processor. Call it before TensorFlow computes anything.

    `mirrored` takes all GPUs of this machine, `multiworker` the machines that TF_CONFIG names
    (www.tensorflow.org/guide/distributed_training). Raises TrainError.
    """
    if not name:
        return SINGLE
    import keras

    if keras.backend.backend() != "tensorflow":
        raise TrainError(f"--strategy {name} needs KERAS_BACKEND=tensorflow.")
    if name == "multiworker":
        find_worker()  # without TF_CONFIG TensorFlow would train alone and say nothing
    import tensorflow as tf

    kinds = {"mirrored": tf.distribute.MirroredStrategy, "multiworker": tf.distribute.MultiWorkerMirroredStrategy}
    return Strategy(kinds[name]().scope, name == "multiworker")


def find_worker() -> int:
    """The number of this process among those that TF_CONFIG names, from 0. Raises TrainError."""
    try:
        cluster = json.loads(os.environ["TF_CONFIG"])
        return int(cluster["task"]["index"]) if cluster["cluster"]["worker"] else 0
    except (KeyError, TypeError, ValueError) as error:
        raise TrainError(
            "--strategy multiworker needs TF_CONFIG, the same on each machine but for the index: "
            '{"cluster": {"worker": ["host1:port", "host2:port"]}, "task": {"type": "worker", "index": 0}}.'
        ) from error
