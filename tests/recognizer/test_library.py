"""What others install: a wheel with the networks, and nothing of the site or the training."""

import doctest
import os
import re
import shutil
import site
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import fsspec
import numpy as np
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import recognizer.reading
from recognizer import Model, ModelError, read, read_picture
from recognizer import pipeline as pipeline_module
from recognizer.detector import load_detector
from tests.drawing import FOUR, SEVEN, SEVEN_PNG, beside, draw, encode
from webapp.config import ROOT

SHIPPED = ("pyproject.toml", "LICENSE", "docs/library.md", "recognizer", "models/flagship", "models/page")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
NUMBER = draw(beside([SEVEN, FOUR], 0.8), (600, 400))


def required(name):
    """The requirements that a file lists, without the reasons, and without those of files that it takes in."""
    lines = (line.partition("  #")[0].strip() for line in (ROOT / name).read_text().splitlines())
    return sorted(line for line in lines if line and not line.startswith(("#", "-r")))


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("requirements-web.txt", PROJECT["dependencies"] + EXTRAS["web"]),
        ("requirements.txt", EXTRAS["train"]),
        ("requirements-bulk.txt", EXTRAS["bulk"]),
    ],
)
def test_what_is_asked_for_is_what_the_scripts_install(name, listed):
    assert sorted(listed) == required(name)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    tree = tmp_path_factory.mktemp("tree")
    for name in SHIPPED:
        (tree / name).parent.mkdir(exist_ok=True)
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tree / name)
    out = tree / "dist"
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", out, tree]
    subprocess.run(command, check=True, capture_output=True)
    (found,) = out.glob("*.whl")
    return found


def needed(names):
    """The distributions that these need, and those that they need in turn, as far as this platform does."""
    found = {}
    left = [Requirement(name) for name in names]
    while left:
        requirement = left.pop()
        name = canonicalize_name(requirement.name)
        if name in found or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        found[name] = metadata.distribution(name)
        left += map(Requirement, found[name].requires or [])
    return found.values()


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory):
    """A Python with the wheel and what that asks for, linked from here, and nothing else."""
    home = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    python = home / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel]
    subprocess.run(install, check=True, capture_output=True)
    (packages,) = home.glob("lib/python*/site-packages")
    here = Path(next(path for path in site.getsitepackages() if "site-packages" in path))
    for distribution in needed(PROJECT["dependencies"]):
        for top in {path.parts[0] for path in distribution.files if path.parts[0] not in ("..", "__pycache__")}:
            if not (packages / top).exists():
                (packages / top).symlink_to(here / top)
    return home


def run(environment, tmp_path, *command):
    (tmp_path / "7.png").write_bytes(SEVEN_PNG)
    (tmp_path / "number.png").write_bytes(encode(NUMBER))
    program = environment / "bin" / command[0]
    done = subprocess.run(
        [program, *command[1:]],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_the_wheel_reads_in_an_environment_of_its_own_without_site_and_training(wheel, environment, tmp_path):
    program = 'from recognizer import Model, read; print(read(open("7.png", "rb").read(), Model("flagship")).text)'
    assert run(environment, tmp_path, "python", "-c", program)[:2] == (0, "7\n")
    status, said, _ = run(environment, tmp_path, "digits", "read", "7.png", "number.png")
    assert (status, said) == (0, "7.png\t7\nnumber.png\t74\n")
    assert run(environment, tmp_path, "digits", "--help")[1].startswith("usage: digits ")
    for name in ("flask", "tensorflow", "keras", "webapp", "train", "tests"):
        status, _, said = run(environment, tmp_path, "python", "-c", f"import {name}")
        assert status == 1
        assert f"No module named '{name}'" in said
    assert wheel.stat().st_size < 2_000_000
    names = subprocess.run([sys.executable, "-m", "zipfile", "-l", wheel], check=True, capture_output=True, text=True)
    assert "recognizer/py.typed" in names.stdout
    assert "model.keras" not in names.stdout


@pytest.fixture
def beside_a_seven(tmp_path, monkeypatch):
    (tmp_path / "7.png").write_bytes(SEVEN_PNG)
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("beside_a_seven")
def test_the_examples_of_the_documentation_are_true():
    found = doctest.testfile(str(ROOT / "docs" / "library.md"), module_relative=False)
    assert found.failed == 0
    assert found.attempted > 8


@pytest.mark.usefixtures("beside_a_seven")
def test_the_examples_of_the_code_are_true():
    found = doctest.testmod(pipeline_module)
    assert found.failed == 0
    assert found.attempted > 2


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_arrays_are_read_as_files_are(model, mode):
    pixels = np.asarray(NUMBER.convert(mode))
    assert read_picture(pixels, model).as_dict() == read(encode(NUMBER), model).as_dict()


def test_a_large_array_is_reduced_as_a_file_is(model):
    large = NUMBER.resize((4200, 2800))
    found = read_picture(np.asarray(large), model)
    assert (found.text, found.size) == ("74", (4200, 2800))
    assert found.digits[1].box[0] > 2000


@pytest.mark.parametrize(
    "pixels",
    [np.zeros((4, 4)), np.zeros((4, 4, 2), np.uint8), np.zeros(4, np.uint8), np.zeros((0, 4), np.uint8)],
    ids=["floats", "two channels", "a row", "empty"],
)
def test_an_array_that_is_no_picture_is_refused(model, pixels):
    with pytest.raises(ValueError, match="a picture is an array of uint8"):
        read_picture(pixels, model)


def test_an_answer_is_a_table(model):
    reading = read(encode(NUMBER), model)
    head, first, second = reading.to_csv().splitlines()
    assert head == "line,text,digit,confidence,x,y,width,height"
    assert re.fullmatch(r"0,7,7,0\.\d+(,\d+){4}", first)
    frame = reading.to_dataframe()
    assert frame["text"].tolist() == ["7", "4"]
    assert frame[["x", "y", "width", "height"]].to_numpy().tolist() == [digit.box for digit in reading.digits]
    assert second.startswith("0,4,4,")


def test_without_a_library_of_tables_it_says_what_to_do(model, monkeypatch):
    monkeypatch.setattr(recognizer.reading, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match="needs pandas or polars"):
        read(SEVEN_PNG, model).to_dataframe()


@pytest.fixture
def address(tmp_path):
    """A model in a bucket."""
    memory = fsspec.filesystem("memory")
    memory.put(str(ROOT / "models" / "small"), "/bucket/mine", recursive=True)
    yield "memory://bucket/mine"
    memory.rm("/bucket", recursive=True)


def test_a_model_is_fetched_from_an_address(address):
    model = Model(address)
    assert (model.name, read(SEVEN_PNG, model).text) == ("mine", "7")
    assert model.temperature == Model("small").temperature
    folder = model.folder
    assert folder.is_dir()
    del model
    assert not folder.exists()


def test_an_address_with_nothing_is_named():
    with pytest.raises(ModelError, match="there is no model"):
        Model("memory://nowhere/mine")
    with pytest.raises(ModelError, match="nosuch://bucket/mine: the model cannot be fetched"):
        Model("nosuch://bucket/mine")


def test_names_are_looked_for_in_a_folder_of_ones_own_first(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "models" / "small", tmp_path / "mine")
    monkeypatch.setenv("DIGITS_MODELS", str(tmp_path))
    assert Model("mine").folder == tmp_path / "mine"
    assert Model("flagship").folder == ROOT / "models" / "flagship"
    load_detector.cache_clear()
    assert load_detector() is not None
