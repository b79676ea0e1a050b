import html
import io
import json
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

import recognizer
from tests.browser.pen import by_mouse, drawn
from tests.browser.test_draw import answer, ink, kept
from tests.browser.test_upload import paste
from tests.drawing import SEVEN_PNG

OURS = b'<svg xmlns="http://www.w3.org/2000/svg" id="digits-drawing">'
NOT_OURS = {
    "text": b"seven",
    "damaged": OURS + b"<polyline",
    "foreign": b'<svg xmlns="http://www.w3.org/2000/svg"><polyline points="1,1 2,2" stroke-width="3"/></svg>',
    "no strokes": OURS + b"</svg>",
    "no numbers": OURS + b'<polyline points="a,b" stroke-width="3"/></svg>',
    "no pair": OURS + b'<polyline points="1,2 3" stroke-width="3"/></svg>',
    "no width": OURS + b'<polyline points="1,2 3,4"/></svg>',
    "large": OURS + b" " * 2_000_001 + b"</svg>",
}
WITH_SCRIPT = b"""<svg xmlns="http://www.w3.org/2000/svg" id="digits-drawing" onload="document.title = 'run'">
<script>document.title = 'run'</script><image href="https://elsewhere.example/x.png"/>
<polyline points="100,500 900,500" stroke-width="45" onclick="alert(1)"/></svg>"""


def save(page, button) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    return Path(download.value.path()).read_bytes()


def choose(page, content, name="drawing.svg", kind="image/svg+xml"):
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Open…").click()
    chooser.value.set_files({"name": name, "mimeType": kind, "buffer": content})


@pytest.fixture
def both(visit, strokes):
    """A page with two strokes of two pens on it, of which one is a dot."""
    page = visit()
    by_mouse(page, strokes["5"])
    page.keyboard.press("w")
    page.locator("#canvas").click(position={"x": 30, "y": 30})
    return page


def test_an_svg_is_opened_again(both, visit):
    content = save(both, "Save as SVG")
    page = visit()
    choose(page, content)
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    assert drawn(page)[:-1] == drawn(both)[:-1]
    assert ink(page) == pytest.approx(ink(both), rel=0.01)
    expect(page.locator("#answer .answer")).to_be_visible()


def test_a_png_is_what_is_read(visit, strokes, model):
    page = visit()
    by_mouse(page, strokes["5"])
    content = save(page, "Save as PNG")
    assert Image.open(io.BytesIO(content)).size == (1000, 400)
    assert recognizer.read(content, model).text == "5"


@pytest.mark.parametrize("what", NOT_OURS)
def test_a_file_that_is_no_drawing_changes_nothing(both, what):
    before = drawn(both)
    choose(both, NOT_OURS[what], "other.svg")
    expect(both.locator("#note")).to_have_text(
        "other.svg is neither a picture nor a drawing saved from this page; nothing was changed."
    )
    assert drawn(both) == before


def test_a_picture_is_read_as_an_upload(both):
    choose(both, SEVEN_PNG, "seven.png", "image/png")
    expect(both.locator("h1")).to_have_text("Read as 7")
    assert "Uploaded" in both.locator("main").inner_text()


def test_a_picture_is_pasted(both):
    paste(both, SEVEN_PNG)
    expect(both.locator("h1")).to_have_text("Read as 7")


def test_a_picture_that_cannot_be_read_leaves_the_drawing(both, visit):
    before = drawn(both)
    choose(both, b"no picture", "seven.png", "image/png")
    expect(both.locator("#note")).to_contain_text("This is not a picture that can be read")
    assert drawn(both) == before
    visit.complaints[:] = [text for text in visit.complaints if "415 (UNSUPPORTED MEDIA TYPE)" not in text]


def test_of_an_svg_only_strokes_are_taken(both):
    title = both.title()
    choose(both, WITH_SCRIPT)
    both.wait_for_function("() => JSON.parse(sessionStorage.getItem('drawing')).strokes.length === 1")
    assert drawn(both) == [[[0.1, 0.5], [0.9, 0.5]]]
    assert both.title() == title
    assert both.locator("polyline, image").count() == 0


def test_opening_is_undone(both):
    before = drawn(both)
    choose(both, WITH_SCRIPT)
    both.wait_for_function("() => JSON.parse(sessionStorage.getItem('drawing')).strokes.length === 1")
    both.keyboard.press("Control+z")
    assert drawn(both) == before


def test_a_drawing_survives_a_reload(visit, strokes):
    page = visit()
    by_mouse(page, strokes["5"])
    before, strokes_before = ink(page), drawn(page)
    page.reload()
    expect(answer(page)).to_have_text("5")
    assert (ink(page), drawn(page)) == (before, strokes_before)


