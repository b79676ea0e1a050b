"""What the drawing page weighs, as nginx in deploy/ would send it."""

import gzip

from tests.browser.conftest import DESKTOP

LEVEL = 1  # of gzip, nginx's default
LARGEST, MOST = 60_000, 13  # bytes, requests


def test_the_drawing_page_is_light(chromium, site):
    page = chromium.new_context(base_url=site, **DESKTOP).new_page()
    responses = []
    page.on("response", lambda response: responses.append(response))
    page.goto("/", wait_until="networkidle")
    sizes = {response.url: _sent(response) for response in responses}
    page.context.close()
    assert any(url.endswith("draw.js") for url in sizes)
    assert len(responses) <= MOST, sizes
    assert sum(sizes.values()) <= LARGEST, sizes


def _sent(response) -> int:
    """Bytes of the answer, its headers and its body, which is text."""
    headers = sum(len(name) + len(value) + 4 for name, value in response.all_headers().items())
    return headers + len(gzip.compress(response.body(), LEVEL))
