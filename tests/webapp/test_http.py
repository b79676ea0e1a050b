import io
import re
import time

import pytest

from tests.drawing import SEVEN_PNG
from tests.serving import find_token
from tests.webapp.pages import token, upload
from webapp import create_app
from webapp.config import read
from webapp.serving.http import HEADERS

SECURE = {"base_url": "https://digits.example"}
PAGES = ["/", "/upload", "/history", "/models", "/models/flagship", "/about", "/api", "/nowhere"]
PAGES += ["/history/label", "/history/deleted"]
PAGES += [f"/history/1{more}" for more in ("", "/compare", "/digits/0/why", "/digits/0/inside")]
BONUS_FROM = 90  # points; https://developer.mozilla.org/en-US/observatory/docs/tests_and_scoring


@pytest.fixture
def paths(app):
    """A path for each route and method, and paths that fail in each way."""

    @app.get("/broken")
    def broken():
        raise RuntimeError("for the test")

    app.testing = False  # else its error would come out
    found = [("GET", "/nowhere"), ("GET", "/api/v1/nowhere"), ("PUT", "/")]
    values = {
        "entry_id": 1,
        "number": 0,
        "layer": 0,
        "filename": "style.css",
        "name": "small",
        "plot": "reliability",
        "kind": "csv",
    }
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        path = adapter.build(rule.endpoint, {name: values[name] for name in rule.arguments})
        found += [(method, path) for method in rule.methods]
    return found


@pytest.mark.parametrize("options", [{}, SECURE], ids=["http", "https"])
def test_every_answer_carries_the_headers(client, paths, options):
    upload(client)
    seen = set()
    for method, path in paths:
        response = client.open(path, method=method, **options)
        seen.add(response.status_code)
        missing = [name for name in HEADERS if name not in response.headers]
        assert not missing, f"{method} {path} lacks {missing}"
        assert ("Strict-Transport-Security" in response.headers) == (options is SECURE)
    assert seen >= {200, 400, 404, 405, 500}


@pytest.mark.parametrize("host", ["a..b", "a" * 64, f"{'a' * 64}.example"])
@pytest.mark.parametrize("path", ["/", "/nowhere", "/static/style.css", "/healthz", "/api", "/api/v1/models"])
def test_a_host_that_cannot_exist_is_an_error_like_others(client, host, path):
    response = client.get(path, headers={"Host": host})
    assert response.status_code == 400
    assert "The request names a host that cannot exist." in response.text
    assert not [name for name in HEADERS if name not in response.headers]
    assert response.headers["X-Request-ID"]


def test_nothing_is_inline(client):
    upload(client)
    for path in PAGES:
        page = client.get(path).text
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]* src=\"/)", page)
        assert not re.search(r'(?:src|href)="(?:https?:)?//', page)


def test_under_https_the_cookie_is_for_this_host_alone(client):
    response = client.get("/", **SECURE)
    (cookie,) = response.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-digits=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert client.get("/").headers.getlist("Set-Cookie")[0].startswith("digits=")


def test_a_visitor_is_known_under_https(client):
    csrf = find_token(client.get("/upload", **SECURE).text)
    fields = {"csrf_token": csrf, "source": "upload", "image": (io.BytesIO(SEVEN_PNG), "seven.png")}
    referrer = {"Referer": "https://digits.example/upload"}
    page = client.post("/read", data=fields, headers=referrer, follow_redirects=True, **SECURE)
    assert "Read as 7" in page.text
    assert token(client) != csrf


