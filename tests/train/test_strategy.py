"""Training on several machines: here, two processes of one."""

import json
import os
import socket
import subprocess
import sys

import keras
import numpy as np
import pytest

from tests.processes import spawn
from train import strategy
from train.errors import TrainError
from webapp.config import ROOT

SMALL = ("layers=['conv 4', 'pool 4', 'flatten']", "train.epochs=2", "train.batch_size=64", "train.validation=0.3")


def command(folder, kind, data, **environment):
    """A short training, that runs until the end of the block."""
    changes = [word for change in SMALL for word in ("--set", change)]
    words = [sys.executable, "-u", "-m", "train", "fit", "small", "--name", str(folder), "--strategy", kind]
    words += ["--data", str(data), *changes]
    return spawn(
        words, cwd=ROOT, env=os.environ | environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def weights(folder):
    return keras.saving.load_model(folder / "model.keras", compile=False).get_weights()


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [found.getsockname()[1] for found in sockets]
    for found in sockets:
        found.close()
    return ports


def test_two_workers_end_with_the_same_weights(tmp_path, strokes_file):
    workers = [f"127.0.0.1:{port}" for port in free_ports(2)]
    tasks = [{"cluster": {"worker": workers}, "task": {"type": "worker", "index": index}} for index in range(2)]
    with (
        command(tmp_path / "worker0", "multiworker", strokes_file, TF_CONFIG=json.dumps(tasks[0])) as one,
        command(tmp_path / "worker1", "multiworker", strokes_file, TF_CONFIG=json.dumps(tasks[1])) as other,
    ):
        processes = [one, other]
        outputs = [process.communicate(timeout=300)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    first, second = weights(tmp_path / "worker0"), weights(tmp_path / "worker1")
    assert all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))


def test_all_processors_of_a_machine(tmp_path, strokes_file):
    with command(tmp_path / "mine", "mirrored", strokes_file) as process:
        output = process.communicate(timeout=300)[0]
    assert process.returncode == 0, output
    assert "mine on strokes.json test: " in output


@pytest.mark.parametrize("value", [None, "", "{", "{}", '{"cluster": {"worker": ["a:1"]}}', "[]"])
def test_several_workers_must_be_told_of_each_other(monkeypatch, value):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    if value is not None:
        monkeypatch.setenv("TF_CONFIG", value)
    with pytest.raises(TrainError, match="needs TF_CONFIG, the same on each machine but for the index"):
        strategy.choose("multiworker")


def test_each_worker_knows_its_number(monkeypatch):
    monkeypatch.setenv("TF_CONFIG", '{"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", "index": 1}}')
    assert strategy.find_worker() == 1
