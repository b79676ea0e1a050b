import json
import logging
import re
import shutil
import threading

import pytest

from recognizer import Model, ModelError
from recognizer.bundle import find_bundles
from tests.drawing import SEVEN_PNG
from tests.webapp.pages import token, upload
from webapp import create_app
from webapp.config import ROOT
from webapp.models import bundles
from webapp.models.shelf import KEPT, Shelf

SHIPPED = [bundle.folder.name for bundle in find_bundles(ROOT / "models")]


def choose(client, name, **options):
    return client.post(f"/models/{name}/choose", data={"csrf_token": token(client)}, **options)


@pytest.fixture
def own(settings):
    """A folder for a model of one's own, with a model."""
    folder = settings["INSTANCE"] / "models" / "mine"
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "models" / "small" / "model.tflite", folder)
    return folder


def test_all_models_are_compared(client):
    page = client.get("/models").text
    for name in SHIPPED:
        card = json.loads((ROOT / "models" / name / "card.json").read_text())
        assert f'href="/models/{name}"' in page
        assert f"{card['parameters']:,} parameters" in page
        for result in card["results"].values():
            shown = [f"{100 * share:.2f}&nbsp;%" for share in (result["accuracy"], *result["interval"])]
            assert re.search(r"\D+".join(map(re.escape, shown)), page)


@pytest.mark.parametrize("name", SHIPPED)
def test_each_model_has_a_page_with_its_figures_layers_and_plots(client, name):
    page = client.get(f"/models/{name}").text
    card = json.loads((ROOT / "models" / name / "card.json").read_text())
    for result in card["results"].values():
        assert all(f"<td>{100 * share:.2f}&nbsp;%</td>" in page for share in result["per_digit"])
    assert "Convolution</th>" in page
    addresses = re.findall(r'src="(/models/[^"]+)"', page)
    assert len(addresses) == len(list((ROOT / "models" / name / "plots").glob("*.png")))
    for address in addresses:
        assert client.get(address).data.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "path",
    [
        "/models/nowhere",
        "/models/..",
        "/models/.hidden",
        "/models/flagship/plots/nothing.png",
        "/models/flagship/plots/..%2f..%2fsmall%2fplots%2freliability.png",
        "/models/flagship/plots/%2e%2e/reliability.png",
    ],
)
def test_there_is_no_way_to_other_files(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "card",
    [None, "no json", "[]", "{}", '{"results": 5}', '{"description": "x", "results": {"a": {"accuracy": "much"}}}'],
)
def test_a_model_whose_card_cannot_be_understood_breaks_no_page(settings, own, card, caplog):
    client = create_app(settings).test_client()
    if card is not None:
        (own / "card.json").write_text(card)
    (own / "model.keras").write_text("no zip")
    with caplog.at_level(logging.WARNING):
        assert "No description available." in client.get("/models").text
        page = client.get("/models/mine")
    assert page.status_code == 200
    assert "nothing is known of how this model was trained" in page.text


def test_the_model_that_a_visitor_chooses_reads_for_them_alone(client, app):
    assert "small now reads your digits." in choose(client, "small", follow_redirects=True).text
    assert "/models/small" in upload(client, follow_redirects=True).text
    assert "/models/flagship" in upload(app.test_client(), follow_redirects=True).text
    page = client.get("/models/small").text
    assert "In use" in page


def test_programs_are_answered_by_the_sites_model_in_any_case(client):
    choose(client, "small")
    assert client.post("/api/v1/recognize", data=SEVEN_PNG).json["model"] == "flagship"


def test_going_back_to_the_sites_model_follows_it_from_then_on(client):
    choose(client, "small")
    choose(client, "flagship")
    with client.session_transaction() as session:
        assert session["model"] is None
    assert "/models/flagship" in upload(client, follow_redirects=True).text


def test_a_model_that_vanished_falls_back_with_a_notice(settings, own):
    client = create_app(settings).test_client()
    choose(client, "mine")
    shutil.rmtree(own)
    page = upload(client, follow_redirects=True).text
    assert "The model mine is not installed. flagship now reads your digits." in page
    assert "/models/flagship" in page
    assert "not installed" not in client.get("/models").text


@pytest.mark.parametrize("name", ["model.tflite", "card.json"])
def test_a_damaged_model_cannot_be_chosen(settings, own, name):
    client = create_app(settings).test_client()
    (own / name).write_text("no model")
    page = choose(client, "mine", follow_redirects=True).text
    assert "The model mine is damaged. Nothing has changed." in page
    assert "/models/flagship" in upload(client, follow_redirects=True).text


def test_a_model_for_keras_alone_cannot_be_chosen_where_litert_serves(settings, own):
    (own / "model.tflite").unlink()
    shutil.copy(ROOT / "models" / "small" / "model.keras", own)
    client = create_app(settings).test_client()
    assert "runs with Keras alone" in choose(client, "mine", follow_redirects=True).text


def test_a_model_that_is_not_there_cannot_be_chosen(client):
    assert choose(client, "nowhere").status_code == 404


def test_the_shelf_holds_a_few_models_and_hands_the_same_to_all_threads():
    shelf, found = Shelf(), []
    folders = [ROOT / "models" / name for name in SHIPPED]
    threads = [threading.Thread(target=lambda: found.append(shelf.get(folders[0]))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, found))) == 1
    for folder in folders:
        assert shelf.get(folder).name == folder.name
    assert len(shelf._models) == KEPT < len(folders)
    with pytest.raises(ModelError):
        shelf.get(ROOT)


def test_cards_of_the_shipped_models_are_understood():
    for name in SHIPPED:
        card = bundles.read_card(ROOT / "models" / name)
        assert card is not None
        assert card.megabytes < 2
        assert isinstance(Model(ROOT / "models" / name).temperature, float)


@pytest.mark.parametrize("path", ["/", "/upload", "/camera"])
def test_another_model_than_the_sites_is_named_where_it_reads(client, path):
    assert "Read by" not in client.get(path).text
    choose(client, "small")
    assert 'Read by small · <a href="/models">Change</a>' in client.get(path).text
    choose(client, "flagship")
    assert "Read by" not in client.get(path).text