def test_a_drawing_whose_tab_was_closed_is_offered_again(visit, strokes):
    page = visit()
    by_mouse(page, strokes["5"])
    expect(answer(page)).to_have_text("5")
    before = drawn(page)
    later = page.context.new_page()
    page.close()
    later.goto("/")
    assert drawn(later) == []
    later.get_by_role("button", name="Bring it back").click()
    assert drawn(later) == before
    expect(later.get_by_role("button", name="Bring it back")).to_be_hidden()
    later.keyboard.press("s")
    expect(later.locator("#note")).to_have_text("Kept in your history.")
    last = later.context.new_page()
    last.goto("/")
    expect(last.get_by_role("button", name="Bring it back")).to_be_hidden()


def test_a_drawing_that_is_not_kept_is_there_when_one_comes_back(visit, strokes):
    page = visit()
    by_mouse(page, strokes["5"])
    page.goto("/upload")
    page.get_by_role("link", name="Draw", exact=True).click()
    expect(answer(page)).to_have_text("5")


def test_after_a_drawing_is_kept_a_new_one_begins_empty(visit, strokes):
    page = visit()
    by_mouse(page, strokes["5"])
    page.keyboard.press("s")
    expect(page.get_by_text("Kept in your history.")).to_be_visible()
    page.goto("/upload")
    page.get_by_role("link", name="Draw", exact=True).click()
    expect(page.get_by_role("button", name="Clear")).to_be_disabled()
    assert ink(page) == 0


@pytest.mark.parametrize("saved", ["{", "1", '{"strokes": 1}', '{"strokes": [[["x"]]], "widths": [1]}'])
def test_a_strange_memory_is_left_out(visit, strokes, saved):
    page = visit()
    page.evaluate("saved => sessionStorage.setItem('drawing', saved)", saved)
    page.reload()
    assert ink(page) == 0
    by_mouse(page, strokes["5"])
    expect(answer(page)).to_have_text("5")


def test_a_kept_drawing_is_drawn_on(visit, strokes):
    page = visit()
    page.keyboard.press("w")
    by_mouse(page, strokes["5"])
    page.keyboard.press("s")
    kept(page)
    before, strokes_before = ink(page), drawn(page)
    page.keyboard.press("c")
    page.get_by_role("link", name="History").click()
    page.locator(".entries a").click()
    page.get_by_role("link", name="Continue drawing").click()
    expect(answer(page)).to_have_text("5")
    assert (ink(page), drawn(page)) == (before, strokes_before)
    page.keyboard.press("s")
    expect(page.get_by_text("Already saved in your history.")).to_be_visible()
    page.locator("#canvas").click(position={"x": 30, "y": 30})
    page.reload()
    expect(page.get_by_role("button", name="Clear")).to_be_enabled()
    assert drawn(page)[:-1] == strokes_before


def test_a_drawing_that_came_back_by_undo_shows_what_was_kept(visit, strokes):
    page = visit()
    by_mouse(page, strokes["5"])
    page.keyboard.press("s")
    kept(page)
    page.keyboard.press("c")
    expect(answer(page)).to_have_count(0)
    page.keyboard.press("Control+z")
    kept(page)


def test_a_drawing_too_large_to_keep_is_said_and_stays(visit):
    page = visit()
    lines = "".join(f'<polyline points="{n % 97 * 10},100 {n % 97 * 10},900" stroke-width="9"/>' for n in range(1001))
    choose(page, OURS + f"{lines}</svg>".encode())
    page.wait_for_function("() => JSON.parse(sessionStorage.getItem('drawing'))?.strokes.length === 1001")
    page.keyboard.press("s")
    expect(page.get_by_role("alert")).to_contain_text("At most 1000 strokes")
    assert len(drawn(page)) == 1001
    assert "400 (BAD REQUEST)" in visit.complaints.pop()


def test_strokes_and_pens_are_kept_as_drawn(both):
    both.keyboard.press("s")
    kept(both)
    before = drawn(both)
    both.goto("/history")
    both.locator(".entries a").click()
    page = both.context.request.get(both.get_by_role("link", name="Continue drawing").get_attribute("href")).text()
    found = json.loads(html.unescape(re.search("data-strokes='([^']*)'", page)[1]))
    assert found == {"strokes": before, "widths": [0.027] * (len(before) - 1) + [0.048]}


def test_a_drawing_that_was_gone_on_with_takes_the_place_of_the_one_from_before(visit, strokes):
    page = visit()
    by_mouse(page, strokes["5"])
    page.keyboard.press("s")
    expect(page.locator("#note")).to_have_text("Kept in your history.")
    expect(page.get_by_role("button", name="Delete the earlier drawing")).to_be_hidden()
    page.goto("/history")
    page.locator(".entries a").click()
    page.get_by_role("link", name="Continue drawing").click()
    page.locator("#canvas").click(position={"x": 30, "y": 30})
    page.keyboard.press("s")
    page.get_by_role("button", name="Delete the earlier drawing").click()
    expect(page.locator("#note")).to_contain_text("The earlier drawing is deleted.")
    page.goto("/history")
    expect(page.locator(".entries li")).to_have_count(1)
