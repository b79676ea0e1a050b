import base64

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, TWO_FRAMES, expect_rows
from tests.drawing import FOUR, FOUR_PNG, SEVEN_PNG, draw, encode, photograph

PHOTO = encode(photograph(draw(FOUR, (1200, 900), pen=44, ink=50, paper=215)), "JPEG")


@pytest.fixture(params=[True, False], ids=["javascript", "no-javascript"])
def page(request, visit):
    return visit("/upload", java_script_enabled=request.param)


def send(page, content, name="photo.jpg"):
    page.get_by_label("Choose one or more photos").set_input_files(
        {"name": name, "mimeType": "image/jpeg", "buffer": content}
    )
    page.get_by_role("button", name="Recognise").click()


def drag(page, files, kind):
    """Files out of another program, through the browser's own input pipeline."""
    data = {"items": [], "files": [str(file) for file in files], "dragOperationsMask": 1}
    mouse = page.context.new_cdp_session(page)
    mouse.send("Input.dispatchDragEvent", {"type": kind, "x": 20, "y": 400, "data": data})


def drop(page, *files):
    for kind in ("dragEnter", "dragOver", "drop"):
        drag(page, files, kind)


def paste(page, *pictures):
    """With Ctrl+V, from the system's clipboard."""
    page.context.grant_permissions(["clipboard-write", "clipboard-read"])
    page.evaluate(
        """async (data) => {
            const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
            await navigator.clipboard.write([new ClipboardItem({"image/png": new Blob([bytes], {type: "image/png"})})]);
        }""",
        base64.b64encode(*pictures).decode(),
    )
    page.keyboard.press("Control+v")


def test_a_photo_is_read_and_in_the_history(page):
    send(page, PHOTO)
    expect(page.locator("h1")).to_have_text("Read as 4")
    expect(page.locator(".bars li")).to_have_count(10)
    page.get_by_role("link", name="History").click()
    expect(page.locator(".entries strong")).to_have_text("4")
    expect(page.locator(".entries li")).to_contain_text("Uploaded")


def test_what_is_no_picture_is_explained_and_the_form_is_still_there(page, visit):
    send(page, b"<svg></svg>")
    expect(page.get_by_role("alert")).to_contain_text("This is not a picture")
    send(page, PHOTO)
    expect(page.locator("h1")).to_have_text("Read as 4")
    visit.complaints[:] = [text for text in visit.complaints if "415 (UNSUPPORTED MEDIA TYPE)" not in text]


def test_history_is_deleted_one_by_one_and_all(page):
    for _ in range(3):
        page.goto("/upload")
        send(page, PHOTO)
        page.wait_for_url("**/history/*")
    page.get_by_role("button", name="Delete").click()
    expect(page.locator(".entries li")).to_have_count(2)
    page.get_by_role("button", name="Delete this 4").first.click()
    expect(page.locator(".entries li")).to_have_count(1)
    page.get_by_text("Delete all…").click()
    page.get_by_role("button", name="Delete all 1").click()
    expect(page.get_by_text("Nothing here yet")).to_be_visible()


def test_a_picture_dropped_anywhere_goes_to_its_answer(visit, tmp_path):
    page = visit("/upload")
    picture = tmp_path / "four.png"
    picture.write_bytes(FOUR_PNG)
    drop(page, picture)
    expect(page.locator("h1")).to_have_text("Read as 4")


def test_the_page_shows_that_it_takes_what_is_dragged_over_it(visit, tmp_path):
    page = visit("/upload")
    picture = tmp_path / "four.png"
    picture.write_bytes(FOUR_PNG)
    shown = page.get_by_text("Drop your pictures here")
    expect(shown).to_be_hidden()
    drag(page, [picture], "dragEnter")
    drag(page, [picture], "dragOver")
    expect(shown).to_be_visible()
    drag(page, [picture], "dragCancel")
    expect(shown).to_be_hidden()


def test_a_dropped_folder_is_a_batch(visit, tmp_path):
    (tmp_path / "scans" / "more").mkdir(parents=True)
    for name, content in (("10.png", FOUR_PNG), ("9.png", SEVEN_PNG), ("more/11.png", SEVEN_PNG)):
        (tmp_path / "scans" / name).write_bytes(content)
    page = visit("/upload")
    drop(page, tmp_path / "scans")
    expect(page.locator(".rows bdi")).to_have_text(["9.png", "10.png", "11.png"])
    expect_rows(page, "7", "4", "7")


def test_what_is_dropped_and_cannot_be_opened_is_said(visit, tmp_path):
    (tmp_path / "locked").mkdir()
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(SEVEN_PNG)
    page = visit("/upload")
    page.evaluate("""() => {  // as where the permission is lacking, which no test run by root can bring about
        const refuse = (resolve, reject) => reject(new DOMException("", "NotReadableError"));
        const { webkitGetAsEntry } = DataTransferItem.prototype;
        DataTransferItem.prototype.webkitGetAsEntry = function () {
            const entry = webkitGetAsEntry.call(this);
            if (entry.name === "a.png") entry.file = refuse;
            if (entry.name === "locked") entry.createReader = () => ({ readEntries: refuse });
            return entry;
        };
    }""")
    drop(page, *(tmp_path / name for name in ("a.png", "locked", "b.png")))
    expect(page.locator("#progress-text")).to_have_text("3 of 3 pictures, 2 could not be read")
    expect(page.locator(".rows bdi")).to_have_text(["a.png", "locked", "b.png"])
    expect(page.locator(".reason")).to_have_text(["It cannot be opened."] * 2)
    expect_rows(page, "7")


def test_a_pasted_picture_goes_to_its_answer(visit):
    page = visit("/upload")
    page.locator("h1").click()
    paste(page, SEVEN_PNG)
    expect(page.locator("h1")).to_have_text("Read as 7")


def test_pasted_text_does_nothing(visit):
    page = visit("/upload")
    page.context.grant_permissions(["clipboard-write", "clipboard-read"])
    page.evaluate("() => navigator.clipboard.writeText('7')")
    page.evaluate("() => { window.pasted = new Promise((resolve) => addEventListener('paste', resolve)) }")
    posts = []
    page.on("request", lambda request: posts.append(request.url))
    page.keyboard.press("Control+v")
    page.evaluate("async () => { await pasted }")
    page.evaluate(TWO_FRAMES)  # in which the page would have begun to send it
    assert posts == []
    expect(page.locator("h1")).to_have_text("Upload a picture")


def test_a_phone_takes_a_photo_and_goes_to_its_answer(visit):
    page = visit("/upload", **PHONE)
    photo = page.get_by_label("Take a photo")
    assert photo.get_attribute("capture") == "environment"
    photo.set_input_files({"name": "image.jpg", "mimeType": "image/jpeg", "buffer": PHOTO})
    expect(page.locator("h1")).to_have_text("Read as 4")


def test_without_javascript_there_is_nothing_that_needs_it(visit):
    page = visit("/upload", java_script_enabled=False)
    expect(page.get_by_label("Take a photo")).to_be_hidden()
    expect(page.get_by_text("drop them anywhere")).to_be_hidden()
    expect(page.get_by_label("Choose one or more photos")).to_be_visible()
