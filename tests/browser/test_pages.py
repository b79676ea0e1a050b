import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_accessibility import NUMBER, keep

PATHS = [
    "/",
    "/upload",
    "/camera",
    "/history",
    "/history/hand",
    "/history/hand/write",
    "/models",
    "/models/flagship",
    "/about",
    "/api",
]
SCREENS = {"desktop": DESKTOP, "phone": PHONE}
SIZES = [(320, 568), (390, 664), (640, 400), (768, 1024), (844, 390), (1280, 800)]  # one is a window at 200 % zoom
KEPT = ["/history/label", "/history/{number}", "/history/{number}/compare", "/history/{number}/digits/0/why"]
GOOD = 0.1  # of the Cumulative Layout Shift, by Web Vitals
WATCH = """
window.moved = 0;
window.add = (shifts) => shifts.forEach((shift) => (moved += shift.value));
window.watch = new PerformanceObserver((list) => add(list.getEntries()));
watch.observe({ type: "layout-shift", buffered: true });
"""
MOVED = """async () => {
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    add(watch.takeRecords());
    return moved;
}"""


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("path", PATHS)
def test_no_page_is_wider_than_the_screen_or_complains(visit, path, screen):
    page = visit(path, **SCREENS[screen])
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (width, height)
    assert page.title().endswith("· Digits")


@pytest.mark.parametrize("screen", ["desktop", "phone"])
@pytest.mark.parametrize("path", PATHS + KEPT)
def test_nothing_moves_when_the_scripts_come(visit, path, screen):
    page = visit("/upload", **SCREENS[screen])
    address = path.format(number=keep(page, NUMBER))
    page.add_init_script(WATCH)
    held = []
    page.route("**/*.js", lambda route: held.append(route))
    page.goto(address, wait_until="commit")
    page.wait_for_function("() => performance.getEntriesByName('first-contentful-paint').length")
    for route in held:
        route.continue_()
    page.unroute("**/*.js")
    page.wait_for_load_state("networkidle")
    assert page.evaluate(MOVED) < GOOD


def test_an_unknown_page_is_explained(visit):
    page = visit("/nowhere")
    expect(page.get_by_role("alert")).to_be_visible()
    assert "404 (NOT FOUND)" in visit.complaints.pop()
