"""The sheet to draw on: a wide one for numbers, unless one takes the square one for a digit."""

import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, TWO_FRAMES
from tests.browser.pen import by_mouse, change_sheet, drawn
from tests.browser.test_pages import SIZES
from tests.drawing import FOUR, SEVEN, beside
from tests.processes import wait_until

NUMBER = beside([SEVEN, FOUR] * 6, 0.9)


def fill(page, strokes):
    """Draw strokes from one end of the sheet to the other, through the browser's own input pipeline."""
    right = max(x for stroke in strokes for x, _ in stroke)
    for stroke in strokes:
        box = page.locator("#canvas").bounding_box()  # which moves when the sheet is longer than what is seen of it
        for number, (x, y) in enumerate(stroke):
            page.mouse.move(
                box["x"] + 2.5 * box["height"] * (0.02 + 0.96 * x / right), box["y"] + box["height"] * (0.35 + 0.3 * y)
            )
            if not number:
                page.mouse.down()
        page.mouse.up()


def width_of(page):
    return max(x for stroke in drawn(page) for x, _ in stroke)


def scrolled(page):
    return page.locator(".paper").evaluate("paper => paper.scrollLeft")


def is_at_rest(page):
    """Whether the sheet has moved, and does no more."""
    before = scrolled(page)
    page.evaluate(TWO_FRAMES)
    return 0 < before == scrolled(page)


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_twelve_digits_fit_on_a_wide_one(visit, screen):
    page = visit("/", **screen)
    box = page.locator("#canvas").bounding_box()
    assert box["width"] / box["height"] == pytest.approx(2.5, rel=0.02)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    fill(page, NUMBER)
    expect(page.locator("#answer .number")).to_have_text("747474747474")
    assert width_of(page) > 2.3
    expect(page.locator("#answer .number")).to_be_in_viewport()


@pytest.mark.parametrize("size", SIZES)
def test_the_answer_is_seen_beside_or_below_what_is_drawn(visit, size):
    page = visit("/", viewport=dict(zip(("width", "height"), size, strict=True)))
    by_mouse(page, beside([SEVEN, FOUR], 0.7))
    expect(page.locator("#answer .number")).to_have_text("74")
    expect(page.locator("#answer .number")).to_be_in_viewport(ratio=0.9)
    expect(page.locator("#canvas")).to_be_in_viewport(ratio=0.9)


def test_it_is_still_wide_when_it_is_opened_again(visit):
    page = visit()
    fill(page, NUMBER)
    page.keyboard.press("s")
    expect(page.locator("#note")).to_have_text("Kept in your history.")
    with page.expect_download() as png:
        page.get_by_role("button", name="Save as PNG").click()
    assert Image.open(io.BytesIO(Path(png.value.path()).read_bytes())).size == (1500, 400)
    with page.expect_download() as svg:
        page.get_by_role("button", name="Save as SVG").click()
    content = Path(svg.value.path()).read_bytes()
    page.evaluate("localStorage.clear(); sessionStorage.clear()")
    page.goto("/")
    change_sheet(page)
    wide = page.get_by_role("button", name="Wide sheet for numbers")
    expect(wide).to_have_attribute("aria-pressed", "false")
    page.set_input_files("#file", {"name": "drawing.svg", "mimeType": "image/svg+xml", "buffer": content})
    expect(wide).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#answer .number")).to_have_text("747474747474")
    page.goto("/history")
    page.locator(".entries a").click()
    page.get_by_role("link", name="Continue drawing").click()
    expect(wide).to_have_attribute("aria-pressed", "true")
    assert width_of(page) > 2.3


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_it_gets_longer_as_one_writes(visit, screen):
    page = visit("/", **screen)
    forward = page.get_by_role("button", name="On along the sheet")
    expect(forward).to_be_hidden()
    fill(page, NUMBER)
    wait_until(lambda: is_at_rest(page))
    box, view = page.locator("#canvas").bounding_box(), page.locator(".paper").bounding_box()
    assert box["width"] / box["height"] == pytest.approx(3.75, rel=0.02)
    end = box["x"] + width_of(page) * box["height"]
    for x in (0.1, 0.3):
        page.mouse.move(end + x * box["height"], box["y"] + 0.3 * box["height"])
        page.mouse.down()
        page.mouse.move(end + x * box["height"] - 3, box["y"] + 0.7 * box["height"])
        page.mouse.up()
    expect(page.locator("#answer .number")).to_have_text("74747474747411")
    assert end < view["x"] + view["width"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Back along the sheet").click()
    wait_until(lambda: scrolled(page) == 0)
    page.get_by_role("button", name="Clear").click()
    expect(forward).to_be_hidden()


def test_back_on_a_square_one_all_of_it_is_there_only_smaller(visit):
    page = visit()
    fill(page, NUMBER)
    wide = width_of(page)
    change_sheet(page)
    assert width_of(page) == pytest.approx(wide / 3.75, rel=0.01)
    page.get_by_role("button", name="Undo").click()
    assert width_of(page) == wide


def test_the_browser_remembers_which_one_was_taken_last(visit):
    page = visit()
    sheet = page.get_by_role("button", name="Wide sheet for numbers")
    for wide in ("false", "true"):
        change_sheet(page)
        page.reload()
        expect(sheet).to_have_attribute("aria-pressed", wide)
