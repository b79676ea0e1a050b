import csv
import json
import re

import pytest
from playwright.sync_api import expect

from recognizer import PictureError, read
from tests.browser.conftest import DESKTOP, PHONE, expect_rows
from tests.documents import make_document
from tests.drawing import FOUR_PNG, SCRIBBLE, SEVEN_PNG, draw, encode
from tests.webapp.test_batch import zipped
from webapp.reading import strokes

SCREENS = {"desktop": DESKTOP, "phone": PHONE}
SEVEN, FOUR = ("seven.png", SEVEN_PNG), ("four.png", FOUR_PNG)
SCAN = ("scan.pdf", make_document("scan.pdf", SEVEN_PNG, FOUR_PNG, SEVEN_PNG))
PAGES = [f"scan.pdf, page {number} of 3" for number in (1, 2, 3)]
NOTES = ("notes.txt", b"no picture")
PATIENCE = 120_000  # milliseconds
# The most rows between two painted pages, and the share of the time in which scripts kept the page from answering.
WATCH = """() => {
    const rows = document.querySelector(".rows");
    window.watched = {began: performance.now(), most: 0, pages: 0, blocked: 0};
    new PerformanceObserver((list) => {
        for (const task of list.getEntries()) watched.blocked += task.duration - 50;
    }).observe({type: "longtask"});
    let before = 0;
    requestAnimationFrame(function look() {
        const more = rows.children.length - before;
        before += more;
        watched.most = Math.max(watched.most, more);
        watched.pages += more > 0;
        watched.share = watched.blocked / (performance.now() - watched.began);
        requestAnimationFrame(look);
    });
}"""


@pytest.fixture
def page(visit):
    return visit("/upload")


@pytest.fixture(scope="module")
def handwriting(writings):
    """500 pictures of digits that people wrote with a pen, some of them twice, with their labels in their names."""
    sent = [json.dumps({"strokes": [stroke.tolist() for stroke in one.strokes]}).encode() for one in writings]
    drawn = [(f"{one.label}.png", strokes.draw(body).png) for one, body in zip(writings, sent, strict=True)]
    return [(f"{number} is {name}", png) for number, (name, png) in enumerate((drawn * 2)[:500])]


def send(page, *files):
    kinds = [{"name": name, "mimeType": "application/octet-stream", "buffer": data} for name, data in files]
    page.get_by_label("Choose one or more photos").set_input_files(kinds)
    page.get_by_role("button", name="Recognise").click()


def rows(page):
    return page.locator(".rows li")


def progress(page, text):
    expect(page.locator("#progress-text")).to_have_text(text, timeout=PATIENCE)


def kept(page):
    page.goto("/history")
    return page.locator(".entries strong").all_inner_texts()


@pytest.mark.parametrize("screen", SCREENS)
def test_many_pictures_have_a_row_each_that_leads_to_the_history(visit, screen):
    page = visit("/upload", **SCREENS[screen])
    send(page, SEVEN, FOUR)
    progress(page, "2 of 2 pictures")
    expect(page.get_by_role("status")).to_contain_text("All done")
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()
    expect(page.locator(".rows bdi")).to_have_text(["seven.png", "four.png"])
    expect_rows(page, "7", "4")
    expect(rows(page).first).to_contain_text("Very sure")
    assert page.locator(".rows img").first.evaluate("image => image.decode().then(() => image.naturalWidth)") > 28
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    rows(page).nth(1).locator(".name").click()
    expect(page.locator("h1")).to_have_text("Read as 4")
    assert kept(page) == ["4", "7"]


def test_what_cannot_be_read_has_a_row_with_the_reason(page):
    page.locator("form.upload").evaluate("form => form.dataset.maxBytes = 40_000")
    large, empty = ("large.bmp", b"x" * 40_001), ("empty.png", b"")
    bomb = ("bomb.zip", zipped([("a.bmp", b"\0" * 10_000_000)]))
    send(page, SEVEN, NOTES, large, empty, ("large.zip", bytes(40_001)), bomb, FOUR)
    progress(page, "7 of 7 pictures, 5 could not be read")
    for name, reason in [
        ("notes.txt", "This is not a picture"),
        ("large.bmp", "too large to be sent"),
        ("empty.png", "The file is empty."),
        ("large.zip", "Unpack it and drop its folder here"),
        ("bomb.zip", "more than is read"),
    ]:
        expect(rows(page).filter(has_text=name)).to_contain_text(reason)
    assert kept(page) == ["4", "7"]


def test_pictures_in_a_zip_are_counted_once_it_is_unpacked(page):
    send(page, ("all.zip", zipped([SEVEN, ("folder/notes.txt", b"no"), ("folder/four.png", FOUR_PNG)])))
    progress(page, "3 of 3 pictures, 1 could not be read")
    expect(page.locator(".rows bdi")).to_have_text(["seven.png", "folder/notes.txt", "folder/four.png"])


def test_more_may_be_added_while_others_are_read(page):
    held = []
    page.route("**/upload/rows", lambda route: held.append(route), times=1)
    send(page, SEVEN, SEVEN)
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    send(page, FOUR)
    progress(page, "0 of 3 pictures")
    held[0].continue_()
    progress(page, "3 of 3 pictures")
    expect_rows(page, "7", "7", "4")


