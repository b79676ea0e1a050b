"""A visitor's odd digits are read better once one of them was corrected, and nobody else's."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.browser.pen import by_mouse
from tests.browser.test_accessibility import barriers
from tests.drawing import FOUR, SEVEN, ZERO

ODD_ONE = [[(0.25, 0.2), (0.55, 0.15), (0.5, 0.85)]]  # with so long and level an upstroke that it is read as a 7
ANOTHER = [[(0.28, 0.19), (0.56, 0.15), (0.5, 0.85)]]


def answer(page, strokes, said):
    page.goto("/")
    by_mouse(page, strokes)
    expect(page.locator("#answer .digit")).to_have_text(said)


def keep(page):
    page.get_by_role("button", name="Keep this answer").click()
    return page.get_by_label("What it says")


@pytest.fixture
def taught(visit):
    """The page of a visitor who has drawn an odd 1 and corrected it."""
    page = visit("/")
    answer(page, ODD_ONE, "7")
    keep(page).fill("1")
    expect(page.locator(".saying .state")).to_have_text(
        "Corrected. It was read as 7. Got it: I’ll read your 1s better now."
    )
    return page


def test_one_correction_is_enough_and_only_for_who_made_it(taught, visit):
    answer(taught, ANOTHER, "1")
    expect(keep(taught)).to_have_value("1")
    expect(taught.locator("#answer")).to_contain_text("Read by your hand: the network alone would say 7.")
    answer(taught, SEVEN, "7")
    answer(visit("/"), ANOTHER, "7")


def test_it_shows_what_it_knows_and_forgets_it(taught):
    answer(taught, ANOTHER, "1")
    keep(taught)
    expect(taught.get_by_label("What it says")).to_be_visible()
    taught.goto("/history")
    taught.get_by_role("link", name="My hand 1").click()
    expect(taught.get_by_text("1 example of your digits.")).to_be_visible()
    pictures = taught.locator(".because img")
    expect(pictures).to_have_count(2)
    assert pictures.evaluate_all("images => images.every((image) => image.complete && image.naturalWidth)")
    assert barriers(taught) == []
    taught.get_by_role("button", name="Forget all").click()
    expect(taught.get_by_text("Nothing yet.")).to_be_visible()
    answer(taught, ANOTHER, "7")


def test_it_is_switched_off_and_on(taught):
    taught.goto("/history/hand")
    taught.get_by_role("button", name="Switch off").click()
    answer(taught, ANOTHER, "7")
    taught.goto("/history/hand")
    taught.get_by_role("button", name="Switch on").click()
    answer(taught, ANOTHER, "1")


@pytest.mark.parametrize("screen", [{}, PHONE], ids=["desktop", "phone"])
def test_each_digit_is_written_twice(visit, screen):
    page = visit("/history/hand", **screen)
    page.get_by_role("link", name="Write each digit twice").click()
    button = page.get_by_role("button", name="Next")
    expect(button).to_be_disabled()
    by_mouse(page, FOUR)
    page.get_by_role("button", name="Again").click()
    expect(button).to_be_disabled()
    for number, digit in enumerate("01234567890123456789", 1):
        expect(page.locator("#asked")).to_have_text(digit)
        expect(page.locator("#place")).to_have_text(f"{number} of 20")
        by_mouse(page, {"1": ODD_ONE, "4": FOUR}.get(digit, SEVEN))
        button.click()
    expect(page.locator("#note")).to_have_text(
        re.compile(r"Of your second ten digits the network alone read 2 right, and ([3-9]|10) with what")
    )
    page.get_by_role("link", name="Back to my hand").click()
    expect(page.get_by_text("20 examples of your digits.")).to_be_visible()


def test_a_lesson_goes_on_when_the_line_is_back(visit):
    page = visit("/history/hand/write")
    by_mouse(page, ZERO)
    page.context.set_offline(True)
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#note")).to_contain_text("Your digit is still here")
    expect(page.locator("#asked")).to_have_text("0")
    page.context.set_offline(False)
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#asked")).to_have_text("1")
    visit.complaints[:] = [complaint for complaint in visit.complaints if "ERR_INTERNET_DISCONNECTED" not in complaint]
