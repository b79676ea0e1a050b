"""A picture is turned, straightened and cut before it is read, and once more from its answer."""

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.drawing import FIVE_WITH_FLOATING_BAR, FOUR, SEVEN, SEVEN_PNG, beside, draw, encode, photograph

NUMBER = draw(beside([SEVEN, FOUR], 1.0), (800, 400), pen=20)


def choose(page, content, name="photo.png"):
    page.set_input_files("#image", {"name": name, "mimeType": "image/png", "buffer": content})
    page.locator("#adjust canvas").wait_for()


def recognise(page, headline):
    page.get_by_role("button", name="Recognise").click()
    expect(page.locator("h1")).to_have_text(headline)


def drag(page, corner, across, down):
    """Drag a corner of the frame by shares of the picture."""
    handle, picture = (page.locator(part).bounding_box() for part in (f"[data-corner={corner}]", "#adjust canvas"))
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    page.mouse.move(x + (3 if "w" in corner else -3), y + (3 if "n" in corner else -3))
    page.mouse.down()
    page.mouse.move(x + across * picture["width"], y + down * picture["height"], steps=3)
    page.mouse.up()


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_only_the_part_in_the_frame_is_read(visit, screen):
    page = visit("/upload", **screen)
    choose(page, encode(NUMBER))
    drag(page, "nw", 0.5, 0)
    drag(page, "se", 0, -0.02)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    recognise(page, "Read as 4")


def test_keys_move_the_frame_and_its_corners(visit):
    page = visit("/upload")
    choose(page, encode(NUMBER))
    page.locator("[data-corner=se]").focus()
    for _ in range(25):
        page.keyboard.press("ArrowLeft")
    page.locator(".crop").focus()
    for _ in range(40):  # no further than the picture goes
        page.keyboard.press("ArrowRight")
    recognise(page, "Read as 4")


def test_it_is_turned_and_straightened(visit):
    page = visit("/upload")
    slanted = NUMBER.rotate(12, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    choose(page, encode(slanted.transpose(Image.Transpose.ROTATE_90)))
    page.get_by_role("button", name="Turn right").click()
    page.get_by_label("Straighten").fill("12")
    size = page.locator("#adjust canvas").evaluate("canvas => [canvas.width, canvas.height]")
    assert size[0] > 1.3 * size[1]
    recognise(page, "Read as 74")


def test_what_is_not_changed_is_sent_as_it_is(visit):
    page = visit("/upload")
    choose(page, SEVEN_PNG)
    page.get_by_role("button", name="Turn left").click()
    page.get_by_role("button", name="Whole picture").click()
    sizes = []
    page.expose_function("note", lambda size: sizes.append(size))
    page.evaluate("""() => {
        const send = fetch;
        window.fetch = (address, options) => note(options.body.get("image").size).then(() => send(address, options));
    }""")
    recognise(page, "Read as 7")
    assert sizes == [len(SEVEN_PNG)]


def test_what_no_browser_shows_is_sent_all_the_same(visit):
    page = visit("/upload")
    page.set_input_files("#image", {"name": "a.tiff", "mimeType": "image/tiff", "buffer": encode(NUMBER, "TIFF")})
    recognise(page, "Read as 74")


def test_from_its_answer_it_is_cut_and_read_again(visit):
    page = visit("/upload")
    choose(page, encode(NUMBER))
    recognise(page, "Read as 74")
    page.get_by_role("link", name="Crop or turn").click()
    page.locator("#adjust canvas").wait_for()
    drag(page, "ne", -0.5, 0)
    recognise(page, "Read as 7")
    page.get_by_role("button", name="Delete").click()
    page.locator(".entries a").click()
    expect(page.get_by_role("link", name="Crop or turn")).to_be_visible()
    page.goto("/history")
    page.get_by_text("Delete all…").click()
    page.get_by_role("button", name="Delete all 1").click()
    expect(page.get_by_text("Nothing here yet")).to_be_visible()
    assert page.evaluate("async () => (await indexedDB.databases()).length") == 0


def test_a_picture_that_was_turned_is_turned_back(visit):
    page = visit("/upload")
    photo = photograph(draw(beside([FOUR, SEVEN, FIVE_WITH_FLOATING_BAR, FOUR], 0.8), (1100, 400), ink=60, paper=220))
    choose(page, encode(photo.transpose(Image.Transpose.ROTATE_180)))
    recognise(page, "Read as 4754")
    expect(page.get_by_text("The picture was turned by 180° to be read.")).to_be_visible()
    page.get_by_role("link", name="Turn back").click()
    page.locator("#adjust canvas").wait_for()
    page.get_by_role("button", name="Recognise").click()
    expect(page.locator("h1")).not_to_have_text("Upload a picture")
    expect(page.get_by_text("The picture was turned")).to_have_count(0)


@pytest.mark.parametrize("ticked", [False, True])
def test_what_is_deleted_from_the_list_is_forgotten_too(visit, ticked):
    page = visit("/upload")
    choose(page, encode(NUMBER))
    recognise(page, "Read as 74")
    entry = page.url.rpartition("/")[2]
    page.goto("/history")
    if ticked:
        page.get_by_label("Select 74").check()
        page.get_by_role("button", name="Delete selected").click()
    else:
        page.get_by_role("button", name="Delete this 74").click()
    page.get_by_text("Nothing here yet").wait_for()
    page.wait_for_function(
        "(entry) => import('/static/js/originals.js').then(({ find }) => find(entry)).then((file) => !file)",
        arg=int(entry),
    )
