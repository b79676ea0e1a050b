import pytest
from playwright.sync_api import expect

from tests.drawing import FOUR, draw, encode, photograph

PHOTO = encode(photograph(draw(FOUR, (1200, 900), pen=44, ink=50, paper=215)), "JPEG")


@pytest.fixture(params=[True, False], ids=["javascript", "no-javascript"])
def page(request, visit):
    return visit("/upload", java_script_enabled=request.param)


def send(page, content, name="photo.jpg"):
    page.get_by_label("A scan or photo").set_input_files({"name": name, "mimeType": "image/jpeg", "buffer": content})
    page.get_by_role("button", name="Recognise").click()


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
    page.get_by_role("button", name="Delete").click()
    expect(page.locator(".entries li")).to_have_count(2)
    page.get_by_role("button", name="Delete this 4").first.click()
    expect(page.locator(".entries li")).to_have_count(1)
    page.get_by_text("Delete all…").click()
    page.get_by_role("button", name="Delete all 1").click()
    expect(page.get_by_text("Nothing here yet")).to_be_visible()
