"""What Lighthouse says of every page on a phone: scripts/bench lighthouse. Needs Chromium, Node and npx."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile

import requests

from benchmarks.serving import ROOT, serving
from tests.browser.conftest import find_chromium
from tests.drawing import SEVEN_PNG
from tests.serving import find_token

LIGHTHOUSE = "lighthouse@12.8.2"  # the newest that runs on Node 18 and 20
CATEGORIES = ["performance", "accessibility", "best-practices", "seo"]
LEAST = 95  # points of a hundred
GOOD = 0.9  # of one audit
ANSWER = "/history/1"
PAGES = [
    "/",
    "/upload",
    "/camera",
    "/history",
    "/history/label",
    "/history/hand",
    "/history/hand/write",
    "/history/deleted",
    ANSWER,
    f"{ANSWER}/digits/0/why",
    f"{ANSWER}/digits/0/inside",
    f"{ANSWER}/compare",
    "/models",
    "/models/flagship",
    "/about",
    "/api",
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="*", default=PAGES)
    options = parser.parse_args()
    print(f"{'':28}" + "".join(f"{name:>16}" for name in CATEGORIES))
    serve = [ROOT / "scripts" / "serve"]
    with tempfile.TemporaryDirectory() as folder, serving(serve, ROOT, folder) as (_, api, _):
        url = api.removesuffix("/api/v1/recognize")
        cookie = visit(url)
        for page in options.pages:
            report = lighthouse(url + page, cookie)
            scores = [round(100 * report["categories"][name]["score"]) for name in CATEGORIES]
            print(f"{page:28}" + "".join(f"{score:16}" for score in scores), flush=True)
            for line in wanting(report) if min(scores) < LEAST else []:
                print(f"    {line}")


def visit(url: str) -> str:
    """The cookie of a visitor who has had a picture read."""
    with requests.Session() as browser:
        token = find_token(browser.get(f"{url}/upload").text)
        form = {"csrf_token": token, "source": "upload"}
        browser.post(f"{url}/read", form, files={"image": ("7.png", SEVEN_PNG)}).raise_for_status()
        return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


def lighthouse(url: str, cookie: str) -> dict:
    """Its report of a page."""
    command = ["npx", "--yes", LIGHTHOUSE, url, "--quiet", "--output=json", f"--only-categories={','.join(CATEGORIES)}"]
    command += ["--chrome-flags=--headless=new --no-sandbox", f"--extra-headers={json.dumps({'Cookie': cookie})}"]
    chromium = find_chromium() or sys.exit("Chromium is needed.")
    environment = os.environ | {"CHROME_PATH": chromium}
    return json.loads(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)


def wanting(report: dict) -> list[str]:
    """The audits that cost points."""
    weighty = {
        reference["id"]
        for category in report["categories"].values()
        for reference in category["auditRefs"]
        if reference["weight"]
    }
    audits = [report["audits"][name] for name in sorted(weighty)]
    lost = [audit for audit in audits if audit["score"] is not None and audit["score"] < GOOD]
    return [f"{audit['title']}: {audit.get('displayValue', '')}" for audit in lost]


if __name__ == "__main__":
    main()
