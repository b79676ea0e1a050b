"""The site as deploy/ sets it up: two nodes with the unit's command and socket, nginx, PostgreSQL and Redis."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
import requests

from tests.conftest import need
from tests.processes import PATIENCE, end, spawn, start
from tests.servers import free_port, redis_server, wait_for
from tests.serving import find_token
from tests.webapp.conftest import postgresql  # noqa: F401, a fixture
from webapp.config import ROOT

DEPLOY = ROOT / "deploy"
LIMIT = 700  # requests a minute


class Node:
    """A node as systemd runs it: the socket stays open while the service restarts."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        folder.mkdir()
        self._environment = os.environ | {"DIGITS_INSTANCE": str(folder), "DIGITS_PROXIES": "1"} | environment
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = self._socket.getsockname()[1]
        self.start()

    def start(self) -> None:
        unit = (DEPLOY / "digits.service").read_text()
        command = shlex.split(re.search(r"^ExecStart=(.*)$", unit, re.M)[1])
        assert command[0].endswith("/python")
        activated = ["sh", "-c", 'export LISTEN_PID=$$; exec "$@" 3<&0', "sh", sys.executable, *command[1:]]
        with (self.folder / "log").open("a") as log:
            self.process = start(
                activated,
                cwd=ROOT,
                env=self._environment | {"LISTEN_FDS": "1"},
                stdin=self._socket.fileno(),
                stdout=log,
                stderr=log,
            )

    def stop(self) -> None:
        end(self.process)

    def close(self) -> None:
        self.stop()
        self._socket.close()


class Visitor(requests.Session):
    """A browser that knows the site's certificate; paths are enough for it."""

    def __init__(self, url: str, certificate: Path) -> None:
        super().__init__()
        self.url, self.verify = url, str(certificate)
        self.trust_env = False  # else REQUESTS_CA_BUNDLE would go before

    def request(self, method: str, path: str, **options: object) -> requests.Response:
        return super().request(method, self.url + path, timeout=PATIENCE, **options)

    def upload(self, picture: bytes) -> requests.Response:
        page = self.get("/upload").text
        token = find_token(page)
        fields, files = {"csrf_token": token, "source": "upload"}, {"image": ("a.png", picture)}
        return self.post("/read", data=fields, files=files, headers={"Referer": f"{self.url}/upload"})


class Site:
    """The whole: its nodes, and visitors to it or to one of its nodes."""

    def __init__(self, nodes: list[Node], http: int, https: int, certificate: Path) -> None:
        self.nodes, self.http, self.https, self.certificate = nodes, http, https, certificate

    def visitor(self) -> Visitor:
        return Visitor(f"https://127.0.0.1:{self.https}", self.certificate)


@pytest.fixture(scope="session")
def site(tmp_path_factory, postgresql) -> Iterator[Site]:  # noqa: F811
    folder = tmp_path_factory.mktemp("deploy")
    database = "deployed"
    with psycopg.connect(postgresql.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {database}")
    with ExitStack() as stack:
        environment = {
            "DIGITS_DATABASE_URL": postgresql.rpartition("/")[0] + f"/{database}",
            "DIGITS_RATE_LIMIT": f"{LIMIT}/minute",
            "DIGITS_RATE_LIMIT_STORAGE": stack.enter_context(redis_server(free_port())),
            "DIGITS_SECRET_KEY": "the same on all nodes",
        }
        nodes = [Node(folder / name, **environment) for name in ("first", "second")]
        for node in nodes:
            stack.callback(node.close)
        yield stack.enter_context(nginx(folder, nodes))


@contextmanager
def nginx(folder: Path, nodes: list[Node]) -> Iterator[Site]:
    """The shipped site, but for ports, folders and the certificate."""
    need(shutil.which("nginx"), "nginx (Debian and Ubuntu: apt-get install nginx-light)")
    http, https, certificate = free_port(), free_port(), folder / "certificate.pem"
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=digits", "-days", "1"]
    request += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key.pem", "-out", certificate]
    subprocess.run(request, check=True, stderr=subprocess.DEVNULL)
    site = (DEPLOY / "nginx" / "site.conf").read_text()
    changes = {
        r"listen \[::\].*": "",
        r"listen 80;": f"listen 127.0.0.1:{http};",
        r"listen 443": f"listen 127.0.0.1:{https}",
        r"/etc/letsencrypt/.*/fullchain.pem": str(certificate),
        r"/etc/letsencrypt/.*/privkey.pem": str(folder / "key.pem"),
        r"/var/cache/nginx/digits": str(folder / "cache"),
        r"/dev/shm/digits": str(folder / "uploads"),
    }
    for pattern, replacement in changes.items():
        site, count = re.subn(pattern, replacement, site)
        assert count, f"nothing in site.conf is {pattern}"
    (folder / "site.conf").write_text(site)
    servers = "".join(f"server 127.0.0.1:{node.port} fail_timeout=2s; " for node in nodes)
    (folder / "nginx.conf").write_text(f"""
        {"user root;" if os.geteuid() == 0 else ""}
        daemon off; pid {folder}/pid; error_log {folder}/nginx.log; events {{ worker_connections 1024; }}
        http {{ access_log off; upstream digits {{ {servers} }} include {folder}/site.conf; }}
    """)
    with spawn(["nginx", "-p", folder, "-c", folder / "nginx.conf"], stderr=subprocess.DEVNULL):
        wait_for(https)
        yield Site(nodes, http, https, certificate)
