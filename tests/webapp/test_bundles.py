import shutil

import pytest

from recognizer.bundle import find_bundles
from webapp import create_app
from webapp.config import ROOT


def models(app):
    return {model["name"]: model for model in app.test_client().get("/api/v1/models").json["models"]}


def test_installed_models_are_listed_with_the_essentials(app):
    found = models(app)
    assert set(found) == {bundle.folder.name for bundle in find_bundles(ROOT / "models")}
    assert [name for name, model in found.items() if model["reads"]] == ["flagship"]
    small = found["small"]
    assert set(small) == {"name", "reads", "description", "parameters", "bytes", "results"}
    assert small["results"]["mnist test"]["accuracy"] > 0.99


@pytest.mark.parametrize("card", [None, "no json"])
def test_a_model_of_ones_own_is_listed_with_what_its_card_has(settings, card):
    own = settings["INSTANCE"] / "models" / "mine"
    own.mkdir(parents=True)
    shutil.copy(ROOT / "models" / "small" / "model.tflite", own)
    app = create_app(settings)
    if card is not None:
        (own / "card.json").write_text(card)
    assert models(app)["mine"] == {"name": "mine", "reads": False}


def test_a_model_elsewhere_is_listed_while_it_reads(settings, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(ROOT / "models" / "small", elsewhere)
    found = models(create_app(settings | {"MODEL": str(elsewhere)}))
    assert [name for name, model in found.items() if model["reads"]] == ["elsewhere"]
