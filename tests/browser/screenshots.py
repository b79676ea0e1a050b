"""The README's pictures, taken of a running site in Chromium, and the icons: `scripts/screenshots`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser import icons
from tests.browser.conftest import ANIMATIONS, DESKTOP, launch, real_strokes
from tests.browser.pen import by_mouse
from tests.serving import served
from webapp.config import ROOT


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as url, sync_playwright() as playwright:
        browser = launch(playwright)
        icons.draw(browser)
        for scheme in ("light", "dark"):
            page = browser.new_page(base_url=url, color_scheme=scheme, device_scale_factor=1.5, **DESKTOP)
            page.goto("/")
            by_mouse(page, real_strokes()["2"])
            page.keyboard.press("s")
            page.locator("#answer img.frame").wait_for()
            page.locator("h1").click()  # takes the focus ring off the canvas
            page.evaluate(ANIMATIONS)
            page.screenshot(path=ROOT / "docs" / f"draw-{scheme}.png")


if __name__ == "__main__":
    main()