def test_it_is_an_a_plus_by_mozillas_observatory(client):
    """The score of the front page, by the modifiers that the Observatory publishes; redirection is the proxy's."""
    response = client.get("/", **SECURE)
    headers, (cookie,) = response.headers, response.headers.getlist("Set-Cookie")
    policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
    max_age = int(re.match(r"max-age=(\d+)", headers["Strict-Transport-Security"])[1])
    sources = re.findall(r'<script[^>]* src="([^"]+)"', response.text)
    strict = all(source in ("'self'", "'none'") for value in policy.values() for source in value.split())
    flags = set(cookie.split("; "))
    modifiers = [
        5 if strict and "default-src" in policy else -25,
        5 if {"Secure", "HttpOnly", "SameSite=Lax"} <= flags else -40,
        0 if "Access-Control-Allow-Origin" not in headers else -50,
        5 if headers["Referrer-Policy"] in ("no-referrer", "same-origin", "strict-origin") else -5,
        0 if max_age >= 15_768_000 else -10,
        0 if all(source.startswith("/") for source in sources) else -50,
        0 if headers["X-Content-Type-Options"] == "nosniff" else -5,
        5 if policy["frame-ancestors"] in ("'none'", "'self'") else -20,
        10 if headers["Cross-Origin-Resource-Policy"] == "same-origin" else -50,
    ]
    base = 100 + sum(modifier for modifier in modifiers if modifier < 0)
    score = base + (sum(modifier for modifier in modifiers if modifier > 0) if base >= BONUS_FROM else 0)
    assert score >= 100, modifiers
    assert score == 130


CROSS_SITE = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "http://localhost"}, 200),
        ({"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Origin": "https://behind-a-proxy.example", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        (CROSS_SITE, 403),
    ],
)
def test_pages_of_other_sites_may_not_use_the_api(client, headers, status):
    answer = client.post("/api/v1/recognize", data=SEVEN_PNG, headers=headers)
    assert answer.status_code == status
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert status == 200 or "may not use this API" in answer.json["detail"]
    assert client.get("/api/v1/models", headers=headers).status_code == 200


def test_pages_of_sites_that_the_owner_names_may(settings):
    client = create_app(settings | {"CORS": read({"DIGITS_CORS": "https://elsewhere.example http://b:81"})["CORS"]})
    client = client.test_client()
    preflight = client.options("/api/v1/recognize", headers=CROSS_SITE | {"Access-Control-Request-Method": "POST"})
    assert preflight.headers["Access-Control-Allow-Headers"] == "Content-Type"
    for answer in (preflight, client.post("/api/v1/recognize", data=SEVEN_PNG, headers=CROSS_SITE)):
        assert answer.status_code == 200
        assert answer.headers["Access-Control-Allow-Origin"] == "https://elsewhere.example"
        assert "Origin" in answer.headers["Vary"]
    others = CROSS_SITE | {"Origin": "https://third.example"}
    assert client.post("/api/v1/recognize", data=SEVEN_PNG, headers=others).status_code == 403
    assert "Access-Control-Allow-Origin" not in client.get("/", headers=CROSS_SITE).headers


def test_the_site_answers_to_its_own_names_alone(settings):
    client = create_app(settings | {"HOSTS": ["digits.example", ".other.example"]}).test_client()
    for host, status in [("digits.example", 200), ("a.other.example:81", 200), ("evil.example", 400)]:
        for path in ("/", "/healthz"):
            answer = client.get(path, headers={"Host": host})
            assert answer.status_code == status
    assert "evil.example" not in client.get("/", headers={"Host": "evil.example"}).text


def test_a_cookie_of_before_is_still_taken(client):
    upload(client)
    value = client.get_cookie("digits").value
    client.delete_cookie("digits")
    assert "Nothing here yet" in client.get("/history").text
    client.set_cookie("session", value)
    assert "Nothing here yet" not in client.get("/history").text


@pytest.mark.parametrize(("back", "known"), [(2, True), (23 * 3600, True), (25 * 3600, False)])
def test_a_visitor_is_known_after_the_clock_was_set_back(client, monkeypatch, back, known):
    upload(client)
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() - back)
    assert ("Nothing here yet" not in client.get("/history").text) is known


def test_cookies_signed_with_the_key_of_before_are_taken(settings, client):
    upload(client)
    for fallbacks, known in ([settings["SECRET_KEY"]], True), ([], False):
        later = create_app(settings | {"SECRET_KEY": "another key, as long", "SECRET_KEY_FALLBACKS": fallbacks})
        later = later.test_client()
        later.set_cookie("digits", client.get_cookie("digits").value)
        assert ("Nothing here yet" not in later.get("/history").text) is known
