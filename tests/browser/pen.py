"""Real strokes on the page's canvas, by mouse or by touch."""

from __future__ import annotations

from playwright.sync_api import CDPSession, Page

from tests.drawing import Strokes


def placed(page: Page, strokes: Strokes, share: float = 0.6) -> Strokes:
    """Strokes in the page's pixels, in the middle of the canvas and filling a share of its width or height."""
    page.locator("#canvas").scroll_into_view_if_needed()
    box = page.locator("#canvas").bounding_box()
    xs, ys = zip(*(point for stroke in strokes for point in stroke), strict=True)
    extent = max((max(xs) - min(xs)) / box["width"], (max(ys) - min(ys)) / box["height"])
    scale = share / extent
    left = box["x"] + box["width"] / 2 - scale * (max(xs) + min(xs)) / 2
    top = box["y"] + box["height"] / 2 - scale * (max(ys) + min(ys)) / 2
    return [[(left + x * scale, top + y * scale) for x, y in stroke] for stroke in strokes]


def change_sheet(page: Page) -> None:
    """Take the square sheet in place of the wide one, or the other way round."""
    page.get_by_role("button", name="Wide sheet for numbers").click()


def by_mouse(page: Page, strokes: Strokes, share: float = 0.6) -> None:
    for stroke in placed(page, strokes, share):
        page.mouse.move(*stroke[0])
        page.mouse.down()
        for point in stroke[1:]:
            page.mouse.move(*point)
        page.mouse.up()


def by_pen(page: Page, strokes: Strokes) -> None:
    tablet = page.context.new_cdp_session(page)
    held = {"button": "left", "buttons": 1, "clickCount": 1, "pointerType": "pen"}
    for stroke in placed(page, strokes):
        for number, (x, y) in enumerate(stroke):
            kind = "mouseMoved" if number else "mousePressed"
            tablet.send("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y} | held)
        tablet.send("Input.dispatchMouseEvent", {"type": "mouseReleased", "x": x, "y": y} | held | {"buttons": 0})


def touch(page: Page, glass: CDPSession, kind: str, *points: tuple[float, float]) -> None:
    """Fingers put to or moved to these places, as shares of the canvas, or all of them lifted."""
    box = page.locator("#canvas").bounding_box()
    places = [
        {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"], "id": n}
        for n, (x, y) in enumerate(points)
    ]
    glass.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})


def drawn(page: Page) -> Strokes:
    """The strokes of the drawing, as the page remembers them, in shares of the canvas's height."""
    return page.evaluate("JSON.parse(sessionStorage.getItem('drawing'))?.strokes ?? []")


def by_touch(page: Page, strokes: Strokes) -> None:
    """Through the browser's own input pipeline, as a finger on the glass."""
    glass = page.context.new_cdp_session(page)
    for stroke in placed(page, strokes):
        for number, (x, y) in enumerate(stroke):
            kind = "touchMove" if number else "touchStart"
            glass.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        glass.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
