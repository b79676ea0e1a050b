"""The canvas and recognizer.strokes draw alike, so that a model trained on strokes knows what people draw."""

import base64
import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from recognizer.pipeline import find_frame
from recognizer.strokes import rasterise
from tests.browser.pen import change_sheet, drawn
from tests.browser.test_draw import answer, ink, kept
from tests.browser.test_drawings import OURS, choose, save

WIDTHS = [0.01, 0.025, 0.045, 0.0625, 0.08]  # of the canvas; the page's pens and others
DOT = [(0.3, 0.1)]
STEP = 0.005  # of the canvas; so near to each other are points that the canvas' curves through them are straight
# The largest differences that were measured on six digits are 0.6 %, 0.34 pixels and, in the median, 0.5 %. Single
# frames differ by more, where framing rounds a crop or a centre of mass to one pixel or to the next.
AMOUNT, EDGE, FRAME = 0.01, 0.5, 0.01


def dense(stroke, low, extent):
    """A stroke of a digit in the middle of the canvas, with points so near that no curve cuts a corner."""
    points = 0.2 + 0.6 * (np.array(stroke, float) - low) / extent
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    places = np.linspace(0, along[-1], int(along[-1] / STEP) + 2)
    return np.stack([np.interp(places, along, axis) for axis in points.T], 1)


def put(page, strokes, width):
    """Open strokes as an SVG on the canvas, all of one pen."""
    lines = (" ".join(f"{1000 * x:.4f},{1000 * y:.4f}" for x, y in stroke) for stroke in strokes)
    polylines = "".join(f'<polyline points="{line}" stroke-width="{1000 * width}"/>' for line in lines)
    choose(page, OURS + f"{polylines}</svg>".encode())
    is_there = "width => JSON.parse(sessionStorage.getItem('drawing'))?.widths[0] === width"
    page.wait_for_function(is_there, arg=width)


def on_screen(page) -> np.ndarray:
    """The ink of the canvas as it is on the screen."""
    shown = page.locator("#canvas").evaluate("canvas => canvas.toDataURL().split(',')[1]")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(shown))))[..., 3]


def as_read(page) -> np.ndarray:
    """The ink of the PNG that the page sends to be read."""
    return 255 - np.asarray(Image.open(io.BytesIO(save(page, "Save as PNG"))).convert("L"))


@pytest.mark.parametrize("picture", [on_screen, as_read])
def test_the_canvas_draws_as_the_rasteriser_does(visit, strokes, picture):
    page = visit()
    change_sheet(page)
    apart = []
    for digit in "247":
        points = np.concatenate(strokes[digit])
        placed = [dense(stroke, points.min(0), np.ptp(points, 0).max()) for stroke in strokes[digit]]
        for width in WIDTHS:
            put(page, [*placed, DOT], width)
            theirs = picture(page)
            side = len(theirs)
            ours = rasterise([np.array(stroke) * side for stroke in drawn(page)], width * side, (side, side))
            total = int(theirs.sum())
            assert int(ours.sum()) == pytest.approx(total, rel=AMOUNT)
            assert np.abs(ours - theirs.astype(float)).sum() / total * width * side < EDGE
            frames = [find_frame(255 - ink) for ink in (theirs, ours)]
            apart.append(np.abs(frames[0] - frames[1]).sum() / frames[0].sum())
    assert np.median(apart) < FRAME


@pytest.mark.parametrize("pen", ["Thin pen", "Pen", "Thick pen"])
def test_a_tap_is_a_dot_of_the_pens_width_that_is_read_kept_and_drawn_on(visit, pen):
    page = visit()
    change_sheet(page)
    page.get_by_label(pen, exact=True).check(force=True)
    page.locator("#canvas").click(position={"x": 90, "y": 120})
    width = float(page.get_by_label(pen, exact=True).get_attribute("value"))
    before, dot = ink(page), as_read(page)
    assert 2 * np.sqrt(dot.sum() / 255 / np.pi) == pytest.approx(400 * width, abs=0.3)
    expect(page.locator("#answer .answer")).to_be_visible()
    page.keyboard.press("s")
    kept(page)
    expect(answer(page)).to_have_attribute("data-rejected", "true")
    page.keyboard.press("c")
    page.get_by_role("link", name="History").click()
    page.locator(".entries a").click()
    page.get_by_role("link", name="Continue drawing").click()
    expect(page.get_by_role("button", name="Clear")).to_be_enabled()
    assert ink(page) == before
    assert [len(stroke) for stroke in drawn(page)] == [1]


def test_a_dot_saved_as_svg_is_a_dot_when_opened(visit):
    page = visit()
    page.locator("#canvas").click(position={"x": 90, "y": 120})
    dot, content = as_read(page), save(page, "Save as SVG")
    page.keyboard.press("c")
    choose(page, content)
    expect(page.get_by_role("button", name="Clear")).to_be_enabled()
    assert int(as_read(page).sum()) == pytest.approx(int(dot.sum()), rel=0.01)
