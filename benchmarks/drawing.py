"""How long after the pen is lifted the answer is on the screen, beside a bare request to the API with the same PNG.

scripts/bench drawing [--drawings 50]
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import tempfile
from collections.abc import Iterator

from playwright.sync_api import Page, sync_playwright

from benchmarks.serving import ROOT, serving
from tests.browser.conftest import DESKTOP, launch
from tests.browser.pen import placed
from tests.conftest import load_writings
from tests.drawing import Strokes

PACE = 10  # milliseconds from point to point, as the pens took them
STILL = 250  # milliseconds without a question or a change, after which the last answer is on the screen

WATCH = """() => {
    const watch = (window.watch = { lifted: 0, shown: 0, asking: 0, png: null });
    const painted = new MessageChannel();
    painted.port1.onmessage = () => (watch.shown = performance.now());
    const changed = () => requestAnimationFrame(() => painted.port2.postMessage(null));
    const everything = { subtree: true, childList: true, attributes: true, characterData: true };
    new MutationObserver(changed).observe(document.getElementById("answer"), everything);
    document.addEventListener("pointerup", (event) => (watch.lifted = event.timeStamp), true);
    const ask = window.fetch;
    window.fetch = async (address, options) => {
        watch.png = options.body.get("image");
        watch.asking++;
        return ask(address, options).finally(() => watch.asking--);
    };
    watch.bare = async () => {
        const start = performance.now();
        const response = await ask("/api/v1/recognize", { method: "POST", body: watch.png });
        await response.json();
        return performance.now() - start;
    };
}"""
IS_STILL = "still => watch.asking === 0 && performance.now() - Math.max(watch.shown, watch.lifted) > still"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--drawings", type=int, default=50)
    count = parser.parse_args().drawings
    with (
        tempfile.TemporaryDirectory() as instance,
        serving([ROOT / "scripts" / "serve"], ROOT, instance) as (_, url, _),
        sync_playwright() as playwright,
    ):
        page = launch(playwright).new_page(base_url=url, **DESKTOP)
        page.goto("/")
        page.evaluate(WATCH)
        timed = [measure(page, strokes) for strokes in itertools.islice(drawings(), count)]
    ours, bare = (statistics.median(column) for column in zip(*timed, strict=True))
    print(f"pen up to answer on the screen in Chromium, median of {len(timed)} drawings (ms)")
    print(f"  {'this page':24}{ours:8.1f}")
    print(f"  {'POST /api/v1/recognize':24}{bare:8.1f}")
    print(f"  {'ratio':24}{ours / bare:8.2f}")


def drawings() -> Iterator[Strokes]:
    """Real pen strokes, of one digit after the other from 0 to 9, again and again."""
    writings = load_writings()
    by_digit = [
        [[stroke.tolist() for stroke in one.strokes] for one in writings if one.label == digit] for digit in range(10)
    ]
    return itertools.chain.from_iterable(zip(*by_digit, strict=False))


def measure(page: Page, strokes: Strokes) -> tuple[float, float]:
    """Draw on an empty canvas; milliseconds from pen up to the answer, and of the bare request."""
    page.keyboard.press("c")
    for stroke in placed(page, strokes):
        page.mouse.move(*stroke[0])
        page.mouse.down()
        for point in stroke[1:]:
            page.wait_for_timeout(PACE)
            page.mouse.move(*point)
        page.mouse.up()
    page.wait_for_function(IS_STILL, arg=STILL)
    waited = page.evaluate("Math.max(0, watch.shown - watch.lifted)")
    return waited, page.evaluate("watch.bare()")


if __name__ == "__main__":
    main()
