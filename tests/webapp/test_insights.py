import io
import re
import shutil

import numpy as np
import pytest
from PIL import Image

from recognizer.bundle import find_bundles
from tests.drawing import FOUR, SEVEN, SEVEN_PNG, beside, draw, encode
from tests.webapp.pages import token, upload
from train.recipe import load
from webapp import create_app
from webapp.config import ROOT

NUMBER = encode(draw(beside([SEVEN, FOUR], 0.7), (600, 400)))
MEMBERS = load("flagship").members
PATHS = ["compare", "digits/0/why", "digits/0/inside", "digits/0/inside/0.png"]


def test_an_answer_leads_to_what_more_there_is(client):
    page = upload(client, follow_redirects=True).text
    for path in ("compare", "digits/0/why", "digits/0/inside"):
        assert f'href="/history/1/{path}"' in page
        assert client.get(f"/history/1/{path}").status_code == 200


def test_each_digit_of_a_number_has_its_own(client):
    page = upload(client, NUMBER, follow_redirects=True).text
    for path, name in (("why", r"Why\?"), ("inside", "Look inside")):
        links = re.findall(rf'href="/history/1/digits/(\d)/{path}" aria-label="{name} (.), number . of 2">', page)
        assert links == [("0", "7"), ("1", "4")]
    assert "Why 4?" in client.get("/history/1/digits/1/why").text
    assert "of your 4" in client.get("/history/1/digits/1/inside").text


def test_what_another_network_read_is_said_to_be_looked_at_once_more(client):
    upload(client)
    upload(client, NUMBER)
    for path in ("why", "inside"):
        notes = ["looks at the same ink once more" in client.get(f"/history/{n}/digits/0/{path}").text for n in (1, 2)]
        assert notes == [False, True]
    assert "Read by the model" in client.get("/history/1").text
    assert "Found and read by the network for pages" in client.get("/history/2").text


def test_what_the_network_for_pages_saw_is_shown_where_it_read(client):
    upload(client)
    upload(client, NUMBER)
    for entry, shown in (1, False), (2, True):
        assert (f'src="/history/{entry}/heat.png"' in client.get(f"/history/{entry}/digits/0/inside").text) == shown
    assert client.get("/history/1/heat.png").status_code == 404
    heat = np.asarray(Image.open(io.BytesIO(client.get("/history/2/heat.png").data))).astype(int)
    red = heat[..., 0] - heat[..., 2] > 60
    x, y = heat.shape[1] / 2, heat.shape[0] / 2
    assert red[:, : int(x)].any()
    assert red[:, int(x) :].any()
    assert not red[: int(y / 4)].any()


def test_why_says_it_in_words_and_colours(client):
    upload(client)
    page = client.get("/history/1/digits/0/why").text
    words = re.search(r'role="img" aria-label="([^"]+)"', page)[1]
    assert "speaks most for 7." in words
    assert f"<p>{words}</p>" in page
    assert len(re.findall(r'<rect x="\d+" y="\d+" [^>]*fill="#[0-9a-f]{6}"', page)) > 20


def test_inside_has_a_picture_for_each_layer(client):
    upload(client)
    page = client.get("/history/1/digits/0/inside").text
    addresses = re.findall(r'src="(/history/1/digits/0/inside/\d+\.png)"', page)
    assert len(addresses) == len(set(addresses)) == 11 * MEMBERS
    for address in addresses:
        assert client.get(address).data.startswith(b"\x89PNG")
    assert client.get(f"/history/1/digits/0/inside/{12 * MEMBERS}.png").status_code == 404


@pytest.mark.parametrize(("picture", "text"), [(SEVEN_PNG, "7"), (NUMBER, "74")])
def test_every_model_gives_its_opinion(client, picture, text):
    upload(client, picture)
    page = client.get("/history/1/compare").text
    names = [bundle.folder.name for bundle in find_bundles(ROOT / "models")]
    assert all(f'href="/models/{name}">{name}</a>' in page for name in names)
    answers = re.findall(r'<p class="number">(\S+)\s*</p>', page)
    assert len(answers) == len(names)
    assert answers.count(text) > len(names) / 2
    assert page.count(" ms</p>") == len(names)
    by_page_network = len(text) > 1
    assert page.count("It read this.") == (not by_page_network)
    assert page.count("The network for pages found and read this") == by_page_network


def test_the_model_that_read_gives_the_same_answer_again(client):
    page = upload(client, follow_redirects=True).text
    confidence = re.search(r"([\d.]+)\s% confidence", page)[1]
    again = client.get("/history/1/compare").text
    mine = again[again.index(">flagship</a>") :]
    assert float(re.search(r'class="best">.*?"share">([\d.]+)\s%', mine, re.S)[1]) == pytest.approx(
        float(confidence), abs=0.5
    )


def test_a_damaged_model_is_a_row_with_the_reason(settings):
    client = create_app(settings).test_client()
    broken = settings["INSTANCE"] / "models" / "broken"
    broken.mkdir(parents=True)
    (broken / "model.tflite").write_text("no model")
    upload(client)
    page = client.get("/history/1/compare")
    assert page.status_code == 200
    assert "The model broken is damaged." in page.text


def test_when_the_model_that_read_is_gone_that_is_said(settings):
    mine = settings["INSTANCE"] / "models" / "mine"
    shutil.copytree(ROOT / "models" / "small", mine)
    client = create_app(settings).test_client()
    client.post("/models/mine/choose", data={"csrf_token": token(client)})
    upload(client)
    shutil.rmtree(mine)
    for path in PATHS[1:]:
        response = client.get(f"/history/1/{path}")
        assert response.status_code == 404
        assert "The model mine is not installed." in response.text
    assert client.get("/history/1/compare").status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_nobody_else_sees_them(client, app, path):
    upload(client)
    assert client.get(f"/history/1/{path}").status_code == 200
    stranger = app.test_client()
    upload(stranger)
    assert stranger.get(f"/history/1/{path}").status_code == 404


@pytest.mark.parametrize("path", ["digits/1/why", "digits/1/inside", "digits/1/inside/0.png"])
def test_a_digit_that_an_entry_has_not_is_not_found(client, path):
    upload(client)
    assert client.get(f"/history/1/{path}").status_code == 404
