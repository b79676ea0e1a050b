import tracemalloc

import pytest

from recognizer.bulk import Files

NAMES = ["a.png", "a-b/7.png", "a/1.PNG", "a/b/2.jpg", "a/b.png", "a.b/3.webp", "z/ü.gif"]


@pytest.fixture
def folder(tmp_path):
    for name in [*NAMES, "a/notes.txt", "readme"]:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    return tmp_path


def test_pictures_below_a_folder_come_in_the_order_of_their_paths(folder):
    files = Files([str(folder)])
    assert list(files) == sorted(str(folder / name) for name in NAMES)
    assert files.count == len(NAMES)


def test_links_to_folders_are_not_followed_and_broken_ones_to_pictures_stay(folder):
    (folder / "a" / "circle").symlink_to(folder)
    (folder / "a" / "folder.png").symlink_to(folder / "z")
    (folder / "a" / "lost.png").symlink_to(folder / "nothing.png")
    assert sorted({*Files([str(folder)])} - {str(folder / name) for name in NAMES}) == [str(folder / "a" / "lost.png")]


def test_what_several_names_mean_comes_once(folder):
    names = [str(folder / "a"), str(folder / "**" / "*.png"), str(folder / "a.png"), str(folder / "nothing.png")]
    found = list(Files(names))
    assert len(found) == len(set(found)) == 6
    assert found[:3] == [str(folder / name) for name in ("a/1.PNG", "a/b.png", "a/b/2.jpg")]
    assert found[-1] == names[-1]


def test_they_are_looked_up_anew_each_time(folder):
    files = Files([str(folder)])
    before = list(files)
    (folder / "z" / "new.png").touch()
    assert set(files) - set(before) == {str(folder / "z" / "new.png")}


def test_a_folder_that_is_not_there_any_more_is_said(folder, monkeypatch):
    def refuse(place):
        raise PermissionError(13, "Permission denied", place)

    monkeypatch.setattr("os.scandir", refuse)
    with pytest.raises(PermissionError):
        list(Files([str(folder)]))


def test_ten_times_as_many_files_are_held_in_no_more_memory(tmp_path):
    def peak(folders):
        for number in range(folders):
            (tmp_path / f"{number}").mkdir(exist_ok=True)
            for file in range(40):
                (tmp_path / f"{number}" / f"{file}.png").touch()
        files = Files([str(tmp_path)])
        tracemalloc.start()
        assert files.count == sum(1 for _ in files) == 40 * folders
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    few, many = peak(5), peak(50)
    assert many < 1.5 * few
