import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, TWO_FRAMES
from tests.browser.pen import by_mouse, by_touch

FINE = """() => {
    const canvas = document.querySelector("#canvas");
    return canvas.width === Math.round(canvas.clientWidth * devicePixelRatio);
}"""
DEVICES = {"mouse": (DESKTOP, by_mouse), "touch": (PHONE, by_touch)}


def answer(page):
    return page.locator("#answer .digit")


def boxes(page):
    """The labels over the drawing, which come when nothing more is asked about it."""
    return page.locator("#boxes text")


@pytest.mark.parametrize(
    ("device", "digit"), [*(("mouse", digit) for digit in "0123456789"), ("touch", "4"), ("touch", "7")]
)
def test_a_drawn_digit_is_read_and_in_the_history(visit, strokes, device, digit):
    screen, draw = DEVICES[device]
    page = visit("/", **screen)
    draw(page, strokes[digit])
    page.get_by_role("button", name="Keep this answer").click()
    expect(answer(page)).to_have_text(digit)
    expect(page.locator("#answer .bars li")).to_have_count(10)
    assert page.locator("#answer img.frame").evaluate("image => image.decode().then(() => image.naturalWidth)") == 28
    page.get_by_role("link", name="History").click()
    expect(page.locator(".entries strong")).to_have_text([digit])
    expect(page.locator(".entries li")).to_contain_text("Drawn")


@pytest.mark.parametrize("key", ["s", "Enter"])
def test_keys_recognise(visit, strokes, key):
    page = visit()
    by_mouse(page, strokes["3"])
    page.keyboard.press(key)
    kept(page)
    expect(answer(page)).to_have_text("3")


def kept(page):
    """Wait for the answer that is in the history."""
    expect(page.get_by_role("heading", name="What the computer saw")).to_be_visible()


def ink(page):
    """How many pixels of the canvas are drawn on, counted on a copy."""
    return page.locator("#canvas").evaluate("""async (canvas) => {
        const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
        copy.drawImage(await createImageBitmap(canvas), 0, 0);
        const alpha = copy.getImageData(0, 0, canvas.width, canvas.height).data.filter((_, i) => i % 4 === 3);
        return alpha.filter((value) => value > 0).length;
    }""")


def test_undo_takes_back_a_stroke_at_a_time(visit, strokes):
    page = visit()
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_disabled()
    by_mouse(page, strokes["5"][:1])
    one = ink(page)
    by_mouse(page, strokes["8"][:1])
    assert ink(page) > one
    page.keyboard.press("Control+z")
    assert ink(page) == one
    undo.click()
    assert ink(page) == 0
    expect(undo).to_be_disabled()


@pytest.mark.parametrize("key", ["c", "Escape", None])
def test_clear_takes_all(visit, strokes, key):
    page = visit()
    by_mouse(page, strokes["4"])
    assert ink(page) > 0
    if key:
        page.keyboard.press(key)
    else:
        page.get_by_role("button", name="Clear").click()
    assert ink(page) == 0


def test_an_empty_canvas_is_said_without_asking_the_server(visit):
    page = visit()
    posts = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.get_by_role("button", name="Keep this answer").click()
    expect(page.get_by_role("alert")).to_have_text("Nothing is drawn yet.")
    assert posts == []


@pytest.mark.parametrize("key", ["Control+z", "c", "Escape"])
def test_undo_and_clear_end_the_stroke_under_way(visit, key):
    page = visit()
    box = page.locator("#canvas").bounding_box()
    page.mouse.move(box["x"] + 50, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 90, box["y"] + 90)
    page.keyboard.press(key)
    page.mouse.move(box["x"] + 150, box["y"] + 90)
    page.mouse.up()
    assert ink(page) == 0


@pytest.mark.parametrize("device", DEVICES)
def test_the_answer_follows_the_drawing_and_is_not_kept(visit, strokes, device):
    screen, draw = DEVICES[device]
    page = visit("/", **screen)
    draw(page, strokes["7"])
    expect(answer(page)).to_have_text("7")
    page.keyboard.press("c")
    expect(page.locator("#answer")).to_have_text(
        "Draw in the box; the answer appears here. You can also upload a photo."
    )
    draw(page, strokes["2"])
    expect(answer(page)).to_have_text("2")
    expect(page.locator("#answer .best > span").first).to_have_text("2")
    page.goto("/history")
    expect(page.locator("main")).to_contain_text("Nothing here yet.")


