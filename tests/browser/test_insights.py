import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.pen import by_mouse, by_touch

SCREENS = {"desktop": (DESKTOP, by_mouse), "phone": (PHONE, by_touch)}


def drawn(visit, strokes, screen, digit="9"):
    """The page with a drawing that has been recognised."""
    options, draw = SCREENS[screen]
    page = visit("/", **options)
    draw(page, strokes[digit])
    page.get_by_role("button", name="Keep this answer").click()
    page.get_by_role("link", name="Why?").wait_for()
    return page


@pytest.mark.parametrize("screen", SCREENS)
def test_why_opens_over_the_drawing_and_closes_again(visit, strokes, screen):
    page = drawn(visit, strokes, screen)
    page.get_by_role("link", name="Why?").click()
    dialog = page.get_by_role("dialog", name="Why 9?")
    dialog.wait_for()
    expect(dialog.get_by_role("img", name="speaks most for 9")).to_be_visible()
    expect(dialog.get_by_text("speaks for 9")).to_be_visible()
    assert page.evaluate("document.activeElement.textContent") == "Close"
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    assert page.url.endswith("/")
    assert page.locator("#clear").is_enabled()  # Escape closed the dialog and left the drawing
    page.keyboard.press("c")
    assert page.locator("#clear").is_disabled()


@pytest.mark.parametrize("screen", SCREENS)
def test_the_layers_are_seen(visit, strokes, screen):
    page = drawn(visit, strokes, screen)
    page.get_by_role("link", name="Look inside").click()
    dialog = page.get_by_role("dialog")
    picture = dialog.locator("img.maps").first
    expect(picture).to_have_js_property("naturalWidth", 216)
    assert dialog.locator("li h2").first.inner_text() == "Frame"
    assert dialog.evaluate("e => e.scrollWidth <= e.clientWidth")
    dialog.get_by_role("button", name="Close").click()
    dialog.wait_for(state="hidden")


@pytest.mark.parametrize("screen", SCREENS)
def test_models_are_compared(visit, strokes, screen):
    page = drawn(visit, strokes, screen)
    page.get_by_role("link", name="Compare models").click()
    opinions = page.get_by_role("dialog").locator(".opinions > li")
    opinions.first.wait_for()
    assert opinions.count() == 7
    assert opinions.filter(has_text="9").count() == 7


def test_a_site_that_cannot_be_reached_leaves_the_link_to_the_browser(visit, strokes):
    page = drawn(visit, strokes, "desktop")
    page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError()) }")
    page.get_by_role("link", name="Why?").click()
    page.wait_for_url("**/why")
    expect(page.get_by_role("heading", name="Why 9?")).to_be_visible()
