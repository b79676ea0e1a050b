import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.drawing import SEVEN_PNG

SCREENS = {"desktop": DESKTOP, "phone": PHONE, "small": {"viewport": {"width": 320, "height": 640}}}
WITHOUT_SCRIPTS = DESKTOP | {"java_script_enabled": False}


@pytest.mark.parametrize("screen", SCREENS)
def test_a_model_is_found_chosen_and_reads(visit, screen):
    page = visit("/models", **SCREENS[screen])
    page.get_by_role("button", name="Choose small", exact=True).click()
    expect(page.get_by_text("small now reads your digits.")).to_be_visible()
    page.get_by_role("link", name="small", exact=True).first.click()
    expect(page.get_by_text("In use")).to_be_visible()
    expect(page.get_by_role("row", name="Convolution 64 filters")).to_have_count(2)
    plot = page.get_by_alt_text("Which digits it takes for which")
    plot.scroll_into_view_if_needed()
    expect(plot).to_have_js_property("naturalWidth", 512)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_all_of_it_works_without_scripts(visit):
    page = visit("/upload", **WITHOUT_SCRIPTS)
    page.set_input_files("#image", {"name": "seven.png", "mimeType": "image/png", "buffer": SEVEN_PNG})
    page.get_by_role("button", name="Recognise").click()
    for link, heading in (
        ("Why?", "Why 7?"),
        ("Look inside", "Inside the network"),
        ("Compare models", "What each model reads"),
    ):
        page.get_by_role("link", name=link).click()
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
        page.get_by_role("link", name="Back to the answer").click()
    page.get_by_role("link", name="Models", exact=True).click()
    page.get_by_role("button", name="Choose two-conv", exact=True).click()
    expect(page.get_by_text("two-conv now reads your digits.")).to_be_visible()
    page.get_by_role("link", name="How it works").click()
    expect(page.get_by_text("from the last one that you had read")).to_be_visible()
