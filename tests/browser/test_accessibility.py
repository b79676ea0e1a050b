"""Every page without barriers that axe-core can find, light and dark, on a phone and on a desk."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.pen import by_mouse, change_sheet
from tests.drawing import FOUR, SCRIBBLE, SEVEN, SEVEN_PNG, beside, draw, encode, table

NUMBER = encode(draw(beside([SEVEN, FOUR], 0.7), (600, 400)))
SCREENS = {"desktop": DESKTOP, "phone": PHONE}
PAGES = [
    "/",
    "/upload",
    "/camera",
    "/history",
    "/history/label",
    "/history/hand",
    "/history/hand/write",
    "/history/deleted",
    "/models",
    "/models/flagship",
    "/about",
    "/api",
    "/nowhere",
    "/history?digit=x",
    "/history?digit=9",
    "/history/{one}",
    "/history/{number}",
    "/history/{table}",
    "/history/{rejected}",
    "/history/{number}/compare",
    "/history/{one}/compare",
    "/history/{one}/digits/0/why",
    "/history/{one}/digits/0/inside",
]

TABLE = encode(table([[SEVEN, FOUR], [FOUR, SEVEN]]))
PICTURES = {"one": SEVEN_PNG, "table": TABLE, "number": NUMBER, "rejected": encode(draw(SCRIBBLE))}


def keep(page, picture: bytes) -> str:
    """Have a picture read, and return the number of its entry."""
    page.goto("/upload")
    page.set_input_files("#image", {"name": "a.png", "mimeType": "image/png", "buffer": picture})
    with page.expect_navigation():
        page.get_by_role("button", name="Recognise").click()
    return page.url.rpartition("/")[2]


def choose_many(page) -> None:
    page.goto("/upload")
    files = [(f"{name}.png", picture) for name, picture in PICTURES.items()] + [("notes.txt", b"no picture")]
    kinds = [{"name": name, "mimeType": "image/png", "buffer": data} for name, data in files]
    page.set_input_files("#image", kinds)


def show_rows(page) -> None:
    """Many pictures, one of which is none, with the page's script."""
    choose_many(page)
    page.get_by_role("button", name="Recognise").click()
    page.get_by_text("All done.").wait_for()


def show_page_of_rows(page) -> None:
    """The same without it."""
    choose_many(page)
    with page.expect_navigation():
        page.evaluate("document.getElementById('image').form.submit()")
    page.get_by_text("All done; 1 could not be read.").wait_for()


def show_drawing(page) -> None:
    """A number that is drawn and kept."""
    page.goto("/")
    by_mouse(page, beside([SEVEN, FOUR], 0.7))
    page.keyboard.press("s")
    page.get_by_text("Kept in your history.").wait_for()


def show_square_sheet(page) -> None:
    """A square sheet, and on it a number."""
    page.goto("/")
    change_sheet(page)
    by_mouse(page, beside([SEVEN, FOUR], 0.7))
    page.locator("#answer .number").wait_for()


def show_adjustment(page) -> None:
    """A picture that can be turned and cut."""
    page.goto("/upload")
    page.set_input_files("#image", {"name": "a.png", "mimeType": "image/png", "buffer": SEVEN_PNG})
    page.locator("#adjust canvas").wait_for()


def show_ticked(page) -> None:
    """Entries of the history that are ticked."""
    page.goto("/history")
    page.locator(".pick input").first.check()


def barriers(page) -> list[str]:
    return [
        f"{page.url}: {violation['id']}: {node['html']}"
        for violation in Axe().run(page).response["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize(("screen", "scheme"), [("phone", "dark"), ("desktop", "light")])
def test_no_page_has_barriers(visit, screen, scheme):
    page = visit("/history", **SCREENS[screen], color_scheme=scheme, reduced_motion="reduce")
    found = barriers(page)  # while it is empty
    kept = {name: keep(page, picture) for name, picture in PICTURES.items()}
    for path in PAGES:
        page.goto(path.format(**kept))
        page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
        found += barriers(page)
    for show in (show_rows, show_page_of_rows, show_drawing, show_square_sheet, show_adjustment, show_ticked):
        show(page)
        found += barriers(page)
    complaints = [text for text in visit.complaints if not text.endswith(("404 (NOT FOUND)", "400 (BAD REQUEST)"))]
    visit.complaints[:] = complaints  # without those of the pages that are errors
    assert found == []


def test_the_rejected_picture_is_one(visit):
    page = visit("/upload")
    keep(page, PICTURES["rejected"])
    expect(page.get_by_text("This does not look like a digit")).to_be_visible()
