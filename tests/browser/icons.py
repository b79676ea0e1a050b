"""The icons that phones put on their screens, drawn by Chromium from static/icon.svg: part of `scripts/screenshots`."""

from __future__ import annotations

from playwright.sync_api import Browser

from webapp.config import ROOT

STATIC = ROOT / "static"
ROUNDED = {"touch-icon-192.png": 192, "touch-icon-512.png": 512}
SQUARE = {"touch-icon-180.png": 180, "maskable-icon-512.png": 512}  # systems cut these to a shape of their own


def draw(browser: Browser) -> None:
    """Write all of them."""
    icon = (STATIC / "icon.svg").read_text()
    for picture, sides in ((icon, ROUNDED), (icon.replace('rx="8"', ""), SQUARE)):
        for name, side in sides.items():
            page = browser.new_page(viewport={"width": side, "height": side})
            page.set_content(f'<body style="margin: 0">{picture}</body>')
            page.add_style_tag(content="svg { display: block; width: 100vw }")
            page.screenshot(path=STATIC / name, omit_background=True)
            page.close()
