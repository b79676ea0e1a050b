import json

import pytest

from tests.drawing import FOUR_PNG
from tests.webapp.pages import upload
from webapp.config import ROOT

PICTURES = ["picture", "ink", "frame", "layer"]


def test_the_page_explains_with_an_example_of_its_own(client):
    page = client.get("/about").text
    assert "These pictures are made from a 2" in page
    assert "speaks for 2" in page
    assert "Set-Cookie" not in client.get("/about").headers


def test_the_page_explains_with_the_visitors_last_picture(client, app):
    before = client.get("/about/picture.png").data
    upload(client, FOUR_PNG)
    page = client.get("/about").text
    assert "from the last one that you had read" in page
    assert "speaks for 4" in page
    assert client.get("/about/picture.png").data == client.get("/history/1/thumbnail.png").data
    assert app.test_client().get("/about/picture.png").data == before


@pytest.mark.parametrize("name", PICTURES)
def test_its_pictures_are_there(client, name):
    assert f'src="/about/{name}.png"' in client.get("/about").text
    assert client.get(f"/about/{name}.png").data.startswith(b"\x89PNG")


def test_there_are_no_other_pictures(client):
    assert client.get("/about/else.png").status_code == 404


@pytest.mark.parametrize(
    ("days", "sentence"), [(30, "deleted automatically after 30 days"), (0, "until you delete them")]
)
def test_it_says_for_how_long_answers_are_kept(app, days, sentence):
    app.config["HISTORY_DAYS"] = days
    assert sentence in app.test_client().get("/about").text


def test_every_page_leads_to_it(client):
    for path in ("/", "/upload", "/history", "/models", "/nowhere"):
        assert 'href="/about"' in client.get(path).text


def test_the_site_can_be_installed_on_a_phone(client):
    page = client.get("/").text
    assert 'rel="manifest" href="/static/manifest.webmanifest"' in page
    response = client.get("/static/manifest.webmanifest")
    assert response.mimetype == "application/manifest+json"
    manifest = json.loads(response.data)
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in manifest["icons"]}
    for icon in manifest["icons"]:
        assert (ROOT / "static" / icon["src"]).is_file()
    assert client.get("/static/touch-icon-180.png").status_code == 200
