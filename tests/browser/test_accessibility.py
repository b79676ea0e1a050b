"""Every page without barriers that axe-core can find, light and dark, on a phone and on a desk."""

import io

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image, ImageDraw

from tests.browser.conftest import DESKTOP, PHONE
from tests.drawing import FOUR, SEVEN, SEVEN_PNG, beside, draw, encode

NUMBER = encode(draw(beside([SEVEN, FOUR], 0.7), (600, 400)))
SCREENS = {"desktop": DESKTOP, "phone": PHONE}
PAGES = [
    "/",
    "/upload",
    "/camera",
    "/history",
    "/history/label",
    "/history/deleted",
    "/models",
    "/models/flagship",
    "/about",
    "/api",
    "/nowhere",
    "/history/{one}",
    "/history/{number}",
    "/history/{rejected}",
    "/history/{number}/compare",
    "/history/{one}/compare",
    "/history/{one}/digits/0/why",
    "/history/{one}/digits/0/inside",
]


def scribble() -> bytes:
    """What no model takes for a digit."""
    picture = Image.new("L", (400, 400), 255)
    pen = ImageDraw.Draw(picture)
    for place in range(60, 340, 40):
        pen.line([(place, 60), (400 - place, 340)], 0, 14)
        pen.line([(60, place), (340, 400 - place)], 0, 14)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


PICTURES = {"one": SEVEN_PNG, "number": NUMBER, "rejected": scribble()}


def keep(page, picture: bytes) -> str:
    """Have a picture read, and return the number of its entry."""
    page.goto("/upload")
    page.set_input_files("#image", {"name": "a.png", "mimeType": "image/png", "buffer": picture})
    with page.expect_navigation():
        page.get_by_role("button", name="Recognise").click()
    return page.url.rpartition("/")[2]


def barriers(page) -> list[str]:
    return [
        f"{page.url}: {violation['id']}: {node['html']}"
        for violation in Axe().run(page).response["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
def test_no_page_has_barriers(visit, screen, scheme):
    page = visit("/history", **SCREENS[screen], color_scheme=scheme, reduced_motion="reduce")
    found = barriers(page)  # while it is empty
    kept = {name: keep(page, picture) for name, picture in PICTURES.items()}
    for path in PAGES:
        page.goto(path.format(**kept))
        page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
        found += barriers(page)
    visit.complaints[:] = [text for text in visit.complaints if "404 (NOT FOUND)" not in text]  # of /nowhere
    assert found == []


def test_the_rejected_picture_is_one(visit):
    page = visit("/upload")
    keep(page, PICTURES["rejected"])
    assert page.get_by_text("This does not look like a digit").is_visible()
