"""Rows in Parquet: what stands in the parts of a folder, and how an interrupted run goes on with them."""

import json
import os
import signal
import subprocess
import sys

import pandas as pd
import pytest

import recognizer.__main__ as command
from recognizer import parquet
from recognizer.formats import TABLES
from tests.drawing import FOUR_PNG, SEVEN_PNG
from tests.processes import PATIENCE, spawn, wait_until
from tests.recognizer.test_command import READ, ROW_PNG, run
from webapp.config import ROOT


@pytest.fixture
def folder(tmp_path):
    """Four pictures, one of them broken and one of two digits, and one with a name that is no UTF-8."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, content in (("a", SEVEN_PNG), ("b", SEVEN_PNG[:200]), ("c", ROW_PNG), ("d", FOUR_PNG)):
        (folder / f"{name}.png").write_bytes(content)
    (folder / os.fsdecode(b"e\xff.png")).write_bytes(SEVEN_PNG)
    return folder


@pytest.fixture
def read(folder, tmp_path, model, monkeypatch):
    """Reads the folder into parts of two pictures each."""
    monkeypatch.setattr(command, "Model", lambda folder: model)
    monkeypatch.setattr(parquet, "PICTURES", 2)

    def read(*options):
        arguments = [str(folder), "--format", "parquet", "--out", str(tmp_path / "out"), *options]
        monkeypatch.setattr(sys, "argv", ["read", "read", *arguments])
        return command.main()

    return read


def parts(out):
    return sorted(part.name for part in out.glob("*.parquet"))


def values(column):
    return [None if pd.isna(value) else value for value in column]


@pytest.mark.parametrize("kind", TABLES)
def test_the_rows_are_those_of_csv(read, folder, tmp_path, kind):
    assert read("--rows", kind) == 1
    assert parts(tmp_path / "out") == [f"part-0000{number}.parquet" for number in range(3)]
    found = pd.read_parquet(tmp_path / "out")
    (folder / os.fsdecode(b"e\xff.png")).rename(folder / "e.png")
    run(folder, "--format", "csv", "--rows", kind, "--out", tmp_path / "rows.csv")
    wanted = pd.read_csv(tmp_path / "rows.csv", dtype={"text": "string"})
    assert list(found.columns) == ["file", "page", *wanted.columns[1:]]
    assert list(found["file"]) == [name.replace("e.png", r"e\xff.png") for name in wanted["file"]]
    for name in wanted.columns[1:]:
        assert values(found[name]) == values(wanted[name])


def test_the_manifest_tells_of_each_part(read, tmp_path):
    read("--rows", "digit")
    manifest = json.loads((tmp_path / "out" / parquet.MANIFEST).read_text())
    assert manifest["rows"] == "digit"
    assert [(part["pictures"], part["rows"]) for part in manifest["parts"]] == [(2, 2), (2, 3), (1, 1)]


def test_what_stands_is_not_read_again(read, folder, tmp_path):
    read()
    before = pd.read_parquet(tmp_path / "out")
    for picture in folder.iterdir():
        picture.write_bytes(b"")
    assert read() == 1
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "out"), before)


@pytest.mark.parametrize("number", range(3))
def test_a_part_that_is_not_whole_is_written_again(read, tmp_path, number):
    read()
    before, out = pd.read_parquet(tmp_path / "out"), tmp_path / "out"
    part = out / parts(out)[number]
    part.write_bytes(part.read_bytes()[:-100])
    (out / ".part-00007.parquet").write_bytes(b"half a part")
    assert read() == 1
    pd.testing.assert_frame_equal(pd.read_parquet(out), before)
    assert not (out / ".part-00007.parquet").exists()


def test_a_part_that_no_manifest_names_is_not_trusted(read, tmp_path):
    read()
    before, out = pd.read_parquet(tmp_path / "out"), tmp_path / "out"
    (out / parquet.MANIFEST).unlink()
    assert read() == 1
    pd.testing.assert_frame_equal(pd.read_parquet(out), before)


def test_ctrl_c_leaves_a_part_of_what_was_read(tmp_path, ctrl_c):
    pictures, out = tmp_path / "many", tmp_path / "out"
    pictures.mkdir()
    for number in range(300):
        (pictures / f"{number:04}.png").write_bytes(SEVEN_PNG if number % 2 else FOUR_PNG)
    code = "import sys, recognizer.__main__ as command, recognizer.parquet as parquet; parquet.PICTURES = 10; "
    words = [sys.executable, "-c", f"{code}sys.exit(command.main())", *READ[3:], pictures, "--format", "parquet"]
    with spawn([*words, "--out", out], cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        wait_until(lambda: (out / parquet.MANIFEST).exists())
        process.send_signal(signal.SIGINT)
        errors = process.communicate(timeout=PATIENCE)[1]
    assert process.returncode == 130
    assert "the same command goes on from here" in errors
    before = pd.read_parquet(out)
    assert 0 < len(before) < 300
    assert run(pictures, "--format", "parquet", "--out", out).returncode == 0
    after = pd.read_parquet(out)
    assert after["text"].tolist() == ["4", "7"] * 150
    pd.testing.assert_frame_equal(after.iloc[: len(before)], before)


@pytest.mark.parametrize("other", ["notes.txt", "part-00000-a1b2.snappy.parquet"])
def test_a_folder_of_something_else_is_left_alone(folder, other):
    (folder / other).write_bytes(b"precious")
    before = sorted(folder.iterdir())
    done = run(folder / "a.png", "--format", "parquet", "--out", folder)
    assert done.returncode == 2
    assert done.stderr.endswith(f"recognizer: {folder}: holds something else; name another folder to write to.\n")
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"rows": "digit", "parts": []}', "has a row for each digit; name another folder to write to."),
        ("{}", "is no manifest of ours; name another folder to write to."),
    ],
)
def test_another_manifest_is_left_alone(read, tmp_path, capsys, content, message):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / parquet.MANIFEST).write_text(content)
    assert read() == 2
    assert message in capsys.readouterr().err
    assert (tmp_path / "out" / parquet.MANIFEST).read_text() == content


def test_it_needs_a_folder_to_write_to(folder):
    done = run(folder, "--format", "parquet")
    assert (done.returncode, done.stderr) == (2, "recognizer: --format parquet needs --out FOLDER.\n")
