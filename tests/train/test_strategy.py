"""Training on several machines: here, two processes of one."""

import contextlib
import json
import os
import socket
import subprocess
import sys

import keras
import numpy as np
import pytest

from tests.processes import spawn, wait_until
from train import strategy
from train.errors import TrainError
from webapp.config import ROOT

SMALL = ("layers=['conv 4 linear', 'norm', 'relu', 'pool 4', 'flatten']", "train.batch_size=64", "train.validation=0.3")
LONG = 12  # epochs, during which a worker can be killed


def command(folder, kind, data, *more, epochs=2, **environment):
    """A short training, that runs until the end of the block."""
    changes = [word for change in (*SMALL, f"train.epochs={epochs}") for word in ("--set", change)]
    words = [sys.executable, "-u", "-m", "train", "fit", "small", "--name", str(folder), "--strategy", kind]
    words += ["--data", str(data), *changes, *more]
    return spawn(
        words, cwd=ROOT, env=os.environ | environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


@contextlib.contextmanager
def two_workers(folder, data, *more, epochs=2):
    """A short training by two processes, that know of each other by free ports."""
    workers = [f"127.0.0.1:{port}" for port in free_ports(2)]
    with contextlib.ExitStack() as stack:
        yield [
            stack.enter_context(
                command(
                    folder / f"worker{index}",
                    "multiworker",
                    data,
                    *more,
                    epochs=epochs,
                    TF_CONFIG=json.dumps({"cluster": {"worker": workers}, "task": {"type": "worker", "index": index}}),
                )
            )
            for index in range(2)
        ]


def weights(folder):
    return keras.saving.load_model(folder / "model.keras", compile=False).get_weights()


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [found.getsockname()[1] for found in sockets]
    for found in sockets:
        found.close()
    return ports


def assert_both_end_with_the_same_weights(folder, processes):
    outputs = [process.communicate(timeout=300)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    first, second = weights(folder / "worker0"), weights(folder / "worker1")
    assert all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))


def test_two_workers_end_with_the_same_weights(tmp_path, strokes_file):
    with two_workers(tmp_path, strokes_file) as processes:
        assert_both_end_with_the_same_weights(tmp_path, processes)


def test_when_a_worker_dies_the_other_ends_too_and_both_go_on(tmp_path, strokes_file):
    history = tmp_path / ".worker1.checkpoint" / "history.csv"
    with two_workers(tmp_path, strokes_file, epochs=LONG) as (one, other):
        wait_until(lambda: history.exists() and len(history.read_text().splitlines()) > 1)
        other.kill()
        output = one.communicate(timeout=120)[0]
    assert one.returncode != 0, output
    done = len(history.read_text().splitlines()) - 1
    assert done < LONG
    with two_workers(tmp_path, strokes_file, "--resume", epochs=LONG) as processes:
        assert_both_end_with_the_same_weights(tmp_path, processes)
    card = json.loads((tmp_path / "worker0" / "card.json").read_text())
    assert len(card["history"]["loss"]) == LONG


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
