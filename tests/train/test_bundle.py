import pytest

from train.bundle import draft
from train.errors import TrainError


def write(folder, content, error=None):
    with draft(folder) as bundle:
        (bundle.folder / "model").write_text(content)
        if error:
            raise error


def test_a_bundle_takes_the_place_of_the_old_one(tmp_path):
    for content in ("old", "new"):
        write(tmp_path / "models" / "mine", content)
    assert (tmp_path / "models" / "mine" / "model").read_text() == "new"
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["mine"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, TrainError("no"), OSError(28, "No space left on device")])
def test_what_goes_wrong_leaves_the_old_one_whole(tmp_path, error):
    write(tmp_path / "mine", "old")
    with pytest.raises((KeyboardInterrupt, TrainError)):
        write(tmp_path / "mine", "half", error)
    assert (tmp_path / "mine" / "model").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(TrainError, match="file/mine: cannot be written"):
        write(tmp_path / "file" / "mine", "new")
