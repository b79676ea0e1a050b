"""A site with a limit so low that a drawing reaches it."""

import pytest
from playwright.sync_api import expect

from tests.browser.pen import by_mouse
from tests.browser.test_live import beside, labels
from tests.serving import served


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("limited")
    with served(folder / "instance", WORKERS="1", DIGITS_RATE_LIMIT="1/10 second") as url:
        yield url


def test_the_drawing_is_answered_after_the_pause_that_the_site_asks_for(visit, strokes):
    page = visit()
    page.get_by_label("Thin pen").check(force=True)
    with page.expect_response(lambda response: response.status == 429) as refused:
        by_mouse(page, beside(strokes["3"], strokes["7"]), share=0.7)
    assert int(refused.value.headers["retry-after"]) <= 10
    expect(page.get_by_role("alert")).to_contain_text("too many requests")
    expect(labels(page)).to_have_text(["3", "7"], timeout=30_000)
    expect(page.get_by_role("alert")).to_have_count(0)
    assert all("429" in complaint for complaint in visit.complaints)
    visit.complaints.clear()