def test_it_is_stopped_and_goes_on_where_it_was(page):
    files = [(f"{number}.png", SEVEN_PNG) for number in range(60)]
    requests = []
    page.route("**/upload/rows", lambda route: requests.append(route) or (len(requests) < 2 and route.continue_()))
    send(page, *files)
    progress(page, "25 of 60 pictures")
    assert leaving_is_asked_about(page)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("status")).to_have_text("Stopped.")
    assert not leaving_is_asked_about(page)
    page.unroute("**/upload/rows")
    expect(rows(page)).to_have_count(25)
    page.get_by_role("button", name="Resume").click()
    progress(page, "60 of 60 pictures")
    expect(page.locator(".rows bdi")).to_have_text([name for name, _ in files])


def leaving_is_asked_about(page):
    return page.evaluate("""() => {
        const leaving = new Event("beforeunload", {cancelable: true});
        dispatchEvent(leaving);
        return leaving.defaultPrevented;
    }""")


def test_a_stop_in_the_middle_of_a_request_reaches_the_server(page):
    files = [("all.zip", zipped([(f"{number}.png", SEVEN_PNG) for number in range(300)]))]
    send(page, *files)
    expect(rows(page).nth(20)).to_be_attached()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("status")).to_have_text("Stopped.")
    assert rows(page).count() < 300
    page.get_by_role("button", name="Resume").click()
    progress(page, "300 of 300 pictures")
    expect(page.locator(".rows bdi")).to_have_text([f"{number}.png" for number in range(300)])
    page.goto("/history")
    count = int(re.search(r"Delete all (\d+)", page.content())[1])
    assert count < 400  # and not all that was left at the stop a second time


def test_a_lost_connection_stops_it_and_it_goes_on_when_asked(page, visit):
    page.context.set_offline(True)
    send(page, SEVEN, FOUR)
    expect(page.get_by_role("status")).to_contain_text("The connection to the site was lost")
    page.context.set_offline(False)
    page.get_by_role("button", name="Resume").click()
    progress(page, "2 of 2 pictures")
    assert kept(page) == ["4", "7"]
    assert visit.complaints
    visit.complaints[:] = [text for text in visit.complaints if "ERR_INTERNET_DISCONNECTED" not in text]


def cut_off(page, lines):
    """Let the next answer end in the middle of the line after these."""

    def cut(route):
        answer = route.fetch()
        route.fulfill(response=answer, body="\n".join(answer.text().splitlines()[:lines]) + '\n{"read": tr')

    page.route("**/upload/rows", cut, times=1)


def test_an_answer_that_is_cut_off_is_completed(page):
    cut_off(page, lines=2)
    send(page, SEVEN, FOUR)
    expect(page.get_by_role("status")).to_contain_text("The connection to the site was lost")
    expect_rows(page, "7")
    page.get_by_role("button", name="Resume").click()
    progress(page, "2 of 2 pictures")
    expect_rows(page, "7", "4")


@pytest.mark.parametrize("screen", SCREENS)
def test_each_page_of_a_pdf_has_a_row(visit, screen):
    page = visit("/upload", **SCREENS[screen])
    send(page, SCAN, SEVEN)
    progress(page, "4 of 4 pictures")
    expect(page.locator(".rows bdi")).to_have_text([*PAGES, "seven.png"])
    expect_rows(page, "7", "4", "7", "7")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_pdf_that_is_cut_off_goes_on_with_its_next_page(page):
    cut_off(page, lines=3)
    send(page, SCAN, SEVEN)
    expect(page.get_by_role("status")).to_contain_text("The connection to the site was lost")
    expect(page.locator(".rows bdi")).to_have_text(PAGES[:2])
    page.get_by_role("button", name="Resume").click()
    progress(page, "4 of 4 pictures")
    expect(page.locator(".rows bdi")).to_have_text([*PAGES, "seven.png"])


@pytest.mark.parametrize("scripted", [True, False])
def test_a_pdf_alone_gets_a_page_with_a_row_for_each_of_its_own(visit, scripted):
    page = visit("/upload", java_script_enabled=scripted)
    send(page, SCAN)
    expect(page.locator(".rows bdi")).to_have_text(PAGES)
    expect(page.get_by_role("status")).to_contain_text("All done")


def test_what_the_site_says_is_shown(page, visit):
    page.route("**/upload/rows", lambda route: route.fulfill(status=503, body="<p role=alert>Not now.</p>"))
    send(page, SEVEN, FOUR)
    expect(page.get_by_role("status")).to_have_text("Not now.")
    assert "503" in visit.complaints.pop()


def test_a_site_with_a_limit_gets_its_pause(page, visit):
    page.route(
        "**/upload/rows", lambda route: route.fulfill(status=429, headers={"Retry-After": "2"}, body=""), times=1
    )
    send(page, SEVEN, FOUR)
    expect(page.get_by_role("status")).to_have_text("The site asks for a pause. It goes on in 2 seconds.")
    progress(page, "2 of 2 pictures")
    assert "429" in visit.complaints.pop()


