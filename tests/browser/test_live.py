import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ANIMATIONS, DESKTOP, PHONE
from tests.browser.pen import by_mouse, placed
from tests.drawing import SCRIBBLE

SCREENS = {"desktop": DESKTOP, "phone": PHONE}


def beside(*digits):
    """Digits in a row, each one high and shifted by one."""
    row = []
    for number, strokes in enumerate(digits):
        xs, ys = zip(*(point for stroke in strokes for point in stroke), strict=True)
        height = max(ys) - min(ys)
        row += [[((x - min(xs)) / height + number, (y - min(ys)) / height) for x, y in stroke] for stroke in strokes]
    return row


def labels(page):
    return page.locator("#boxes text")


@pytest.mark.parametrize("screen", SCREENS)
def test_a_number_has_a_box_for_each_digit_where_it_is_drawn(visit, strokes, screen):
    page = visit("/", **SCREENS[screen])
    page.get_by_label("Thin pen").check(force=True)
    number = beside(strokes["3"], strokes["7"])
    by_mouse(page, number, share=0.7)
    expect(labels(page)).to_have_text(["3", "7"])
    expect(page.locator("#answer .number")).to_have_text("37")
    page.evaluate(ANIMATIONS)  # so that the boxes are where they go
    canvas = page.locator("#canvas").bounding_box()
    three, seven = (box.bounding_box() for box in page.locator("#boxes rect").all())
    assert canvas["x"] < three["x"] < seven["x"] < canvas["x"] + canvas["width"]
    left = min(x for stroke in placed(page, number, share=0.7) for x, _ in stroke)
    assert three["x"] == pytest.approx(left, abs=0.05 * canvas["height"])


def test_a_browser_that_is_never_idle_answers_too(visit, strokes):
    page = visit()
    page.evaluate("HTMLCanvasElement.prototype.toBlob = () => {}")  # what waits until the browser is idle never comes
    by_mouse(page, strokes["3"])
    expect(labels(page)).to_have_text(["3"])


def test_boxes_go_with_the_ink(visit, strokes):
    page = visit()
    by_mouse(page, strokes["3"])
    expect(labels(page)).to_have_text(["3"])
    page.keyboard.press("c")
    expect(labels(page)).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(labels(page)).to_have_text(["3"])


def test_boxes_stay_while_a_stroke_is_under_way(visit, strokes):
    page = visit()
    by_mouse(page, strokes["3"])
    expect(labels(page)).to_have_text(["3"])
    box = page.locator("#canvas").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    with page.expect_response("**/live"):
        page.mouse.move(box["x"] + 20, box["y"] + box["height"] - 20, steps=5)
    expect(labels(page)).to_have_text(["3"])
    page.mouse.up()
    expect(page.locator("#boxes rect").first).not_to_have_attribute("width", "0")


def test_what_is_no_digit_is_marked_so(visit):
    page = visit()
    by_mouse(page, SCRIBBLE)
    expect(page.locator("#answer")).to_contain_text("This does not look like a digit")
    expect(labels(page)).to_have_text(["?"])
    expect(page.locator("#boxes .rejected")).to_have_count(1)


def test_the_settled_answer_is_said_once(visit, strokes):
    page = visit()
    assert page.locator("#answer").get_attribute("aria-live") is None
    by_mouse(page, strokes["7"])
    expect(page.locator("#said")).to_have_text("7. Very sure. 99.9 % confidence")
    page.keyboard.press("c")
    expect(page.locator("#said")).to_be_empty()


def test_of_a_number_the_number_is_said(visit, strokes):
    page = visit()
    page.get_by_label("Thin pen").check(force=True)
    by_mouse(page, beside(strokes["3"], strokes["7"]), share=0.7)
    expect(page.locator("#said")).to_contain_text("37. 2 digits, ")


def test_all_digits_of_a_number_that_is_kept_are_shown(visit, strokes):
    page = visit()
    page.get_by_label("Thin pen").check(force=True)
    by_mouse(page, beside(strokes["3"], strokes["7"]), share=0.7)
    page.keyboard.press("s")
    expect(page.get_by_text("Kept in your history.")).to_be_visible()
    expect(page.locator("#answer article:visible")).to_have_count(2)


def test_a_number_that_grows_keeps_its_bars(visit, strokes):
    page = visit()
    page.get_by_label("Thin pen").check(force=True)
    number = beside(strokes["3"], strokes["2"])
    by_mouse(page, number, share=0.7)
    expect(page.locator("#answer .number")).to_have_text("32")
    page.locator("#answer rect").first.evaluate("bar => bar.id = 'same'")
    page.keyboard.press("Control+z")
    expect(page.locator("#answer .number")).to_have_count(0)
    page.keyboard.press("Control+y")
    expect(page.locator("#answer .number")).to_have_text("32")
    expect(page.locator("#answer article")).to_have_count(2)
    assert page.locator("#answer rect").first.get_attribute("id") == "same"
