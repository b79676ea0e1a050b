"""`python -m recognizer read`, run as people run it."""

import contextlib
import csv
import io
import json
import os
import pty
import re
import signal
import subprocess
import sys
import termios
from pathlib import Path

import cv2
import pytest

from recognizer.formats import FORMATS, ROWS, ResumeError, resume
from tests.documents import make_document
from tests.drawing import FOUR, FOUR_PNG, SEVEN, SEVEN_PNG, ZERO, encode, table
from tests.processes import PATIENCE, spawn, wait_until
from webapp.config import ROOT

KINDS = [(name,) for name in FORMATS] + [("csv", "--rows", name) for name in ("digit", "cell")]
ROW_PNG = encode(table([[SEVEN, FOUR]]))
READ = [sys.executable, "-m", "recognizer", "read"]


def run(*arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run([*READ, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path):
    """Two digits, one of them below, a broken picture, and what is no picture."""
    folder = tmp_path / "pictures"
    (folder / "below").mkdir(parents=True)
    (folder / "a.png").write_bytes(SEVEN_PNG)
    (folder / "b.png").write_bytes(SEVEN_PNG[:200])
    (folder / "below" / "c.PNG").write_bytes(FOUR_PNG)
    (folder / "notes.txt").write_text("no picture")
    return folder


@pytest.fixture
def many(tmp_path):
    """Enough pictures for a run that can be interrupted."""
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(300):
        (folder / f"{number:04}.png").write_bytes(SEVEN_PNG if number % 2 else FOUR_PNG)
    return folder


def test_a_folder_is_read_a_line_each(folder):
    done = run(folder)
    assert done.returncode == 1
    assert done.stdout == (
        f"{folder}/a.png\t7\n{folder}/b.png\tnot read: The picture is damaged or incomplete.\n{folder}/below/c.PNG\t4\n"
    )


def test_the_exit_status_says_that_all_were_read(folder):
    assert run(folder / "a.png", folder / "below").returncode == 0


def test_globs_are_expanded_and_nothing_is_read_twice(folder):
    done = run(f"{folder}/**/*.[pP][nN][gG]", folder / "a.png", folder)
    assert done.stdout.count("\n") == 3


@pytest.mark.parametrize("name", ["nowhere.png", "nothing*.png"])
def test_what_is_not_there_is_a_line_with_the_reason(tmp_path, name):
    done = run(tmp_path / name)
    assert done.returncode == 1
    assert done.stdout == f"{tmp_path / name}\tnot read: No such file or directory.\n"


def test_json_is_what_the_api_answers_and_the_file(folder):
    first, second, _ = map(json.loads, run(folder, "--format", "json").stdout.splitlines())
    assert list(first) == ["file", "text", "lines", "model", "digits", "marks"]
    assert (first["file"], first["text"], first["model"]) == (f"{folder}/a.png", "7", "flagship")
    assert second == {"file": f"{folder}/b.png", "error": "The picture is damaged or incomplete."}


def test_csv_has_a_head_and_the_reason(folder):
    first, second, third = csv.DictReader(io.StringIO(run(folder, "--format", "csv").stdout))
    assert (first["text"], first["error"]) == ("7", "")
    assert 0.9 < float(first["confidence"]) <= 1
    assert (second["text"], second["confidence"]) == ("", "")
    assert second["error"] == "The picture is damaged or incomplete."
    assert third["text"] == "4"


def test_csv_has_a_row_for_each_digit(folder):
    (folder / "row.png").write_bytes(ROW_PNG)
    seven, broken, four, *two = csv.DictReader(io.StringIO(run(folder, "--format", "csv", "--rows", "digit").stdout))
    assert (seven["number"], seven["of"], seven["text"], seven["digit"], seven["error"]) == ("1", "1", "7", "7", "")
    assert four["text"] == "4"
    assert broken["error"] == "The picture is damaged or incomplete."
    assert not any(broken[name] for name in broken if name not in ("file", "error"))
    assert [(row["number"], row["of"], row["line"], row["text"]) for row in two] == [
        ("1", "2", "0", "7"),
        ("2", "2", "0", "4"),
    ]
    assert int(two[0]["x"]) + int(two[0]["width"]) < int(two[1]["x"])


def test_csv_has_a_row_for_each_cell(tmp_path):
    (tmp_path / "row.png").write_bytes(ROW_PNG)
    (tmp_path / "table.png").write_bytes(encode(table([[SEVEN, FOUR], [ZERO, SEVEN], [[], FOUR]])))
    rows = list(csv.DictReader(io.StringIO(run(tmp_path, "--format", "csv", "--rows", "cell").stdout)))
    cells = [(Path(row["file"]).name, row["row"], row["column"], row["text"]) for row in rows]
    assert cells == [
        ("row.png", "0", "0", "7"),
        ("row.png", "0", "1", "4"),
        ("table.png", "0", "0", "7"),
        ("table.png", "0", "1", "4"),
        ("table.png", "1", "0", "0"),
        ("table.png", "1", "1", "7"),
        ("table.png", "2", "0", ""),
        ("table.png", "2", "1", "4"),
    ]


def test_rows_are_those_of_csv(folder):
    done = run(folder, "--rows", "cell")
    assert (done.returncode, done.stderr) == (2, "recognizer: --rows cell needs --format csv or parquet.\n")


def test_the_steps_are_drawn_of_one_picture(folder, tmp_path):
    out = tmp_path / "steps.png"
    assert run(folder / "a.png", "--explain", out).returncode == 0
    assert min(cv2.imread(str(out)).shape[:2]) > 200
    for files, name, message in (
        ([folder], "other.png", "--explain draws one picture, not 3."),
        ([folder / "a.png"], "other.nonsense", "give it the ending of a picture file, such as .png."),
    ):
        done = run(*files, "--explain", tmp_path / name)
        assert done.returncode == 2
        assert done.stderr.splitlines()[-1].startswith("recognizer: ")
        assert done.stderr.endswith(message + "\n")
        assert not (tmp_path / name).exists()


def test_a_picture_that_cannot_be_read_has_no_steps(folder, tmp_path):
    done = run(folder / "b.png", "--explain", tmp_path / "steps.png")
    assert done.returncode == 1
    assert "The picture is damaged" in done.stdout
    assert not (tmp_path / "steps.png").exists()


def test_another_model_reads_where_one_is_named(folder):
    done = run(folder / "a.png", "--format", "json", "--model", "small")
    assert json.loads(done.stdout)["model"] == "small"


def test_a_missing_model_is_one_clear_line(folder):
    done = run(folder, "--model", "nonsense")
    assert done.returncode == 2
    assert done.stderr.startswith("recognizer: ")
    assert done.stderr.count("\n") == 1


def test_a_folder_without_pictures_is_said(tmp_path):
    done = run(tmp_path)
    assert done.returncode == 2
    assert done.stderr == f"recognizer: there are no pictures in {tmp_path}\n"


def test_each_page_of_a_file_is_a_line(tmp_path):
    for name in ("scan.pdf", "scan.tiff"):
        (tmp_path / name).write_bytes(make_document(name, SEVEN_PNG, FOUR_PNG))
    done = run(tmp_path, "--format", "json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(row["file"], row["text"], row["page"], row["pages"]) for row in rows] == [
        (f"{tmp_path}/{name}#page={page}", text, page, 2)
        for name in ("scan.pdf", "scan.tiff")
        for page, text in ((1, "7"), (2, "4"))
    ]
    assert run(tmp_path / "scan.pdf#page=2").stdout == f"{tmp_path}/scan.pdf#page=2\t4\n"
    done = run(tmp_path / "scan.tiff#page=3")
    assert done.stdout.endswith("not read: The file has 2 pages; there is no page 3.\n")


def test_a_page_may_be_explained(tmp_path):
    (tmp_path / "scan.pdf").write_bytes(make_document("scan.pdf", SEVEN_PNG, FOUR_PNG))
    assert run(tmp_path / "scan.pdf#page=2", "--explain", tmp_path / "steps.png").returncode == 0
    assert "draws one picture, not 2" in run(tmp_path / "scan.pdf", "--explain", tmp_path / "steps.png").stderr


def test_a_file_whose_name_is_like_that_of_a_page_is_read(tmp_path):
    (tmp_path / "a.png#page=9").write_bytes(SEVEN_PNG)
    assert run(tmp_path / "a.png#page=9").stdout.endswith("\t7\n")


@pytest.mark.parametrize("kind", FORMATS)
def test_several_processes_read_the_same_in_the_same_order(folder, many, kind):
    alone = run(folder, many, "--format", kind)
    together = run(folder, many, "--format", kind, "--jobs", 2)
    assert together.stdout == alone.stdout
    assert together.returncode == alone.returncode == 1


def test_at_the_end_of_a_file_it_is_told_what_came_of_all(folder, tmp_path):
    (folder / "row.png").write_bytes(ROW_PNG)
    told = r"3 pictures read, 1 not read: 4 digits, 9\d\.\d% sure on average, 0 rejected\."
    assert re.fullmatch(told, run(folder, "--out", tmp_path / "out").stderr.splitlines()[-1])
    errors = run(folder, "--out", tmp_path / "out").stderr
    assert errors.splitlines()[-1] == "0 pictures read, 1 not read: 0 digits, 0 rejected."


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_cut_off_anywhere_is_completed(folder, tmp_path, kind, model, monkeypatch):
    import recognizer.__main__ as command

    strange = folder / "tab\tline\nquote\",'.png"
    strange.write_bytes(SEVEN_PNG)
    (folder / "row.png").write_bytes(ROW_PNG)
    out = tmp_path / "out"
    monkeypatch.setattr(sys, "argv", ["read", "read", str(folder), "--format", *kind, "--out", str(out)])
    monkeypatch.setattr(command, "Model", lambda folder: model)
    assert command.main() == 1
    whole = out.read_bytes()
    for length in range(0, len(whole), len(whole) // 60):
        out.write_bytes(whole[:length])
        assert command.main() == 1
        assert out.read_bytes() == whole


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_is_not_read_again(folder, tmp_path, kind):
    out = tmp_path / "out"
    arguments = (folder, "--format", *kind, "--out", out)
    assert run(*arguments).returncode == 1
    whole = out.read_bytes()
    for path in folder.rglob("*.*"):
        path.write_bytes(b"")  # would be read as a reason now
    assert run(*arguments).returncode == 1
    assert out.read_bytes() == whole


@pytest.mark.parametrize("content", ["precious", "precious\n", '{"a": 1}\n', "1,2\n"])
@pytest.mark.parametrize("kind", [*FORMATS.values(), *ROWS.values()], ids=[*FORMATS, *ROWS])
def test_a_file_of_something_else_is_left_alone(tmp_path, kind, content):
    path = tmp_path / "notes"
    path.write_text(content)
    with pytest.raises(ResumeError, match="line 1 is no row of this format"):
        resume(path, kind, ["a.png"])
    assert path.read_text() == content


@contextlib.contextmanager
def begin(folder, out, jobs):
    """A run that has written its first lines."""
    command = [*READ, folder, "--out", out, "--jobs", str(jobs)]
    with spawn(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        wait_until(lambda: out.exists() and out.stat().st_size)
        yield process


@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_leaves_a_file_that_is_completed(many, tmp_path, jobs, ctrl_c):
    out = tmp_path / "out"
    with begin(many, out, jobs) as process:
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        errors = process.communicate(timeout=PATIENCE)[1]
    assert process.returncode == 130
    assert "stopped; the same command goes on from here" in errors
    assert "Traceback" not in errors
    before = out.read_text()
    assert 0 < before.count("\n") < 300
    assert run(many, "--out", out, "--jobs", jobs).returncode == 0
    after = out.read_text()
    assert after.startswith(before)
    assert [line.split("\t")[1] for line in after.splitlines()] == ["4", "7"] * 150


def test_under_nohup_it_goes_on_after_ctrl_c(many, tmp_path, ctrl_c):
    """Whoever starts a program with the signal ignored wants it so."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    out = tmp_path / "out"
    with begin(many, out, 2) as process:
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert out.read_text().count("\n") == 300


def test_killed_it_takes_its_processes_along_and_is_completed(many, tmp_path):
    out = tmp_path / "out"
    with begin(many, out, 2) as process:
        process.kill()
        process.communicate(timeout=PATIENCE)  # standard error ends when the last process has
    assert run(many, "--out", out).returncode == 0
    assert out.read_text().count("\n") == 300


def test_on_a_full_disk_it_says_so_and_the_file_is_completed_once_there_is_room(many, small_disk):
    filler, out = small_disk / "filler", small_disk / "out.txt"
    filler.write_bytes(bytes(2 * 2**20 - 2 * 4096))  # two blocks are left
    done = run(many, "--out", out)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith("No space left on device")
    assert 0 < len(out.read_text().splitlines()) < 300
    filler.unlink()
    assert run(many, "--out", out).returncode == 0
    assert out.read_text() == run(many).stdout


def test_a_progress_bar_is_shown_on_a_terminal_only(many, tmp_path):
    assert "300/300" not in run(many, "--out", tmp_path / "piped").stderr
    screen, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (24, 80))
    code = "import sys, recognizer.__main__ as command; command.LONG = 0; sys.exit(command.main())"
    command = [sys.executable, "-c", code, "read", many, "--out", tmp_path / "out"]
    with spawn(command, cwd=ROOT, stderr=terminal) as process:
        os.close(terminal)
        shown = b""
        with contextlib.suppress(OSError):  # Linux says so when the other end is closed
            while chunk := os.read(screen, 10_000):
                shown += chunk
        os.close(screen)
        assert process.wait(PATIENCE) == 0
    assert b"300/300" in shown
