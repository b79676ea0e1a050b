import json
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest

from tests.conftest import data_file
from train.errors import TrainError
from train.verify import compare, verify
from webapp.config import ROOT

SMALL = ROOT / "models" / "small"
CARD = json.loads((SMALL / "card.json").read_text())
RESULT = CARD["results"]["mnist test"]
PLOTS = [
    "confidence-by-digit",
    "confusion-matrix",
    "hardest-mistakes",
    "one-of-each",
    "predictions",
    "reliability",
    "ten-of-each",
]


def plots(folder):
    """Their names, each a PNG that shows something."""
    for path in folder.glob("*.png"):
        assert path.stat().st_size > 1_000
    return sorted(path.stem for path in folder.iterdir())


def test_the_report_says_what_the_card_says(tmp_path):
    data_file("mnist.npz")
    said = verify(SMALL, "mnist", tmp_path / "plots")
    low, high = RESULT["interval"]
    assert said.startswith(
        f"small on mnist test: {RESULT['accuracy']:.2%} of 10,000 right (95 % interval {low:.2%} to {high:.2%})"
    )
    for part in ("precision    recall", "confusion matrix", "confidence by digit", "surest mistakes"):
        assert part in said
    assert plots(tmp_path / "plots") == PLOTS


def test_other_peoples_digits_are_verified(tmp_path):
    said = verify(SMALL, str(data_file("hwd1000.npz")), tmp_path)
    assert said.startswith("small on hwd1000.npz: 100.00% of 1,000 right")
    assert said.endswith("none")
    assert "hardest-mistakes" in plots(tmp_path)


def test_it_lists_for_whom_it_reads_badly(tmp_path, small_pendigits, writings):
    said = verify(SMALL, "pendigits", tmp_path, per_writer=True)
    assert said.startswith("small on pendigits: 9")
    head, *rows = said.partition("writer  ")[2].splitlines()
    assert head.split()[:2] == ["digits", "wrong"]
    counts = [int(row.split()[2]) for row in rows]
    assert len(rows) == len({one.writer for one in writings})
    assert counts == sorted(counts, reverse=True)
    assert "of 420 right" in said
    assert counts[0] > 0
    assert re.search(r"\d as \d", rows[0])
    assert rows[-1].split()[2:] == ["0", "0.00%"]


def test_data_that_does_not_tell_who_wrote_it_is_refused(tmp_path):
    data_file("mnist.npz")
    with pytest.raises(TrainError, match="does not tell who wrote what"):
        verify(SMALL, "mnist", tmp_path, per_writer=True)


def test_what_is_no_digit_is_reported_by_what_is_rejected(tmp_path, small_pendigits):
    said = verify(SMALL, "negatives", tmp_path)
    assert said.startswith("small on negatives: of 8,000 that are no digit, ")
    assert "rejected; mean confidence " in said
    assert "mean confidence" in said


def test_models_are_compared(tmp_path):
    table = compare([SMALL, SMALL], tmp_path / "comparison.png").splitlines()
    assert table[0].split("  ")[0] == "model"
    assert table[1].split()[:2] == ["small", f"{RESULT['accuracy']:.2%}"]
    assert f"{CARD['parameters']:,}" in table[1]
    assert len(table) == 3
    assert plots(tmp_path) == ["comparison"]


def test_a_model_that_mnist_did_not_test_is_compared_too(tmp_path):
    shutil.copytree(SMALL, tmp_path / "mine")
    card = json.loads((SMALL / "card.json").read_text())
    card["results"] = {"mine test": card["results"]["mnist test"]}
    (tmp_path / "mine" / "card.json").write_text(json.dumps(card))
    table = compare([tmp_path / "mine", SMALL], tmp_path / "comparison.png").splitlines()
    assert table[1].split()[:3] == ["mine", "–", "–"]


def test_an_unknown_model_or_set_lists_the_known(tmp_path):
    with pytest.raises(TrainError, match=r"nonsense: there is no model.* There are .*small"):
        verify(ROOT / "models" / "nonsense", "mnist", tmp_path)
    with pytest.raises(
        TrainError,
        match=r"no data set 'nonsense'; there are mnist, pendigits, unipen, strings, letters, negatives, "
        r"or give a path to an",
    ):
        verify(SMALL, "nonsense", tmp_path)


def test_the_command_prints_it(tmp_path):
    np.savez(tmp_path / "mine.npz", x=np.zeros((1, 28, 28), np.uint8), y=np.zeros(1))
    command = [sys.executable, "-m", "train", "verify", "small", "--data", str(tmp_path / "mine.npz")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "mine.npz: cannot be read as labelled digits (picture 0: No digits found" in done.stderr
