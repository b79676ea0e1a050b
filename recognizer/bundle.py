"""Model bundles: the files of models/NAME/, and the card that says what a model is and how it was made."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from recognizer.errors import ModelError
from recognizer.frame import Framing
from recognizer.schema import parse

DIGIT_COUNT = 10  # what a model of digits tells apart
LITERT, KERAS, CARD = "model.tflite", "model.keras", "card.json"


@dataclass(frozen=True)
class Data:
    """How many items of a data set were used for what. `sha256` is of all that the set holds."""

    sha256: str | None  # None for a set that is generated
    training: int
    validation: int
    test: int


@dataclass(frozen=True)
class Origin:
    """The model that a fine-tuning started from, and its `accuracy` then, from 0 to 1, by the name of the test."""

    name: str
    sha256: str  # of its Keras file
    accuracy: dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Card:
    """What is known of every model, whatever it reads."""

    kind: ClassVar[str]

    name: str
    description: str
    recipe: dict[str, Any]  # as `train` takes it, which alone knows what it means
    seed: int
    origin: Origin | None = None
    epoch: int  # counted from 1, the one whose weights were kept
    data: dict[str, Data]  # by the set's name
    parameters: int
    bytes: dict[str, int]  # of the model's files, by name
    training_seconds: float
    libraries: dict[str, str]  # their versions
    history: dict[str, list[float]] = field(default_factory=dict)  # by figure, a value an epoch

    @property
    def megabytes(self) -> float:
        """The size of the file that is served."""
        return self.bytes.get(LITERT, self.bytes.get(KERAS, 0)) / 1e6


@dataclass(frozen=True)
class Calibration:
    """What makes confidences honest, fitted on the digits that the model was validated with."""

    temperature: float = 1.0  # above 0 (Guo et al. 2017, arXiv:1706.04599)
    reject_below: float = 0.0  # how likely a frame must be a digit, 0 to 1, or how likely its likeliest (Model.rejects)
    calibration_error: float | None = None  # from 0 to 1, of the digits that it was fitted on

    def __post_init__(self) -> None:
        """Refuse what nothing can be calibrated by. Raises ValueError."""
        if not 0 < self.temperature < math.inf:
            raise ValueError(f"temperature is {self.temperature}, not above 0")
        if not 0 <= self.reject_below <= 1:
            raise ValueError(f"reject_below is {self.reject_below}, not from 0 to 1")


@dataclass(frozen=True)
class Result:
    """How a model reads `n` digits. All shares are from 0 to 1."""

    n: int
    accuracy: float
    interval: tuple[float, float]  # of the accuracy, 95 %
    per_digit: list[float | None]  # the accuracy on each digit, None for one that does not occur
    calibration_error: float

    def __post_init__(self) -> None:
        """Refuse accuracies of other than ten digits. Raises ValueError."""
        if len(self.per_digit) != DIGIT_COUNT:
            raise ValueError(f"per_digit has {len(self.per_digit)} accuracies, not {DIGIT_COUNT}")


@dataclass(frozen=True)
class Votes:
    """What a writer's own digits say of the next ones, `recognizer.hand`; fitted on writers that it has not seen."""

    weight: float  # what an example that looks the same adds to the log of its digit's share
    sharpness: float  # how fast that falls with 1 less the cosine between the two
    unknown: float  # the cosine that is taken of a digit without an example, lest those with one are all preferred

    def __post_init__(self) -> None:
        """Refuse what would turn examples against their own digits. Raises ValueError."""
        if not (0 <= self.weight < math.inf and 0 <= self.sharpness < math.inf and -1 <= self.unknown <= 1):
            raise ValueError(f"{self}: not a weight and sharpness of 0 or more, and an unknown of -1 to 1")


@dataclass(frozen=True, kw_only=True)
class DigitCard(Card):
    """What is known of a model that reads frames of single digits."""

    kind = "digits"

    framing: Framing  # of all digits that it was trained on
    calibration: Calibration
    results: dict[str, Result]  # by the name of the test
    votes: Votes | None = None  # where it was fitted how it learns a hand


@dataclass(frozen=True)
class ClassResult:
    """How a page network finds and reads glyphs of one class, on rendered pages by hands that it has not seen."""

    glyphs: int
    right: int  # of them, found and taken for what they are
    wrong: int  # found, but taken for another class
    invented: int  # answers of the class where there is none

    @property
    def missed(self) -> int:
        """Glyphs where nothing is found."""
        return self.glyphs - self.right - self.wrong


@dataclass(frozen=True)
class Sureness:
    """How likely a glyph found is right, by its score: logistic in the score's log odds (Platt 1999).

    Fitted over all scales at once, on rendered pages by hands that the network has not seen.
    """

    slope: float
    offset: float

    def tell(self, score: float) -> float:
        """Return the probability, 0 to 1, that a glyph with a score, 0 to 1, is there and what it is taken for."""
        score = min(max(score, 1e-6), 1 - 1e-6)
        return 1 / (1 + math.exp(-self.offset - self.slope * math.log(score / (1 - score))))


@dataclass(frozen=True, kw_only=True)
class PageCard(Card):
    """What is known of a network that finds digits and marks on pages."""

    kind = "page"

    classes: list[str]  # in the order of its answers
    threshold: float  # a score, from 0 to 1; the figures are of what is found with more
    sureness: Sureness
    results: dict[str, ClassResult]  # by class


