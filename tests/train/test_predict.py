import pytest

from tests.drawing import FOUR_PNG, SEVEN_PNG
from train.errors import TrainError
from train.predict import predict


@pytest.fixture
def files(tmp_path):
    for name, content in (("seven.png", SEVEN_PNG), ("four.png", FOUR_PNG), ("words.txt", b"words")):
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_each_file_gets_a_line(model, files):
    lines = predict(model, [files / "seven.png", files / "four.png"])
    assert [line.split()[1] for line in lines] == ["7", "4"]
    assert lines[0].startswith(f"{files}/seven.png: 7  ")


def test_what_was_seen_is_drawn(model, files):
    predict(model, [files / "seven.png", files / "four.png"], files / "out.png")
    assert (files / "out.png").read_bytes()[:4] == b"\x89PNG"


@pytest.mark.parametrize(("name", "message"), [("words.txt", "not a picture"), ("none.png", "No such file")])
def test_what_cannot_be_read_is_named(model, files, name, message):
    with pytest.raises(TrainError, match=f"{name}: .*{message}"):
        predict(model, [files / name])
