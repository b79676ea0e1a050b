"""How the site is served; HOST, PORT and WORKERS come from the environment."""

import contextlib
import gc
import io
import multiprocessing
import os
import signal
import socket
import sys
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # workers are the parallelism; read when numpy is imported

from gunicorn.http.errors import ParseException
from gunicorn.workers.gthread import ThreadWorker

PATIENCE = 0.005  # seconds; an idle worker wakes sooner
SENDING = 10  # seconds that the head of a request may take, and again its body, and
SLOWEST = 20_000  # bytes a second, the time besides that a long body has
LONGEST = 20_000_000  # bytes, where the head does not say how many will come
LARGE = 1_000_000  # bytes of a body
RATE_LIMIT = "30/second;1500/minute"  # where strangers may come, unless the environment says otherwise
_broken = multiprocessing.Event()

_host, _port = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8000")

wsgi_app = "wsgi:app"
bind = f"[{_host}]:{_port}" if ":" in _host else f"{_host}:{_port}"
try:
    workers = int(os.environ.get("WORKERS", "2"))
except ValueError:
    sys.exit(f"Digits cannot start: WORKERS={os.environ['WORKERS']} is no number.")
threads = 8  # so that many who read large pictures leave some to others
worker_connections = 400  # a process may have no more than 1,024 files open on most systems
_open = _host not in ("127.0.0.1", "::1", "localhost")
_behind_proxy = os.environ.get("DIGITS_PROXIES", "0") not in ("", "0")
forwarded_allow_ips = "*" if _behind_proxy else ""  # else nobody's X-Forwarded-… headers are believed
if _open:
    os.environ.setdefault("DIGITS_RATE_LIMIT", RATE_LIMIT)
control_socket_disable = True  # one socket in the user's home would be shared by all sites
preload_app = True  # the model and the schema are checked once, and workers share the memory


class Body(io.RawIOBase):
    """What was sent. Where it is malformed or ends early, reading raises OSError: to the site, the sender's fault."""

    def __init__(self, environ):
        self._body = environ["wsgi.input"]
        self._missing = int(environ.get("CONTENT_LENGTH") or 0)

    def readable(self):
        """Say that it can be read."""
        return True

    def readinto(self, buffer):
        """Fill a buffer as far as there is something left, and return how far. Raises OSError."""
        try:
            data = self._body.read(len(buffer))
        except ParseException as error:
            raise OSError(str(error)) from error
        self._missing -= len(data)
        if not data and self._missing > 0 and len(buffer) > 0:
            raise OSError(f"{self._missing} bytes that were announced did not come")
        buffer[: len(data)] = data
        return len(data)


class Worker(ThreadWorker):
    """A gthread worker with patience for other workers, and with limits to its patience with slow senders.

    While half its threads are busy it lets others be the first to take a new connection. Left alone, the first to wake
    takes all that come at once, and keeps them as long as they are kept alive. Who takes too long to send a request is
    cut off, as each holds a thread.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._ends = {}  # of what is being received: until when

    def load_wsgi(self):
        """Load the site, and give it each request's body in a form that knows nothing of gunicorn."""
        super().load_wsgi()
        site = self.wsgi

        def wsgi(environ, start_response):
            environ["wsgi.input"] = Body(environ)
            return site(environ, start_response)

        self.wsgi = wsgi

    def accept(self, listener):
        """Take a connection, if no other worker has taken it by now."""
        if self.nr_conns - len(self.keepalived_conns) - len(self.pending_conns) >= self.cfg.threads / 2:
            time.sleep(PATIENCE)
        super().accept(listener)

    def handle(self, conn):
        """Receive a request and answer it."""
        self._ends[conn] = time.monotonic() + SENDING
        try:
            return super().handle(conn)
        finally:
            del self._ends[conn]

    def handle_request(self, req, conn):
        """Receive the body of a request, whose head is there, and answer it."""
        length = dict(req.headers).get("CONTENT-LENGTH", LONGEST)
        self._ends[conn] = time.monotonic() + SENDING + int(length) / SLOWEST
        return super().handle_request(req, conn)

    def murder_pending(self):
        """Cut off, every second, who has taken too long: reading finds the end of what was sent, and answers that."""
        super().murder_pending()
        now = time.monotonic()
        for conn in [conn for conn, end in list(self._ends.items()) if end < now]:
            with contextlib.suppress(OSError):  # it has gone
                conn.sock.shutdown(socket.SHUT_RD)


worker_class = Worker


def when_ready(server):
    """Say where the site is; what is there by now stays shared with the workers, as no collector writes to it."""
    import cv2

    from recognizer import memory

    memory.keep()
    cv2.setNumThreads(1)
    gc.collect()
    gc.freeze()
    server.log.info("Digits reads at http://%s", bind)
    if _open and not _behind_proxy:
        server.log.warning(
            "HOST=%s lets in everybody who reaches this machine, without HTTPS, and a few dozen who send slowly stop "
            "the site for all: put a proxy before it that takes in whole requests (deploy/README.md), and say so by "
            "DIGITS_PROXIES=1",
            _host,
        )


def post_worker_init(worker):
    """Make sure that the model reads (Keras loads it only here); without it, nobody need come."""
    from recognizer import ModelError

    try:
        worker.app.wsgi().extensions["model"].warm_up()
    except ModelError as error:
        worker.log.critical("Digits cannot start: %s", error)
        _broken.set()
        os.kill(worker.ppid, signal.SIGTERM)


def post_request(worker, request, environ, response):
    """Give back what a large body took; what pictures took, `recognise` gives back."""
    from recognizer import memory

    if "HTTP_TRANSFER_ENCODING" in environ or int(environ.get("CONTENT_LENGTH") or 0) > LARGE:
        memory.give_back()


def on_exit(server):
    """Leave nothing behind, and tell by the exit status that the model was at fault; gunicorn itself would trace."""
    from webapp.serving import metrics

    metrics.clean_up()
    if _broken.is_set():
        sys.exit(1)
