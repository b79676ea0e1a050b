"""A running site and a real Chromium; every page is watched for errors and for requests to other hosts."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    BrowserType,
    ConsoleMessage,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from tests.conftest import load_writings, need
from tests.serving import served

# The first has no windows of its own, which take a third of the computing.
CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 3}
TWO_FRAMES = "() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))"
ANIMATIONS = "async () => { await Promise.allSettled(document.getAnimations().map((animation) => animation.finished)) }"
BLOCKED = "Service Worker registration blocked by Playwright"
PATIENCE = 15_000  # milliseconds, as several share the processors
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]


expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("browser") / "instance") as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


def find_chromium() -> str | None:
    """The path of the program, where there is one."""
    return next(filter(None, map(shutil.which, CHROMIUMS)), None)


def launch(playwright: Playwright) -> Browser:
    return start(playwright.chromium)


def start(kind: BrowserType, *flags: str) -> Browser:
    found = find_chromium()
    need(found, "Chromium (Debian: apt-get install chromium-headless-shell; Ubuntu: chromium)")
    return kind.launch(executable_path=found, args=[*QUIET, *flags], chromium_sandbox=False)


@pytest.fixture
def visit(chromium, site) -> Iterator:
    """Opens a page as a new visitor; at the end no page may have complained or asked another host."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(path: str = "/", **options) -> Page:
        # What a service worker fetches cannot be held back or looked at.
        context = chromium.new_context(base_url=site, **{"service_workers": "block"} | (options or DESKTOP))
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: _is_complaint(message) and complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: _is_own(request.url, site) or complaints.append(request.url))
        page.goto(path)
        return page

    open_page.complaints = complaints
    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def _is_complaint(message: ConsoleMessage) -> bool:
    return message.type in ("error", "warning") and message.text != BLOCKED


def _is_own(url: str, site: str) -> bool:
    return url.startswith((f"{site}/", "data:", "blob:"))


@pytest.fixture(scope="session")
def strokes() -> dict[str, list]:
    """One real pen drawing of each digit, by its label."""
    return real_strokes()


def real_strokes() -> dict[str, list]:
    return {str(one.label): [stroke.tolist() for stroke in one.strokes] for one in reversed(load_writings())}


def expect_rows(page: Page, *texts: str) -> None:
    """Expect that the pictures of a batch that could be read were read as these."""
    fields = page.locator(".rows [name=label]")
    expect(fields).to_have_count(len(texts))
    for place, text in enumerate(texts):
        expect(fields.nth(place)).to_have_value(text)