def test_five_hundred_pictures_are_read_while_the_page_stays_responsive(page, handwriting, model):
    bomb = ("bomb.zip", zipped([("a.bmp", b"\0" * 10_000_000)]))
    files = [*handwriting[:497], NOTES, bomb, ("cut.png", SEVEN_PNG[:300])]
    page.evaluate(WATCH)
    send(page, *files)
    progress(page, re.compile(r"^500 of 500 pictures, \d+ could not be read$"))
    watched = page.evaluate("() => watched")
    seen = page.evaluate("""() => [...document.querySelectorAll(".rows li")].map((row) =>
        [...row.querySelectorAll(".name, [name=label], .reason")].map((part) => part.value ?? part.textContent))""")
    assert seen == [[name, expected(data, model)] for name, data in files]
    labels = [name.removesuffix(".png")[-1] for name, _ in handwriting[:497]]
    assert sum(text == label for (_, text), label in zip(seen, labels, strict=False)) >= 0.97 * len(labels)
    assert watched["pages"] > 50  # the rows came one by one, and the page was painted between them
    assert watched["most"] < 50
    assert watched["share"] < 0.5


def expected(data, model):
    if data.startswith(b"PK"):
        return "The ZIP unpacks to 10000000 bytes, which is more than is read."
    try:
        return read(data, model).text
    except PictureError as error:
        return str(error)


@pytest.mark.parametrize(
    "files", [[SEVEN, NOTES, FOUR], [("all.zip", zipped([SEVEN, NOTES, FOUR]))]], ids=["files", "zip"]
)
def test_without_javascript_many_get_a_page_with_a_row_each(visit, files):
    page = visit("/upload", java_script_enabled=False)
    send(page, *files)
    expect(page.locator("h1")).to_have_text("3 pictures")
    expect(page.locator(".rows bdi")).to_have_text(["seven.png", "notes.txt", "four.png"])
    expect_rows(page, "7", "4")
    expect(rows(page).nth(1)).to_contain_text("This is not a picture")
    expect(page.get_by_role("status")).to_contain_text("All done; 1 could not be read.")
    rows(page).last.locator(".name").click()
    expect(page.locator("h1")).to_have_text("Read as 4")


def test_rows_are_copied_and_downloaded_with_the_names_of_their_files(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    send(page, ("=seven.png", SEVEN_PNG), NOTES, FOUR)
    progress(page, "3 of 3 pictures, 1 could not be read")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    with download.value.path().open(newline="") as file:
        lines = list(csv.reader(file))
    assert lines[0] == ["file", "text", "confidence", "problem"]
    assert [line[:2] for line in lines[1:]] == [["'=seven.png", "7"], ["notes.txt", ""], ["four.png", "4"]]
    assert float(lines[1][2]) > 0.9
    assert lines[2][3].startswith("This is not a picture")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("=seven.png\t7\t0.9")


def test_only_what_needs_a_look_is_shown(page):
    send(page, SEVEN, NOTES, ("scribble.png", encode(draw(SCRIBBLE))))
    progress(page, "3 of 3 pictures, 1 could not be read")
    shown = page.locator(".rows li:visible bdi")
    for choice, names in (("not read", ["notes.txt"]), ("not sure", ["scribble.png"])):
        page.get_by_label("Show").select_option(choice)
        expect(shown).to_have_text(names)
    page.get_by_label("Show").select_option("all")
    expect(shown).to_have_count(3)


def test_a_row_is_corrected_where_it_stands(page):
    send(page, SEVEN, FOUR)
    progress(page, "2 of 2 pictures")
    rows(page).first.get_by_label("What it says").fill("1.5")
    expect(rows(page).first.locator(".state")).to_contain_text("Corrected. It was read as 7.")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    with download.value.path().open(newline="") as file:
        assert [line[1] for line in csv.reader(file)] == ["text", "1.5", "4"]
    page.reload()
    expect_rows(page, "1.5", "4")
    assert kept(page) == ["4", "1.5"]


def test_rows_are_still_there_when_one_comes_back(page):
    send(page, SEVEN, NOTES)
    progress(page, "2 of 2 pictures, 1 could not be read")
    rows(page).first.locator(".name").click()
    page.wait_for_url("**/history/*")
    page.go_back()
    expect(page.locator(".rows bdi")).to_have_text(["seven.png", "notes.txt"])
    page.goto("/upload")
    expect(rows(page)).to_have_count(0)


def test_a_single_picture_can_be_sent_again_after_a_lost_line(page, visit):
    page.route("**/upload/rows", lambda route: route.abort("internetdisconnected"), times=1)
    send(page, FOUR)
    expect(page.get_by_role("status")).to_contain_text("The connection to the site was lost")
    page.get_by_role("button", name="Resume").click()
    page.wait_for_url("**/history/*")
    expect(page.locator("h1")).to_have_text("Read as 4")
    assert "Uploaded" in page.locator("main").inner_text()
    visit.complaints[:] = [text for text in visit.complaints if "ERR_INTERNET_DISCONNECTED" not in text]
