import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.browser.pen import by_mouse, by_pen, by_touch, change_sheet, drawn, placed, touch
from tests.browser.test_draw import answer, ink

LINE = [[(0.0, 0.5), (1.0, 0.5)]]
ACROSS = [[(0.5, 0.0), (0.5, 1.0)]]


@pytest.mark.parametrize("key", ["Control+Shift+z", "Control+y", None])
def test_redo_brings_back_what_undo_took(visit, strokes, key):
    page = visit()
    redo = page.get_by_role("button", name="Redo")
    by_mouse(page, strokes["3"])
    both = ink(page)
    page.keyboard.press("Control+z")
    assert ink(page) == 0
    page.keyboard.press(key) if key else redo.click()
    assert ink(page) == both
    expect(redo).to_be_disabled()
    expect(answer(page)).to_have_text("3")


def test_what_was_undone_is_gone_when_one_draws_on(visit, strokes):
    page = visit()
    by_mouse(page, strokes["3"])
    page.keyboard.press("Control+z")
    by_mouse(page, strokes["1"])
    one = ink(page)
    page.keyboard.press("Control+y")
    assert ink(page) == one


def test_a_clear_is_undone(visit, strokes):
    page = visit()
    by_mouse(page, strokes["3"])
    whole = ink(page)
    page.keyboard.press("Escape")
    assert ink(page) == 0
    page.keyboard.press("Control+z")
    assert ink(page) == whole
    expect(answer(page)).to_have_text("3")


def test_the_eraser_parts_a_stroke_and_is_undone(visit):
    page = visit()
    change_sheet(page)
    by_mouse(page, LINE)
    whole = ink(page)
    page.get_by_label("Eraser").check(force=True)
    by_mouse(page, ACROSS)
    assert 0 < ink(page) < whole
    left, right = drawn(page)
    assert max(x for x, _ in left) < 0.5 - 0.035
    assert min(x for x, _ in right) > 0.5 + 0.035
    page.keyboard.press("Control+z")
    assert ink(page) == whole
    page.keyboard.press("Control+z")
    assert ink(page) == 0


def test_erasing_leaves_the_shape_of_what_stays(visit, strokes):
    page = visit()
    by_mouse(page, strokes["8"])
    whole = ink(page)
    page.keyboard.press("e")
    x, y = placed(page, strokes["8"])[0][0]
    page.mouse.click(x, y)
    pieces = drawn(page)
    assert whole * 0.7 < ink(page) < whole
    for _ in range(30):
        page.mouse.click(x, y)
    assert drawn(page) == pieces


def test_erasing_where_nothing_is_takes_no_step(visit):
    page = visit()
    by_mouse(page, LINE)
    page.keyboard.press("e")
    page.locator("#canvas").click(position={"x": 20, "y": 20})
    page.keyboard.press("Control+z")
    assert ink(page) == 0


def test_all_that_is_erased_leaves_an_empty_drawing(visit):
    page = visit()
    change_sheet(page)
    by_mouse(page, LINE)
    page.keyboard.press("e")
    by_mouse(page, LINE, share=0.62)
    expect(page.locator("#answer")).to_have_text(
        "Draw in the box; the answer appears here. You can also upload a photo."
    )
    expect(page.get_by_role("button", name="Clear")).to_be_disabled()


def test_a_wider_pen_is_remembered(visit):
    page = visit()
    amounts = []
    for pen in ("Thin pen", "Pen", "Thick pen"):
        page.get_by_label(pen, exact=True).check(force=True)
        by_mouse(page, LINE)
        amounts.append(ink(page))
        page.keyboard.press("c")
    assert amounts == sorted(amounts)
    assert amounts[0] < 0.5 * amounts[2]
    page.reload()
    expect(page.get_by_label("Thick pen")).to_be_checked()
    by_mouse(page, LINE)
    assert ink(page) == amounts[2]


def test_keys_change_the_tool(visit):
    page = visit()
    for key, tool in [("w", "Thick pen"), ("e", "Eraser"), ("e", "Thick pen"), ("e", "Eraser"), ("w", "Thin pen")]:
        page.keyboard.press(key)
        expect(page.get_by_label(tool)).to_be_checked()


