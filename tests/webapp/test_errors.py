"""Every error of the recognizer has its answer: the sentence and a status that says whose fault it is."""

from collections.abc import Iterator

import pytest

from recognizer import ModelError, PictureError, PictureTooLarge
from tests.drawing import SEVEN_PNG
from tests.webapp.pages import error, upload


class TooManyDigits(PictureTooLarge):
    """A kind that only this test has."""


class MadeUp(PictureError):
    """Another one, of no kind that the site knows."""


class ModelIsAsleep(ModelError):
    """And one of a model."""


def kinds(base: type[Exception]) -> Iterator[type[Exception]]:
    """A class and all that are made from it."""
    yield base
    for kind in base.__subclasses__():
        yield from kinds(kind)


STATUS = {
    "PictureError": 400,
    "UnreadablePicture": 400,
    "PictureTooLarge": 413,
    "NotAPicture": 415,
    "NoInk": 422,
    "ModelError": 503,
    "TooManyDigits": 413,
    "MadeUp": 400,
    "ModelIsAsleep": 503,
}


def test_the_kinds_made_here_are_among_all_kinds():
    assert STATUS.keys() <= {kind.__name__ for base in (PictureError, ModelError) for kind in kinds(base)}


@pytest.mark.parametrize("kind", [*kinds(PictureError), *kinds(ModelError)], ids=lambda kind: kind.__name__)
def test_each_kind_has_its_answer(app, client, monkeypatch, kind):
    def fail(*args: object) -> None:
        raise kind("This is why.")

    monkeypatch.setattr(app.extensions["model"], "probabilities", fail)
    by_program = client.post("/api/v1/recognize", data=SEVEN_PNG)
    by_form = upload(client)
    assert by_program.status_code == by_form.status_code
    assert by_program.status_code == STATUS.get(kind.__name__, by_program.status_code)
    if issubclass(kind, PictureError):
        assert 400 <= by_program.status_code < 500
        assert by_program.json["detail"] == error(by_form) == "This is why."
    else:
        assert by_program.status_code == 503
        assert by_program.json["detail"] == "The model is not available just now. Try again in a moment."
