"""With Chromium's fake camera, which shows a film of ours: a digit in the square, and another beside it."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, start
from tests.drawing import FOUR, SEVEN, draw, encode, photograph
from tests.processes import wait_until

WIDTH, HEIGHT = 640, 480
SCREENS = {"desktop": DESKTOP, "phone": PHONE}
ASKS = "--use-fake-device-for-media-stream=device-count=2"
ALLOWS = "--use-fake-ui-for-media-stream"
FAR = "--host-resolver-rules=MAP far.example 127.0.0.1"
USES = "id => document.querySelector('video').srcObject?.getVideoTracks()[0].getSettings().deviceId === id"


def within(strokes, left, top, side):
    """Strokes from 0 to 1 in a square of the film, given in its pixels."""
    return [[((left + x * side) / WIDTH, (top + y * side) / HEIGHT) for x, y in stroke] for stroke in strokes]


def still(strokes, seed):
    marks = within(strokes, 170, 90, 300) + within(FOUR, 80, 10, 60)  # the second just outside of the square
    return encode(photograph(draw(marks, (WIDTH, HEIGHT), pen=14), seed).convert("RGB"), "JPEG", quality=95)


def film(path, strokes):
    path.write_bytes(b"".join(still(strokes, seed) for seed in range(3)))  # as MJPEG, shown again and again
    return path


@pytest.fixture(scope="module")
def seven(tmp_path_factory):
    return film(tmp_path_factory.mktemp("film") / "seven.mjpeg", SEVEN)


@pytest.fixture(scope="module")
def chromium(chromium, seven):
    """A browser with two cameras that every page may use."""
    browser = start(chromium.browser_type, ASKS, ALLOWS, FAR, f"--use-file-for-fake-video-capture={seven}")
    yield browser
    browser.close()


@pytest.fixture
def page(visit):
    return visit("/camera")


def digit(page):
    return page.locator("#answer .digit")


def used(page):
    """The id of the camera that is seen."""
    return page.evaluate("() => document.querySelector('video').srcObject.getVideoTracks()[0].getSettings().deviceId")


@pytest.mark.parametrize("screen", SCREENS)
def test_what_is_in_the_square_is_read_and_not_kept(visit, screen):
    page = visit("/camera", **SCREENS[screen])
    expect(digit(page)).to_have_text("7")
    expect(page.locator("#answer .bars li")).to_have_count(10)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.locator("main > [role=status]")).to_have_text("7")
    page.goto("/history")
    expect(page.locator("main")).to_contain_text("Nothing here yet.")


def test_the_square_is_where_the_page_shows_it(page):
    expect(digit(page)).to_have_text("7")
    share = page.locator(".viewfinder").evaluate("""finder => {
        const [left, right] = ["left", "right"].map((side) => parseFloat(getComputedStyle(finder, "::after")[side]));
        return 1 - (left + right) / finder.clientWidth;
    }""")
    assert share == pytest.approx(0.8, abs=0.01)


@pytest.mark.parametrize("screen", SCREENS)
def test_what_is_taken_is_kept_and_shown(visit, screen):
    page = visit("/camera", **SCREENS[screen])
    expect(digit(page)).to_have_text("7")
    page.get_by_role("button", name="Capture").click()
    expect(page.locator("h1")).to_have_text("Read as 7")
    expect(page.locator("main")).to_contain_text("By camera")
    page.get_by_role("link", name="New photo").click()
    expect(digit(page)).to_have_text("7")
    page.goto("/history")
    expect(page.locator(".entries strong")).to_have_text("7")


def test_one_question_is_asked_at_a_time_and_none_while_nobody_looks(page):
    page.clock.install()
    page.reload()  # whose clock is ours from the beginning
    expect(digit(page)).to_have_text("7")
    held = []
    page.route("**/live", lambda route: held.append(route))
    wait_until(lambda: page.wait_for_timeout(20) or held)  # only while it waits, requests are told to us
    page.clock.run_for(10_000)
    assert len(held) == 1
    page.evaluate("() => Object.defineProperty(document, 'hidden', {get: () => true})")
    with page.expect_response("**/live"):
        held[0].continue_()
    page.clock.run_for(10_000)
    assert len(held) == 1


def test_it_reads_about_twice_a_second(page):
    moments = page.wait_for_function("""() => {
        const questions = performance.getEntriesByType("resource").filter((entry) => entry.name.endsWith("/live"));
        return questions.length > 4 && questions.map((entry) => entry.startTime);
    }""").json_value()
    # Of two together, as one question may begin late, and the next in time.
    gaps = [(later - earlier) / 2 for earlier, later in zip(moments, moments[2:], strict=False)]
    assert min(gaps) > 400  # milliseconds; more, where the site is slow


def test_one_chooses_between_cameras(chromium, site):
    with start(chromium.browser_type, ASKS, ALLOWS) as browser:
        page = browser.new_page()
        page.goto(f"{site}/camera")
        choice = page.get_by_label("Camera", exact=True)
        expect(choice.locator("option")).to_have_count(2)
        first = used(page)
        expect(choice).to_have_value(first)
        page.evaluate("() => window.old = document.querySelector('video').srcObject.getVideoTracks()[0]")
        values = [option.get_attribute("value") for option in choice.locator("option").all()]
        (second,) = set(values) - {first}
        choice.select_option(second)
        page.wait_for_function(USES, arg=second)
        expect(choice).to_have_value(second)
        assert page.evaluate("() => old.readyState") == "ended"


def test_a_site_with_a_limit_gets_its_pause(page, visit):
    page.clock.install()
    page.reload()
    expect(digit(page)).to_have_text("7")
    busy = {"status": 429, "headers": {"Retry-After": "100"}, "body": "<p role=alert>Too many requests.</p>"}
    asked = []
    page.route("**/live", lambda route: asked.append(route) or route.fulfill(**busy))
    expect(page.get_by_role("alert")).to_have_text("Too many requests.")
    page.clock.run_for(30_000)
    assert len(asked) == 1
    page.unroute("**/live")
    page.clock.run_for(70_000)
    expect(digit(page)).to_have_text("7")
    assert "429" in visit.complaints.pop()


def test_a_picture_that_cannot_be_taken_is_not_the_end(page):
    expect(digit(page)).to_have_text("7")
    page.evaluate("""() => {
        window.take = OffscreenCanvas.prototype.convertToBlob;
        OffscreenCanvas.prototype.convertToBlob = () => Promise.reject(new DOMException("", "EncodingError"));
    }""")
    expect(page.get_by_role("alert")).to_have_text("The camera gives no picture just now.")
    page.evaluate("() => OffscreenCanvas.prototype.convertToBlob = take")
    expect(digit(page)).to_have_text("7")


def test_the_camera_is_let_go_when_one_leaves(page):
    expect(digit(page)).to_have_text("7")
    page.evaluate("() => window.old = document.querySelector('video').srcObject.getVideoTracks()[0]")
    page.evaluate("() => dispatchEvent(new PageTransitionEvent('pagehide'))")
    assert page.evaluate("() => old.readyState") == "ended"
    assert page.evaluate("() => document.querySelector('video').srcObject") is None


def test_a_camera_that_goes_away_is_said_and_tried_again(page):
    expect(digit(page)).to_have_text("7")
    page.evaluate(
        """() => document.querySelector('video').srcObject.getVideoTracks()[0].dispatchEvent(new Event('ended'))"""
    )
    expect(page.get_by_role("alert")).to_contain_text("switched off or taken away")
    expect(page.get_by_role("button", name="Capture")).to_be_hidden()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("alert")).to_be_hidden()
    expect(digit(page)).to_have_text("7")


def test_a_busy_camera_is_said(visit):
    page = visit("/upload")
    page.context.add_init_script("""navigator.mediaDevices.getUserMedia = async () => {
        throw new DOMException("Could not start video source", "NotReadableError");
    };""")
    page.goto("/camera")
    expect(page.get_by_role("alert")).to_contain_text("The camera is busy")


def test_a_page_that_is_not_secure_says_so(chromium, site):
    page = chromium.new_page()
    page.goto(site.replace("127.0.0.1", "far.example") + "/camera")
    expect(page.get_by_role("alert")).to_contain_text("only to pages under HTTPS")
    expect(page.get_by_role("link", name="Upload a photo")).to_be_visible()
    page.context.close()


def test_without_javascript_the_page_points_to_the_upload(visit):
    page = visit("/camera", java_script_enabled=False)
    page.get_by_role("link", name="upload a photo").click()
    expect(page.locator("h1")).to_have_text("Upload a picture")


def test_a_refused_camera_is_said(chromium, site):
    with start(chromium.browser_type, ASKS, f"{ALLOWS}=deny") as browser:
        page = browser.new_page()
        page.goto(f"{site}/camera")
        expect(page.get_by_role("alert")).to_contain_text("The camera was not allowed")


def test_no_camera_is_said(chromium, site):
    with start(chromium.browser_type) as browser:
        page = browser.new_page()
        page.goto(f"{site}/camera")
        expect(page.get_by_role("alert")).to_contain_text("No camera was found")
        expect(page.get_by_role("button", name="Capture")).to_be_hidden()


def test_paper_without_a_digit_is_no_error(chromium, visit, site, tmp_path):
    nothing = film(tmp_path / "nothing.mjpeg", [])
    with start(chromium.browser_type, ASKS, ALLOWS, f"--use-file-for-fake-video-capture={nothing}") as browser:
        page = browser.new_page()
        complaints = []
        page.on("console", lambda message: complaints.append(message.text))
        with page.expect_response("**/live") as answer:
            page.goto(f"{site}/camera")
        assert answer.value.status == 204
        expect(page.locator("#answer")).to_have_text("Hold a digit into the square.")
        assert complaints == []