@pytest.mark.parametrize("pen", ["Thin pen", "Thick pen"])
@pytest.mark.parametrize("digit", "258")
def test_digits_of_each_pen_are_read(visit, strokes, pen, digit):
    page = visit()
    page.get_by_label(pen).check(force=True)
    by_mouse(page, strokes[digit])
    expect(answer(page)).to_have_text(digit)


def test_once_a_pen_is_used_touches_draw_nothing(visit, strokes):
    page = visit("/", **PHONE)
    by_touch(page, LINE)
    by_pen(page, ACROSS)
    assert len(drawn(page)) == 2
    by_touch(page, strokes["3"])
    assert len(drawn(page)) == 2
    page.get_by_role("button", name="Draw with fingers, too").tap()
    by_touch(page, strokes["3"])
    assert len(drawn(page)) == 3


def test_a_palm_that_comes_before_the_pen_leaves_nothing(visit):
    page = visit("/", **PHONE)
    glass = page.context.new_cdp_session(page)
    touch(page, glass, "touchStart", (0.8, 0.8))
    touch(page, glass, "touchMove", (0.85, 0.8))
    by_pen(page, LINE)
    touch(page, glass, "touchEnd")
    (stroke,) = drawn(page)
    assert max(y for _, y in stroke) < 0.6
    page.keyboard.press("Control+z")
    assert ink(page) == 0


def test_a_second_finger_draws_nothing(visit):
    page = visit("/", **PHONE)
    change_sheet(page)
    glass = page.context.new_cdp_session(page)
    touch(page, glass, "touchStart", (0.2, 0.2))
    touch(page, glass, "touchStart", (0.2, 0.2), (0.8, 0.8))
    touch(page, glass, "touchMove", (0.3, 0.3), (0.7, 0.9))
    touch(page, glass, "touchEnd")
    (stroke,) = drawn(page)
    assert max(x for x, _ in stroke) < 0.4


def test_the_other_end_of_a_pen_erases(visit):
    page = visit()
    by_mouse(page, LINE)
    page.locator("#canvas").evaluate("""(canvas) => {
        const { left, top, width, height } = canvas.getBoundingClientRect();
        const [clientX, clientY] = [left + width / 2, top + height / 2];
        const eraser = { pointerId: 1, pointerType: "pen", isPrimary: true, button: 5, buttons: 32, clientX, clientY };
        for (const kind of ["pointerdown", "pointerup"]) canvas.dispatchEvent(new PointerEvent(kind, eraser));
    }""")
    assert len(drawn(page)) == 2


def test_a_stroke_has_all_the_points_that_come_with_one_event(visit):
    """A pen tells of its place more often than the screen is drawn, and the browser gathers that."""
    page = visit()
    change_sheet(page)
    page.locator("#canvas").evaluate("""(canvas) => {
        const { left, top, width, height } = canvas.getBoundingClientRect();
        const event = (kind, share, more = {}) => {
            const place = { clientX: left + share * width, clientY: top + share * share * height };
            return new PointerEvent(kind, { pointerId: 1, pointerType: "pen", isPrimary: true, ...place, ...more });
        };
        const coalescedEvents = [0.3, 0.4, 0.5, 0.6].map((share) => event("pointermove", share));
        canvas.dispatchEvent(event("pointerdown", 0.2));
        canvas.dispatchEvent(event("pointermove", 0.6, { coalescedEvents }));
        canvas.dispatchEvent(event("pointerup", 0.6));
    }""")
    (stroke,) = drawn(page)
    assert stroke == [pytest.approx((share, share**2), abs=1e-3) for share in (0.2, 0.3, 0.4, 0.5, 0.6)]


def test_tools_are_reached_by_keyboard_in_the_order_seen(visit, strokes):
    page = visit()
    by_mouse(page, strokes["3"])
    page.keyboard.press("Control+z")
    by_mouse(page, strokes["3"])
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+y")
    page.locator("#canvas").focus()
    names = []
    for _ in range(8):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.textContent"))
    assert names == [
        "Pen",
        "Wide sheet for numbers",
        "Undo",
        "Clear",
        "Keep this answer",
        "Open…",
        "Save as SVG",
        "Save as PNG",
    ]
