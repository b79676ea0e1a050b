"""Recipes: small TOML files that say what to train, on what and how; `train/recipes/` holds those that come with us."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from recognizer.schema import parse
from train.errors import TrainError

FOLDER = Path(__file__).parent / "recipes"
GENTLE = (
    "train.epochs=5",
    "train.learning_rate=0.0003",
    "teacher=",
)  # what fine-tuning changes of a recipe, unless one says otherwise


@dataclass(frozen=True)
class Training:
    """How the weights are found."""

    epochs: int = 5
    batch_size: int = 128
    learning_rate: float = 0.001  # of Adam, and the highest where a schedule changes it
    schedule: str = "constant"  # or "cosine": a warm-up over a tenth of the steps, then half a cosine down to 0
    weight_decay: float = 0.0  # of AdamW, or 0 for Adam
    label_smoothing: float = 0.0
    validation: float = 0.1  # share of the training set that picks the epoch
    precision: str = "float32"  # or "mixed_bfloat16", which is faster where the processor knows it; the same in the end
    # What the epoch is picked by; "loss" is less moved by a few digits, and "last" is the one where a schedule ends.
    pick: str = "accuracy"


@dataclass(frozen=True)
class Augmentation:
    """How far at most a training picture is changed each time that it is seen. Where all is 0, it is not changed."""

    clean: float = 0.0  # share of the pictures left as they are
    rotation: float = 0.0  # degrees, either way
    shear: float = 0.0  # slant, either way
    stretch: float = 0.0  # relative change of width to height, either way
    elastic: float = 0.0  # pixels of 28, the typical displacement (Simard et al. 2003)
    thickness: float = 0.0  # pixels of 28 by which strokes grow or shrink, at most
    blur: float = 0.0  # pixels of 28, the largest standard deviation
    thinnest: float = 2.5  # pixels of 28, the finest pen that strokes are drawn with
    widest: float = 3.5  # pixels of 28, the broadest
    marks: float = 0.0  # share of the drawn digits that get a slash, flag, hook or bar, or another form of theirs
    blend: float = 0.0  # share of what two people's ways to write a digit differ by, that one is moved by at most
    loose: float = 0.0  # share of a stroke that may be missing at either end, and of the digit by which it is off
    gaps: float = 0.0  # pixels of 28, how wide the pen skips at most
    torn: float = 0.0  # share of the pictures that show not quite all of the digit
    leftovers: float = 0.0  # share of the pictures with a bit of a line or neighbour beside the digit
    noise: float = 0.0  # the largest standard deviation of the camera's grain, where ink is 1
    jpeg: bool = False  # whether some pictures are compressed as badly as JPEG does
    coarse: float = 0.0  # share of the pictures that have few pixels, or black and white ones alone


@dataclass(frozen=True)
class Recipe:
    """What `fit` follows. `layers` are those between input and softmax, in the words of `train.architecture`."""

    name: str
    description: str
    layers: list[str]
    members: int = 1  # networks of these layers, whose mean is the model
    data: dict[str, int] = field(default_factory=lambda: {"mnist": 1})  # and how often an epoch sees each
    teacher: str = ""  # a model, by name or path, whose answers are learnt beside the labels
    held_out: list[str] = field(default_factory=list)  # donors of UNIPEN whose hands it is validated on alone
    train: Training = field(default_factory=Training)
    augment: Augmentation = field(default_factory=Augmentation)
    tune: dict[str, Any] = field(default_factory=dict)  # what of these settings `tune` tries, `train.tune`


@dataclass(frozen=True)
class Rendering:
    """The pages that a page network learns from."""

    held_out: list[str] = field(default_factory=lambda: ["aga"])  # donors of UNIPEN whose hands it is validated on
    steps: int = 100  # batches of an epoch
    validation: int = 192  # crops, after each epoch
    tested: int = 600  # crops, for the figures of the card
    calibrated: int = 300  # crops, for how sure its answers are
    equations: float = 0.0  # share of the crops of a training that show equations, beside those that do so anyway
    signs_alone: bool = False  # whether only what tells signs from all else learns, so that digits are found as before
    kept: float = 0.5  # share of the weights it started from; their mean with the trained ones reads real pages best


@dataclass(frozen=True)
class PageRecipe:
    """What `fit` follows for a network that finds digits and marks on pages, `train.detector`."""

    name: str
    description: str
    pages: Rendering
    train: Training = field(default_factory=Training)


def names() -> list[str]:
    """The names of the recipes that come with us."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load(name: str, changes: Sequence[str] = (), gently: bool = False) -> Recipe | PageRecipe:
    """Return a recipe by name or TOML file, with changes such as `train.batch_size=256`. Raises TrainError.

    One with a table `pages` is that of a page network; another is changed to fine-tune `gently`, unless told otherwise.
    """
    path = FOLDER / f"{name}.toml" if name in names() else Path(name)
    if not path.is_file():
        raise TrainError(
            f"There is no recipe {name!r}; there are {', '.join(names())}, or give the path of a TOML file."
        )
    try:
        values = tomllib.loads(path.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TrainError(f"{path}: is no TOML ({error}).") from error
    for change in [*(GENTLE if gently and "pages" not in values else ()), *changes]:
        _change(values, change)
    return build({"name": path.stem, **values}, str(path))


def build(values: dict[str, Any], where: str) -> Recipe | PageRecipe:
    """Return the recipe of a table as TOML files and cards hold it. Raises TrainError, naming `where` it stands."""
    try:
        return parse(PageRecipe, values, where) if "pages" in values else parse(Recipe, values, where)
    except ValueError as error:
        raise TrainError(str(error)) from error


def describe(recipe: Recipe) -> dict[str, Any]:
    """Return what is followed of a recipe, as a table, without what it says of searches."""
    return {key: value for key, value in asdict(recipe).items() if key != "tune"}


def _change(values: dict[str, Any], change: str) -> None:
    key, equals, text = change.partition("=")
    if not equals:
        raise TrainError(f"--set {change}: expected key=value, such as train.batch_size=256.")
    *tables, last = key.strip().split(".")
    for table in tables:
        values = values.setdefault(table, {})
    try:
        values[last] = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        values[last] = text
