import resource
import sys
import time

import pytest

from recognizer import apart
from recognizer.limits import BYTES, SECONDS


@pytest.fixture
def answer(tmp_path):
    """What a made-up program answers."""

    def run(source, *words, data=b""):
        program = tmp_path / "program.py"
        program.write_text(f"import sys\n{source}\n")
        return apart.run(str(program), *words, data=data)

    return run


def test_a_program_takes_words_and_bytes_and_answers_bytes(answer):
    source = "sys.stdout.buffer.write(sys.argv[1].encode() + sys.stdin.buffer.read())"
    assert answer(source, 7, data=b"\0\xff") == b"7\0\xff"


def test_it_is_not_told_the_sites_keys(answer, monkeypatch):
    monkeypatch.setenv("DIGITS_SECRET_KEY", "a key of some length")
    monkeypatch.setenv("OTHERS", "are")
    names = answer("import os; sys.stdout.write(' '.join(os.environ))").decode()
    assert "OTHERS" in names
    assert "DIGITS_" not in names


def test_it_fails_with_what_it_says(answer):
    with pytest.raises(apart.Failed, match=r"^no picture$"):
        answer("sys.exit('no picture')")


def test_it_is_stopped_when_it_has_computed_for_too_long(answer):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    with pytest.raises(apart.Stopped):
        answer("while True: pass")
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < SECONDS + 1


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux, whose processes' memory can be limited")
def test_it_is_stopped_when_it_asks_for_too_much_memory(answer):
    with pytest.raises(apart.Stopped):
        answer(f"bytearray({BYTES})")


def test_it_is_stopped_when_it_only_waits(answer, monkeypatch):
    monkeypatch.setattr(apart, "PATIENCE", 0.5)
    begun = time.monotonic()
    with pytest.raises(apart.Stopped):
        answer("import time; time.sleep(60)")
    assert time.monotonic() - begun < 30
