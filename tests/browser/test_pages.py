import pytest

from tests.browser.conftest import DESKTOP, PHONE

PATHS = ["/", "/upload", "/camera", "/history", "/models", "/models/flagship", "/about", "/api"]
SCREENS = {"desktop": DESKTOP, "phone": PHONE, "small": {"viewport": {"width": 320, "height": 640}}}


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("path", PATHS)
def test_no_page_is_wider_than_the_screen_or_complains(visit, path, screen):
    page = visit(path, **SCREENS[screen])
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.title().endswith("· Digits")


def test_an_unknown_page_is_explained(visit):
    page = visit("/nowhere")
    assert page.get_by_role("alert").is_visible()
    assert "404 (NOT FOUND)" in visit.complaints.pop()
