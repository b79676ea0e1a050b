import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.drawing import FOUR, ONE, SEVEN, beside, draw, encode

NUMBER = encode(draw(beside([FOUR, SEVEN, ONE], 0.8), (1000, 400), 16))
SCREENS = {"desktop": DESKTOP, "phone": PHONE}


def answered(visit, **options):
    """A page that shows three digits, whose script has come: before it, boxes are links that scroll."""
    page = visit("/upload", **options)
    ask(page)
    expect(box(page, 1)).to_have_attribute("aria-current", "true")
    return page


def ask(page):
    page.get_by_label("Choose one or more photos").set_input_files(
        {"name": "number.png", "mimeType": "image/png", "buffer": NUMBER}
    )
    page.get_by_role("button", name="Recognise").click()
    expect(page.locator("h1")).to_have_text("Read as 471")


def shown(page):
    return page.locator("#answer article:visible .digit")


def box(page, number):
    return page.get_by_role("link", name=f"Digit {number} of 3")


@pytest.mark.parametrize("screen", SCREENS)
def test_a_box_shows_its_digit(visit, screen):
    page = answered(visit, **SCREENS[screen])
    expect(shown(page)).to_have_text(["4"])
    for number, text in ((3, "1"), (2, "7")):
        frame = box(page, number).bounding_box()
        page.mouse.click(frame["x"] + 3, frame["y"] + 3)  # anywhere in the box, not only on its line
        expect(shown(page)).to_have_text([text])
        expect(box(page, number)).to_have_attribute("aria-current", "true")
        assert page.locator("#answer article:visible img.frame").count() == 1
        expect(page.locator("#answer article:visible .bars li")).to_have_count(10)


def test_keys_choose_a_box(visit):
    page = answered(visit)
    box(page, 2).focus()
    page.keyboard.press("Enter")
    expect(shown(page)).to_have_text(["7"])
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(shown(page)).to_have_text(["1"])


def test_buttons_turn_from_digit_to_digit(visit):
    page = answered(visit)
    expect(page.get_by_role("button", name="Previous")).to_be_disabled()
    page.get_by_role("button", name="Next").click()
    expect(shown(page)).to_have_text(["7"])
    expect(page.get_by_text("Digit 2 of 3", exact=True)).to_be_visible()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("button", name="Next")).to_be_disabled()
    page.get_by_role("button", name="Previous").click()
    expect(shown(page)).to_have_text(["7"])


def test_the_address_names_the_digit(visit):
    page = answered(visit)
    box(page, 3).click()
    page.reload()
    expect(shown(page)).to_have_text(["1"])
    page.go_back()  # the boxes chosen are no pages of their own
    expect(page.locator("h1")).to_have_text("Upload a picture")


def test_buttons_cannot_be_pressed_before_their_script_comes(visit):
    page = visit("/upload")
    page.route("**/boxes.js", lambda route: route.abort())
    with page.expect_console_message():
        ask(page)
    expect(page.get_by_role("button", name="Next")).to_be_disabled()
    assert visit.complaints.pop().startswith("Failed to load resource")


def test_without_javascript_all_are_there_and_boxes_lead_to_them(visit):
    page = visit("/upload", java_script_enabled=False)
    ask(page)
    expect(shown(page)).to_have_text(["4", "7", "1"])
    box(page, 3).click()
    assert page.url.endswith("#digit-3")
    expect(page.get_by_role("button", name="Next")).to_be_hidden()


def test_one_digit_has_no_boxes_to_choose_from(visit):
    page = visit("/upload")
    four = {"name": "four.png", "mimeType": "image/png", "buffer": encode(draw(FOUR))}
    page.get_by_label("Choose one or more photos").set_input_files(four)
    page.get_by_role("button", name="Recognise").click()
    expect(page.locator("h1")).to_have_text("Read as 4")
    expect(page.get_by_role("link", name="Digit 1")).to_have_count(0)
    expect(page.get_by_role("button", name="Next")).to_be_hidden()