C = TypeVar("C", bound=Card)


@dataclass(frozen=True)
class Bundle:
    """The folder of a model. Any of its files may be missing: a model needs no more than one of its two formats."""

    folder: Path

    @property
    def litert(self) -> Path:
        """The model as it is served."""
        return self.folder / LITERT

    @property
    def keras(self) -> Path:
        """The model as it was trained."""
        return self.folder / KERAS

    @property
    def card(self) -> Path:
        """What is known of the model, as JSON."""
        return self.folder / CARD

    @property
    def plots(self) -> Path:
        """The folder of pictures of how the model was trained and what it reads."""
        return self.folder / "plots"

    @property
    def has_model(self) -> bool:
        """Whether there is a model, in either format."""
        return self.litert.is_file() or self.keras.is_file()

    @property
    def kind(self) -> str:
        """What the model reads; one without a card that tells, or with none that can be read, is taken for digits."""
        try:
            return str(json.loads(self.card.read_text(encoding="utf-8"))["kind"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return DigitCard.kind

    def sizes(self) -> dict[str, int]:
        """The bytes of the model's files, by name."""
        return {path.name: path.stat().st_size for path in (self.keras, self.litert) if path.is_file()}

    def read_card(self, kind: type[C]) -> C | None:
        """Return the card, whatever its version, or None where there is none.

        Raises ModelError, which says what is wrong, where it cannot be understood or tells of another kind of model.
        """
        try:
            content = json.loads(self.card.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError) as error:
            raise ModelError(f"{self.card}: the model's card cannot be read ({error}).") from error
        try:
            return parse(kind, _upgrade(content, kind, str(self.card)), str(self.card))
        except ValueError as error:
            raise ModelError(str(error)) from error

    def write_card(self, card: Card) -> None:
        """Write a card, as today's version. Raises OSError."""
        content = {"version": VERSION, "kind": card.kind, **asdict(card)}
        self.card.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def find_bundles(folder: Path) -> list[Bundle]:
    """Return the bundles of models of digits in a folder, by name, hidden ones left out."""
    found = [Bundle(path) for path in sorted(folder.glob("[!.]*"))]
    return [bundle for bundle in found if bundle.has_model and bundle.kind == DigitCard.kind]


def _upgrade(content: Any, kind: type[Card], where: str) -> Any:
    """The fields of a card of any version, as today's version has them. Raises ValueError."""
    if not isinstance(content, dict):
        raise ValueError(f"{where}: expected a table, not {content!r}.")
    version = parse(int, content.pop("version", 0), f"{where}: version")
    if not 0 <= version <= VERSION:
        raise ValueError(f"{where}: is of version {version}, and known here are 0 to {VERSION}; update Digits.")
    for migrate in MIGRATIONS[version:]:
        content = migrate(content)
    if (found := content.pop("kind", None)) != kind.kind:
        raise ValueError(f"{where}: tells of a model of {found}, not of {kind.kind}.")
    return content


def _from_version_0(card: dict[str, Any]) -> dict[str, Any]:
    """Cards had no version, only digits were read, and all were framed alike. What is no digit was called strangers.

    Glyphs were halved above 160 pixels for some of the models, but those that they were trained on are smaller.
    """
    card = _rename(card, {"versions": "libraries", "from": "origin"})
    if isinstance(recipe := card.get("recipe"), dict):
        card["recipe"] = _upgrade_recipe(recipe)
    if "data" in card:
        card["data"] = _rename(card["data"], NEGATIVES)
    framing = {"box": 20, "centre": 14.0, "thinnest": 2.0, "working_box": 200}
    return {"kind": "digits", "framing": framing} | card


def _from_version_1(card: dict[str, Any]) -> dict[str, Any]:
    """No model had learnt how to learn a hand."""
    return {"votes": None} | card if card.get("kind") == DigitCard.kind else card


def _from_version_2(card: dict[str, Any]) -> dict[str, Any]:
    """Digits without an example gained nothing, whatever those with one did."""
    return card | {"votes": {"unknown": -1.0} | card["votes"]} if isinstance(card.get("votes"), dict) else card


def _upgrade_recipe(recipe: dict[str, Any]) -> dict[str, Any]:
    """The oldest recipes named one data set and had one network. Pens drew wider than recipes said."""
    data = recipe.get("data")
    data = {data: 1} if isinstance(data, str) else _rename(data, NEGATIVES)
    recipe = recipe | {"members": recipe.get("members", 1), "data": data}
    if isinstance(augment := recipe.get("augment"), dict):
        widths = {key: augment[key] for key in ("thinnest", "widest") if isinstance(augment.get(key), int | float)}
        recipe["augment"] = augment | {key: round(width + PEN, 2) for key, width in widths.items()}
    return recipe


def _rename(table: Any, names: dict[str, str]) -> Any:
    return {names.get(key, key): value for key, value in table.items()} if isinstance(table, dict) else table


NEGATIVES = {"strangers": "negatives"}
PEN = 0.4  # frame pixels by which pens drew wider
MIGRATIONS: list[Callable[[dict[str, Any]], dict[str, Any]]] = [
    _from_version_0,
    _from_version_1,
    _from_version_2,
]  # by the version that each is for
VERSION = len(MIGRATIONS)
