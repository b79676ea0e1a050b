"""Without a line one draws on, and what was drawn is read when it is back; other programs share pictures."""

import base64
import json

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP
from tests.browser.pen import by_mouse
from tests.browser.test_draw import answer
from tests.drawing import SEVEN_PNG
from webapp.config import ROOT

READY = "navigator.serviceWorker.ready.then(() => 1)"
SHARE = """(picture) => {
    const bytes = Uint8Array.from(atob(picture), (byte) => byte.charCodeAt(0));
    const file = new File([bytes], "a.png", { type: "image/png" });
    const list = new DataTransfer();
    list.items.add(file);
    const form = document.createElement("form");
    Object.assign(form, { action: "/share", method: "post", enctype: "multipart/form-data" });
    const input = Object.assign(document.createElement("input"), { type: "file", name: "image" });
    input.files = list.files;
    form.append(input);
    document.body.append(form);
    form.submit();
}"""


@pytest.fixture
def installed(visit):
    """The drawing page, with its service worker."""
    page = visit(**DESKTOP, service_workers="allow")
    page.evaluate(READY)
    return page


def test_the_page_is_there_without_a_line_and_reads_when_it_is_back(installed, visit, strokes):
    installed.context.set_offline(True)
    installed.reload()
    expect(installed.locator("h1")).to_have_text("Draw a digit or a number")
    by_mouse(installed, strokes["5"])
    expect(installed.locator("#answer")).to_contain_text("is read when the site is back")
    installed.context.set_offline(False)
    expect(answer(installed)).to_have_text("5")
    installed.keyboard.press("s")
    expect(installed.locator("#note")).to_have_text("Kept in your history.")
    visit.complaints[:] = [text for text in visit.complaints if "ERR_INTERNET_DISCONNECTED" not in text]


def test_only_what_drawing_needs_is_kept(installed):
    kept = installed.evaluate(
        "caches.open('shell').then((shell) => shell.keys()).then((all) => all.map((one) => one.url))"
    )
    paths = {address.removeprefix(installed.url) for address in kept}
    assert "" in paths
    assert {"static/style.css", "static/js/draw.js", "static/js/clipboard.js"} <= paths
    assert all(path.startswith("static/") for path in paths - {""})


def test_a_shared_picture_waits_on_the_upload_page(installed):
    target = json.loads((ROOT / "static" / "manifest.webmanifest").read_text())["share_target"]
    assert (target["action"], target["params"]["files"][0]["name"]) == ("../share", "image")
    installed.goto("/about")
    installed.evaluate(SHARE, base64.b64encode(SEVEN_PNG).decode())
    installed.locator("#adjust canvas").wait_for()
    installed.get_by_role("button", name="Recognise").click()
    expect(installed.locator("h1")).to_have_text("Read as 7")


def test_without_the_service_worker_it_is_asked_for(visit):
    page = visit("/about")
    page.evaluate(SHARE, base64.b64encode(SEVEN_PNG).decode())
    expect(page.get_by_role("status")).to_have_text("Choose the picture here.")
    expect(page).to_have_url(f"{page.evaluate('location.origin')}/upload")
