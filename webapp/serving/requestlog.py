"""A line of JSON for each request: what was asked and how it went, never what was sent, read or by whom."""

from __future__ import annotations

import json
import logging
import re
import sys
import time
import uuid
from datetime import UTC, datetime
from logging.handlers import WatchedFileHandler

from flask import Flask, Response, current_app, g, request

FROM_PROXY = re.compile(r"[\w.:-]{8,64}")  # a number for the request that may be trusted to stand in the log


def init_app(app: Flask) -> None:
    """Number each request, in the answer's header X-Request-ID too, and note it where DIGITS_REQUEST_LOG says."""
    app.before_request(_number)
    app.after_request(_tell)
    if place := app.config["REQUEST_LOG"]:
        log = logging.Logger(__name__, logging.INFO)
        log.addHandler(logging.StreamHandler(sys.stdout) if place == "-" else WatchedFileHandler(place))
        app.after_request(lambda response: _note(log, response))


def _number() -> None:
    g.started = time.perf_counter()
    given = request.headers.get("X-Request-ID", "") if current_app.config["PROXIES"] else ""
    g.number = given if FROM_PROXY.fullmatch(given) else uuid.uuid4().hex


def _tell(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.number
    return response


def _note(log: logging.Logger, response: Response) -> Response:
    started = g.started
    line = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "id": g.number,
        "method": request.method,
        "path": request.path,
        "status": response.status_code,
        "received": request.content_length or 0,
    }

    def write() -> None:  # when all is sent, as the answer may be a stream
        log.info(json.dumps(line | {"ms": round(1000 * (time.perf_counter() - started), 1)}))

    response.call_on_close(write)
    return response
