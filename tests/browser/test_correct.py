"""Answers are corrected where they stand, on every page that gives one."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.pen import by_mouse
from tests.browser.test_draw import DEVICES
from tests.browser.test_history import keep, labels
from tests.drawing import FOUR, ONE, SEVEN, beside
from tests.processes import wait_until

NUMBER = beside([FOUR, SEVEN, ONE], 0.8)


def number(page):
    return page.get_by_label("What it says")


def state(page, text):
    expect(page.locator(".saying .state")).to_contain_text(text)


@pytest.fixture
def answered(visit):
    """A page with the answer to 7401, which was uploaded."""
    page = visit("/")
    keep(page, "7401")
    page.goto("/history")
    page.locator(".entries a").click()
    page.wait_for_load_state()
    return page


@pytest.mark.parametrize("device", DEVICES)
def test_on_the_drawing_page_a_tap_and_a_key_are_enough(visit, device):
    screen, draw = DEVICES[device]
    page = visit("/", **screen)
    draw(page, NUMBER)
    page.get_by_role("button", name="Keep this answer").click()
    expect(number(page)).to_have_value("471")
    digit = page.locator("#answer article .digit").nth(1)
    digit.tap() if "has_touch" in screen else digit.click()
    page.keyboard.press("9")
    state(page, "Corrected. It was read as 471.")
    expect(number(page)).to_have_value("491")
    expect(page).to_have_url(re.compile(r"\d/$"))
    assert labels(page) == [("491", True)]


def test_a_tapped_digit_of_an_answer_is_kept_and_corrected(visit):
    page = visit("/")
    by_mouse(page, NUMBER)
    page.locator("#answer article .digit").nth(1).click()
    expect(number(page)).to_be_focused()
    page.keyboard.press("9")
    state(page, "Corrected. It was read as 471.")
    assert labels(page) == [("491", True)]


def test_on_the_drawing_page_it_stays_though_the_drawing_changes(visit):
    page = visit("/")
    by_mouse(page, NUMBER)
    page.get_by_role("button", name="Keep this answer").click()
    number(page).fill("47")
    state(page, "Corrected. It was read as 471.")
    by_mouse(page, SEVEN[:1], 0.2)
    expect(page.locator(".saying")).to_have_count(0)
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(number(page)).to_have_value("47")


def test_a_box_is_tapped_and_signs_are_put_in(answered):
    answered.get_by_role("link", name="Digit 3 of 4").click()
    answered.get_by_role("button", name=".", exact=True).click()
    state(answered, "Corrected. It was read as 7401.")
    assert labels(answered) == [("74.1", True)]
    expect(number(answered)).to_be_focused()
    answered.get_by_role("link", name="Digit 4 of 4").click()
    answered.keyboard.press("2")
    expect(number(answered)).to_have_value("74.2")
    wait_until(lambda: labels(answered) == [("74.2", True)])


def test_it_is_read_aloud_where_the_browser_can(answered, visit):
    answered.evaluate("() => void (SpeechSynthesis.prototype.speak = (text) => (window.said = text.text))")
    answered.get_by_role("button", name="Read aloud").click()
    assert answered.evaluate("said") == "7401"
    mute = answered.context.new_page()
    mute.add_init_script("delete window.speechSynthesis; delete Window.prototype.speechSynthesis")
    mute.goto(answered.url)
    expect(mute.get_by_role("button", name="Copy")).to_be_visible()
    expect(mute.get_by_role("button", name="Read aloud")).to_be_hidden()


def test_enter_saves_and_takes_nothing_back(answered):
    for label in ("741", "74"):
        number(answered).fill(label)
        number(answered).press("Enter")
        wait_until(lambda label=label: labels(answered) == [(label, True)])
    expect(number(answered)).to_have_value("74")


def test_it_is_taken_back(answered):
    number(answered).fill("741")
    state(answered, "Corrected. It was read as 7401.")
    answered.get_by_role("button", name="Undo").click()
    state(answered, "Not right? Change it here.")
    expect(number(answered)).to_have_value("7401")
    assert labels(answered) == [("7401", None)]


def test_it_is_confirmed_by_a_tap(answered):
    answered.get_by_role("button", name="It’s right").click()
    state(answered, "You said that it is right.")
    assert labels(answered) == [("7401", False)]


def test_it_is_copied(answered):
    answered.context.grant_permissions(["clipboard-read", "clipboard-write"])
    number(answered).fill("74.1")
    answered.get_by_role("button", name="Copy").click()
    expect(answered.get_by_role("button", name="Copied")).to_be_visible()
    assert answered.evaluate("navigator.clipboard.readText()") == "74.1"


def test_what_cannot_be_saved_is_said_and_stays_to_be_tried_again(answered, visit):
    number(answered).fill("ten")
    expect(answered.get_by_role("alert")).to_contain_text("A correction is made of digits")
    answered.context.set_offline(True)
    number(answered).fill("74")
    expect(answered.get_by_role("alert")).to_have_text("The site cannot be reached: this was not saved. Try again.")
    answered.context.set_offline(False)
    number(answered).press("Enter")
    state(answered, "Corrected. It was read as 7401.")
    assert labels(answered) == [("74", True)]
    assert len(visit.complaints) == 2
    visit.complaints.clear()


def test_without_javascript_a_form_does_it(visit):
    page = visit("/", java_script_enabled=False)
    keep(page, "7401")
    page.goto("/history")
    page.locator(".entries a").click()
    number(page).fill("74.02")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert labels(page) == [("74.02", True)]
    page.get_by_role("button", name="Undo").click()
    assert labels(page) == [("7401", None)]
    number(page).fill("ten")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("made of digits")
    assert labels(page) == [("7401", None)]
    assert len(visit.complaints) == 1
    assert "400 (BAD REQUEST)" in visit.complaints.pop()