def test_bars_move_they_are_not_replaced(visit, strokes):
    page = visit()
    by_mouse(page, strokes["7"])
    expect(answer(page)).to_have_text("7")
    page.locator("#answer rect").first.evaluate("bar => bar.id = 'same'")
    by_mouse(page, strokes["3"])  # over it
    expect(answer(page)).not_to_have_text(["7"])  # what is drawn over it may be taken for a digit beside it
    assert page.locator("#answer rect").first.get_attribute("id") == "same"


def test_a_still_drawing_asks_nothing(visit, strokes):
    page = visit()
    page.clock.install()
    by_mouse(page, strokes["7"])
    expect(boxes(page)).to_have_text(["7"])
    page.clock.run_for(10_000)  # where the machine is slow, the last points are still asked about
    expect(answer(page)).to_have_text("7")
    posts = []
    page.on("request", lambda request: posts.append(request.url))
    page.clock.run_for(10_000)
    assert posts == []
    expect(answer(page)).to_have_text("7")


def test_the_same_drawing_is_kept_once(visit, strokes):
    page = visit()
    by_mouse(page, strokes["9"])
    for _ in range(3):
        page.get_by_role("button", name="Keep this answer").click()
    kept(page)
    page.goto("/history")
    expect(page.locator(".entries li")).to_have_count(1)


def test_a_proxys_own_error_is_said(visit, strokes):
    page = visit()
    page.route("**/read", lambda route: route.fulfill(status=502, body="<h1>502 Bad Gateway</h1>"))
    by_mouse(page, strokes["9"])
    page.keyboard.press("s")
    expect(page.get_by_role("alert")).to_contain_text("did not answer as it should (502)")
    assert "502" in visit.complaints.pop()


def test_a_late_live_answer_does_not_cover_an_error(visit, strokes):
    page = visit()
    held = []
    page.route("**/live", lambda route: held.append(route))
    page.route("**/read", lambda route: route.fulfill(status=502, body=""))
    by_mouse(page, strokes["9"])
    page.keyboard.press("s")
    expect(page.get_by_role("alert")).to_be_visible()
    with page.expect_response("**/live") as late:
        held[0].continue_()
    late.value.finished()
    page.evaluate(TWO_FRAMES)  # in which it would be shown
    expect(page.get_by_role("alert")).to_be_visible()
    assert "502" in visit.complaints.pop()


def test_a_tap_right_after_a_stroke_counts(visit, strokes):
    page = visit("/", **PHONE)
    by_touch(page, strokes["0"])
    page.get_by_role("button", name="Keep this answer").tap()
    kept(page)
    expect(answer(page)).to_have_text("0")


def test_a_dot_is_drawn_where_one_taps(visit):
    page = visit("/", **PHONE)
    page.locator("#canvas").tap()
    assert ink(page) > 0


def test_the_canvas_is_as_fine_as_the_screen_and_survives_its_rotation(visit, strokes):
    page = visit("/", **PHONE)
    by_touch(page, strokes["2"])
    assert page.evaluate(FINE)
    page.set_viewport_size({"width": 844, "height": 390})
    page.wait_for_function(FINE)
    page.get_by_role("button", name="Keep this answer").click()
    expect(answer(page)).to_have_text("2")


def test_the_page_does_not_scroll_under_the_finger(visit, strokes):
    page = visit("/", **PHONE)
    by_touch(page, strokes["1"])
    assert page.evaluate("scrollY") == 0


def test_a_site_that_is_gone_keeps_the_drawing(visit, strokes):
    page = visit()
    by_mouse(page, strokes["6"])
    expect(boxes(page)).to_have_text(["6"])
    before = ink(page)
    page.context.set_offline(True)
    page.keyboard.press("s")
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    assert ink(page) == before
    page.context.set_offline(False)
    page.keyboard.press("s")
    kept(page)
    assert len(visit.complaints) == 1
    assert "ERR_INTERNET_DISCONNECTED" in visit.complaints.pop()


def test_without_javascript_the_page_points_to_the_upload(visit):
    page = visit("/", java_script_enabled=False)
    expect(page.locator("#canvas")).to_be_hidden()
    page.get_by_role("link", name=re.compile("upload a picture")).click()
    expect(page.locator("h1")).to_have_text("Upload a picture")
