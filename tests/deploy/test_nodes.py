import re
import socket
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
import requests

from tests.deploy.conftest import LIMIT, Visitor, nginx
from tests.drawing import FOUR_PNG, SEVEN_PNG
from tests.processes import PATIENCE, wait_until
from tests.servers import free_port
from webapp.serving.http import HEADERS, HTTPS_ONLY

RECOGNIZE = "/api/v1/recognize"


def test_http_leads_to_https(site):
    answer = requests.get(f"http://127.0.0.1:{site.http}/upload", allow_redirects=False, timeout=PATIENCE)
    assert answer.status_code == 301
    assert answer.headers["Location"] == "https://127.0.0.1/upload"


def test_the_headers_are_those_of_https(site):
    for path in ("/", "/static/style.css", "/nowhere"):
        headers = site.visitor().get(path).headers
        assert {name: headers[name] for name in HEADERS} == HEADERS | {"Cache-Control": headers["Cache-Control"]}
        assert headers["Strict-Transport-Security"]
        assert headers["X-Request-ID"]


def test_a_history_follows_from_node_to_node(site):
    visitor = site.visitor()
    for picture in (SEVEN_PNG, FOUR_PNG):
        assert visitor.upload(picture).status_code == 200
    cookies = dict(visitor.cookies)
    assert set(cookies) == {"__Host-digits"}
    for node in site.nodes:
        direct = requests.get(
            f"http://127.0.0.1:{node.port}/history",
            cookies=cookies,
            headers={"X-Forwarded-Proto": "https"},
            timeout=PATIENCE,
        )
        assert re.findall(r"<strong>(.)</strong>", direct.text) == ["4", "7"]


def test_a_large_upload_is_explained(site):
    visitor = site.visitor()
    answer = visitor.post(RECOGNIZE, data=b"x" * 21_000_000)
    assert answer.status_code == 413
    assert answer.json()["detail"] == "The upload is larger than 20 MB."
    answer = visitor.post(RECOGNIZE, data=b"x" * 31_000_000)
    assert answer.status_code == 413
    assert answer.headers["Content-Type"] == "application/problem+json"


OWN = ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy")


def has_the_sites_headers(answer):
    """Each once, as `requests` joins what comes twice."""
    assert {name: answer.headers[name] for name in OWN} == {name: HEADERS[name] for name in OWN}
    return answer.headers["Strict-Transport-Security"] == HTTPS_ONLY


@pytest.fixture
def orphan(tmp_path):
    """Nginx whose only node is not there."""
    with nginx(tmp_path, [SimpleNamespace(port=free_port())]) as site:
        yield site.visitor()


@pytest.mark.parametrize("path", ["/upload", RECOGNIZE])
def test_what_nginx_itself_refuses_has_the_headers(orphan, path):
    answer = orphan.post(path, data=b"x" * 32_000_000)
    assert answer.status_code == 413
    assert "The upload is too large." in answer.text
    assert has_the_sites_headers(answer)


@pytest.mark.parametrize(("path", "kind"), [("/upload", "text/html"), (RECOGNIZE, "application/problem+json")])
def test_without_a_node_nginx_says_so_with_the_headers(orphan, path, kind):
    answer = orphan.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, kind)
    assert "The site is not available just now." in answer.text
    assert answer.headers["Retry-After"] == "5"
    assert has_the_sites_headers(answer)


def is_waiting(connection: ssl.SSLSocket) -> bool:
    """Whether it is still open, and unanswered."""
    connection.setblocking(False)
    try:
        connection.recv(1)
    except ssl.SSLWantReadError:
        return True
    return False


@contextmanager
def slow_clients(site, count):
    """Connections that have begun to send a picture."""
    trust = ssl.create_default_context(cafile=str(site.certificate))
    head = b"POST /api/v1/recognize HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\nContent-Length: 1000\r\n\r\n"
    address = ("127.0.0.1", site.https)
    slow = [
        trust.wrap_socket(socket.create_connection(address, PATIENCE), server_hostname="127.0.0.1")
        for _ in range(count)
    ]
    try:
        for connection in slow:
            connection.sendall(head)
        yield slow
    finally:
        for connection in slow:
            connection.close()


def test_slow_clients_do_not_disturb_others(site):
    visitor = site.visitor()
    with slow_clients(site, 200) as slow:
        for _ in range(30):
            for connection in slow:
                connection.sendall(b"\0")
            assert visitor.post(RECOGNIZE, data=SEVEN_PNG).json()["text"] == "7"
        assert all(map(is_waiting, slow))


def test_an_address_has_so_many_connections_and_no_more(site, tmp_path):
    """With an nginx of its own, as another may not have noticed yet who has gone."""
    with nginx(tmp_path, site.nodes) as fresh:
        visitor = fresh.visitor()
        with slow_clients(fresh, 260) as slow:
            wait_until(lambda: sum(map(is_waiting, slow)) == 250)
            answer = visitor.post(RECOGNIZE, data=SEVEN_PNG)
            assert (answer.status_code, answer.headers["Retry-After"]) == (429, "5")
            assert "too many requests at once" in answer.json()["detail"]
            assert "too many requests at once" in visitor.get("/").text
        wait_until(lambda: visitor.post(RECOGNIZE, data=SEVEN_PNG).status_code == 200)


def load(visitor: Visitor, codes: list[int], done: threading.Event) -> None:
    """Ask all the time for a page, a picture kept, a picture not kept, and note what the visitor is answered."""
    while not done.wait(0.2):
        codes += [visitor.get("/history").status_code, visitor.post(RECOGNIZE, data=SEVEN_PNG).status_code]
        codes.append(visitor.upload(FOUR_PNG).status_code)


def wait_for_more(codes: list[int]) -> None:
    """Wait until each visitor has been answered a few times more."""
    enough = len(codes) + 4 * 9
    wait_until(lambda: len(codes) >= enough)


def test_a_rolling_restart_drops_nothing(site):
    done, codes = threading.Event(), []
    before = {node.process.pid for node in site.nodes}
    with ThreadPoolExecutor(4) as pool:
        loads = [pool.submit(load, site.visitor(), codes, done) for _ in range(4)]
        try:
            for node in site.nodes:
                wait_for_more(codes)
                node.stop()
                node.start()
                requests.get(f"http://127.0.0.1:{node.port}/readyz", timeout=PATIENCE).raise_for_status()
            wait_for_more(codes)
        finally:
            done.set()
            for one in loads:
                one.result()
    assert before.isdisjoint(node.process.pid for node in site.nodes)
    assert set(codes) == {200}


def test_the_limit_counts_across_nodes_by_the_true_address(site):
    """Last, as it uses the limit up; nginx replaces what a client says of its address."""
    codes = []
    visitor = site.visitor()
    for number in range(LIMIT + 50):
        claimed = {"X-Forwarded-For": f"198.51.100.{number % 200}"}
        codes.append(visitor.get("/api/v1/models", headers=claimed).status_code)
        if codes[-1] == 429:
            break
    assert codes[-1] == 429
    for node in site.nodes:
        direct = requests.get(
            f"http://127.0.0.1:{node.port}/api/v1/models", headers={"X-Forwarded-For": "127.0.0.1"}, timeout=PATIENCE
        )
        assert direct.status_code == 429
        assert direct.headers["Retry-After"]
