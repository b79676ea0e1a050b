import json
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.drawing import FOUR, ONE, SEVEN, ZERO, beside, draw, encode
from tests.serving import find_token

PICTURES = {"4": draw(FOUR), "7": draw(SEVEN), "7401": draw(beside([SEVEN, FOUR, ZERO, ONE], 0.8), (1200, 400))}
SMALL = {"viewport": {"width": 320, "height": 640}}


def keep(page, *names):
    """Upload pictures, the last of which stands first in the history."""
    for name in names:
        token = find_token(page.request.get("/upload").text())
        picture = {"name": "a.png", "mimeType": "image/png", "buffer": encode(PICTURES[name])}
        response = page.request.post("/read", multipart={"csrf_token": token, "source": "upload", "image": picture})
        assert response.ok


def labels(page):
    """What the site has, newest first: each label, and whether it was corrected."""
    found = page.request.get("/history/export.json").json()
    return [(item["label"], item["corrected"]) for item in found]


def saved(page, text):
    expect(page.locator("#saved")).to_have_text(text)


@pytest.fixture
def labelling(visit):
    """A page to correct three answers on: 7401, 4 and 7."""
    page = visit()
    keep(page, "7", "4", "7401")
    page.goto("/history")
    page.get_by_role("link", name="Check and correct").click()
    expect(page.locator(".glyphs button")).to_have_count(6)
    return page


def test_a_key_a_digit(labelling):
    for key in "7411x":
        labelling.keyboard.press(key)
    labelling.keyboard.press("Enter")
    saved(labelling, "Saved: 7, confirmed.")
    assert labels(labelling) == [("7411", True), ("?", True), ("7", False)]
    expect(labelling.locator(".label").nth(0)).to_contain_text("corrected")
    expect(labelling.locator(".label").nth(2)).to_contain_text("confirmed")


def test_keys_move_and_undo(labelling):
    current = labelling.locator(".glyphs [aria-current]")
    for key, name in [
        ("ArrowRight", "Digit 2 of 4: 4"),
        ("ArrowLeft", "Digit 1 of 4: 7"),
        ("ArrowLeft", "Digit 1 of 4: 7"),
        ("j", "Digit 1 of 1: 4"),
        ("ArrowDown", "Digit 1 of 1: 7"),
        ("ArrowDown", "Digit 1 of 1: 7"),
        ("ArrowUp", "Digit 1 of 1: 4"),
        ("k", "Digit 1 of 4: 7"),
    ]:
        labelling.keyboard.press(key)
        expect(current).to_have_attribute("aria-label", name)
        expect(current).to_be_focused()
    labelling.keyboard.press("9")
    labelling.keyboard.press(" ")
    saved(labelling, "Saved: 9401, corrected.")
    for _ in range(3):  # one more than there is to undo
        labelling.keyboard.press("u")
    saved(labelling, "Undone.")
    expect(current).to_have_attribute("aria-label", "Digit 1 of 4: 7")
    labelling.wait_for_function("() => document.querySelector('.state').textContent.includes('not checked')")
    assert labels(labelling) == [("7401", None), ("4", None), ("7", None)]


def test_keys_in_the_filter_are_not_labels(labelling):
    labelling.get_by_text("Search and filter").click()
    labelling.get_by_label("Search").fill("")
    labelling.keyboard.type("740")
    labelling.keyboard.press("Enter")
    expect(labelling).to_have_url(re.compile(r"/history/label\?search=740$"))
    expect(labelling.locator(".label")).to_have_count(1)
    assert labels(labelling)[0] == ("7401", None)


def test_a_label_that_is_shorter_keeps_its_length(labelling):
    number = labelling.request.get("/history/export.json").json()[0]["id"]
    form = {"csrf_token": find_token(labelling.request.get("/upload").text()), "label": "74.1"}
    assert labelling.request.post(f"/history/{number}/correct", form=form).ok
    labelling.reload()
    labelling.keyboard.press("ArrowRight")
    labelling.keyboard.press("9")
    saved(labelling, "Saved: 79.1, corrected.")
    assert labels(labelling)[0] == ("79.1", True)


def test_fingers_tap_a_digit_and_what_it_is(visit):
    page = visit("/", **PHONE)
    keep(page, "4", "7401")
    page.goto("/history/label")
    expect(page.get_by_role("group", name="What the chosen digit is")).to_be_in_viewport()
    page.get_by_role("button", name="Digit 3 of 4").tap()
    page.get_by_role("button", name="6", exact=True).tap()
    saved(page, "Saved: 7461, corrected.")
    page.get_by_role("button", name="Digit 1 of 1").tap()
    page.get_by_role("button", name="All correct").tap()
    saved(page, "Saved: 4, confirmed.")
    page.get_by_role("button", name="Undo").tap()
    saved(page, "Undone.")
    page.get_by_role("button", name="Not a digit").tap()
    saved(page, "Saved: ?, corrected.")
    assert labels(page) == [("7461", True), ("?", True)]


