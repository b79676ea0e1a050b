"""The README's pictures, taken of a running site in Chromium, and the icons: `scripts/screenshots`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import ViewportSize, sync_playwright

from tests.browser import icons
from tests.browser.conftest import ANIMATIONS, launch, real_strokes
from tests.browser.pen import by_mouse
from tests.browser.test_live import beside
from tests.serving import served
from webapp.config import ROOT

SIZE: ViewportSize = {"width": 1080, "height": 960}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as url, sync_playwright() as playwright:
        browser = launch(playwright)
        icons.draw(browser)
        for scheme in ("light", "dark"):
            page = browser.new_page(base_url=url, color_scheme=scheme, device_scale_factor=1.5, viewport=SIZE)
            page.goto("/")
            by_mouse(page, beside(*(real_strokes()[digit] for digit in "2068")))
            page.keyboard.press("s")
            page.locator("#answer .saying").wait_for()
            page.locator("h1").click()  # takes the focus ring off the canvas
            page.evaluate(ANIMATIONS)
            page.screenshot(path=ROOT / "docs" / f"draw-{scheme}.png")


if __name__ == "__main__":
    main()
