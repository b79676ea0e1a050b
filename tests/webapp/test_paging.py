import html
import re

import pytest

from tests.serving import find_token
from tests.webapp.pages import error, ids, keep_like_the_first, upload
from webapp.history.paging import PAGE


@pytest.fixture
def history(app, client):
    """Two full pages and ten entries more; every second one is a 4."""
    upload(client)
    keep_like_the_first(app, *({"text": "74"[number % 2]} for number in range(1, 2 * PAGE + 10)))
    return client


def links(page):
    found = re.findall(r'class="button" href="([^"]+)"[^>]*>(Newest|Newer|Older)<', page)
    return {name: html.unescape(address) for address, name in found}


@pytest.mark.parametrize("path", ["/history", "/history/label"])
def test_pages_go_both_ways(history, path):
    def shown(page):
        return ids(page) or [int(number) for number in re.findall(r'action="/history/(\d+)/correct[?"]', page)]

    newest = history.get(path).text
    assert shown(newest) == list(range(110, 60, -1))
    assert links(newest).keys() == {"Older"}
    middle = history.get(links(newest)["Older"]).text
    assert shown(middle) == list(range(60, 10, -1))
    assert links(middle).keys() == {"Newest", "Newer", "Older"}
    oldest = history.get(links(middle)["Older"]).text
    assert shown(oldest) == list(range(10, 0, -1))
    assert links(oldest).keys() == {"Newest", "Newer"}
    assert shown(history.get(links(oldest)["Newer"]).text) == list(range(60, 10, -1))
    last = history.get(re.search(r'href="([^"]+)">Oldest<', newest)[1]).text
    assert shown(last) == list(range(50, 0, -1))
    assert links(last).keys() == {"Newest", "Newer"}
    newest_again = history.get(links(middle)["Newer"]).text
    assert shown(newest_again) == shown(newest)
    assert links(newest_again) == links(newest)
    assert shown(history.get(links(oldest)["Newest"]).text) == shown(newest)


def test_a_filter_goes_along(history):
    newest = history.get("/history?digit=4").text
    assert ids(newest) == list(range(110, 10, -2))
    assert "55 answers" in newest
    oldest = history.get(links(newest)["Older"]).text
    assert ids(oldest) == list(range(10, 0, -2))
    assert links(oldest)["Newest"] == "/history?digit=4"
    assert ids(history.get(links(oldest)["Newer"]).text) == ids(newest)


def test_the_newest_page_is_never_short(app, history):
    """Going back from a page, there are only three new ones before it: they come with those that follow."""
    cursor = re.search(r"before=(\S+)", links(history.get("/history").text)["Older"])[1]
    older = history.get(f"/history?before={cursor}").text
    assert ids(history.get(links(older)["Newer"]).text) == list(range(110, 60, -1))
    keep_like_the_first(app, *({"text": "1"} for _ in range(3)))
    assert ids(history.get(links(older)["Newer"]).text) == list(range(110, 60, -1))
    assert ids(history.get("/history").text) == list(range(113, 63, -1))


def test_a_cursor_outlives_its_entry(app, history):
    address = links(history.get("/history").text)["Older"]
    csrf = find_token(history.get("/history").text)
    assert history.post("/history/61/delete", data={"csrf_token": csrf}).status_code == 303
    assert ids(history.get(address).text) == list(range(60, 10, -1))


@pytest.mark.parametrize("cursor", ["x", "5", "-1", "9" * 30, "5.x", "5.", ".", "5." + "A" * 27, "%00", "%ff", "٣.x"])
@pytest.mark.parametrize("name", ["before", "after"])
def test_a_strange_cursor_is_explained(history, name, cursor):
    response = history.get(f"/history?{name}={cursor}")
    assert response.status_code == 404
    assert error(response).startswith("There is no such page in your history.")


def test_another_visitors_cursor_is_a_404(app, history):
    other = app.test_client()
    upload(other)
    for name in ("before", "after"):
        cursor = re.search(r"before=(\S+)", links(history.get("/history").text)["Older"])[1]
        for stranger in (other, app.test_client()):
            assert stranger.get(f"/history?{name}={cursor}").status_code == 404