def test_what_cannot_be_saved_is_said_and_not_shown(labelling, visit):
    labelling.context.set_offline(True)
    labelling.keyboard.press("9")
    saved(labelling, "The site cannot be reached: this was not saved. Try again.")
    expect(labelling.locator(".glyphs span").first).to_have_text("7")
    labelling.context.set_offline(False)
    labelling.keyboard.press("ArrowLeft")
    labelling.keyboard.press("9")
    saved(labelling, "Saved: 9401, corrected.")
    assert labels(labelling)[0] == ("9401", True)
    assert visit.complaints
    visit.complaints[:] = [text for text in visit.complaints if "ERR_INTERNET_DISCONNECTED" not in text]


def test_without_javascript_a_list_is_corrected_one_after_the_other(visit):
    page = visit("/", **PHONE, java_script_enabled=False)
    keep(page, "7", "4", "7401")
    page.goto("/history/label?digit=7")
    for label in ("1", "7402"):
        form = page.locator(".label").last
        form.get_by_label("What does it say?").fill(label)
        with page.expect_navigation():
            form.get_by_role("button", name="Save").click()
        assert re.search(r"/history/label\?digit=7#entry-\d+$", page.url)
        expect(page.get_by_text("Saved.")).to_be_visible()
    assert labels(page) == [("7402", True), ("4", None), ("1", True)]


@pytest.mark.parametrize("scripts", [True, False], ids=["javascript", "no-javascript"])
def test_the_filter_makes_a_readable_address(visit, scripts):
    page = visit("/", java_script_enabled=scripts, timezone_id="Pacific/Kiritimati")
    keep(page, "4", "7")
    page.goto("/history")
    page.get_by_text("Search and filter").click()
    page.locator("#digit").select_option("7")
    page.locator("#since").fill("2020-01-31")
    page.get_by_role("button", name="Apply", exact=True).click()
    expect(page.locator(".entries strong")).to_have_text(["7"])
    zone = "&zone=Pacific%2FKiritimati" if scripts else ""
    assert page.url.endswith(f"/history?digit=7&since=2020-01-31{zone}")
    page.get_by_role("link", name="Show all").click()
    expect(page.locator(".entries strong")).to_have_text(["7", "4"])


@pytest.mark.parametrize("scripts", [True, False], ids=["javascript", "no-javascript"])
def test_a_deletion_is_undone(visit, scripts):
    page = visit("/", java_script_enabled=scripts)
    keep(page, "4", "7")
    page.goto("/history")
    page.get_by_role("button", name="Delete this 4").click()
    expect(page.locator(".entries strong")).to_have_text(["7"])
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Restored.")).to_be_visible()
    page.goto("/history")
    page.get_by_role("button", name="Delete this 7").click()
    page.goto("/history")
    page.get_by_role("link", name="Bring back what was deleted (1)").click()
    page.get_by_role("button", name="Bring back").click()
    page.goto("/history")
    expect(page.locator(".entries strong")).to_have_text(["7", "4"])


def test_exports_are_downloads(visit):
    page = visit()
    keep(page, "4", "7401")
    page.goto("/history?digit=4")
    for kind in ("CSV", "JSON", "NPZ"):
        page.locator(".menu").evaluate("menu => menu.open = true")
        with page.expect_download() as download:
            page.get_by_role("link", name=kind).click()
        assert download.value.suggested_filename == f"digits.{kind.lower()}"
        content = download.value.path()
        if kind == "JSON":
            assert [item["text"] for item in json.loads(content.read_text())] == ["7401", "4"]
        if kind == "NPZ":
            with np.load(content) as archive:
                assert archive["y"].tolist() == [7, 4, 0, 1, 4]


def test_consent_is_ticked_and_unticked(visit):
    page = visit()
    keep(page, "4")
    box = page.get_by_label("Allow the site owner to train models")
    for wanted in (True, False):
        page.goto("/history")
        expect(box).to_be_checked(checked=not wanted)
        box.set_checked(wanted)
        page.get_by_role("button", name="Save").click()
        expect(box).to_be_checked(checked=wanted)


@pytest.mark.parametrize("screen", [DESKTOP, PHONE, SMALL], ids=["desktop", "phone", "small"])
def test_no_page_is_wider_than_the_screen(visit, screen):
    page = visit("/", **screen)
    keep(page, "4", "7401")
    for path in ("/history", "/history?digit=x", "/history/label", "/history/deleted"):
        page.goto(path)
        for opened in page.locator("details").all():
            opened.evaluate("details => details.open = true")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    page.goto("/history")
    page.locator(".menu summary").click()
    expect(page.get_by_role("link", name="CSV")).to_be_in_viewport(ratio=1)
    page.goto(page.locator(".entries a").first.get_attribute("href"))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert "400 (BAD REQUEST)" in visit.complaints.pop()
