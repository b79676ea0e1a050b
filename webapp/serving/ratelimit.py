"""How often a visitor, and an address, may ask, counted in memory or, for several processes and machines, in Redis."""

from __future__ import annotations

import logging
import math
import time
from contextlib import suppress
from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request, session
from flask_limiter import ApplicationLimit, Limiter, RateLimitExceeded, RequestLimit
from limits import RateLimitItem, parse_many, storage
from limits.errors import ConfigurationError

from webapp.config import ConfigError
from webapp.serving import errors

VISITORS = 10  # that an address may have before its own limit counts: a school is one address, and cookies are free
FREE = {
    "static",
    "health.healthz",
    "health.readyz",
    "metrics",
    "history.thumbnail",
    "history.frame",
    "history.ink",
    "insights.layer",
    "models.plot",
    "about.picture",
}
PATIENCE: dict[str, str | int] = {"socket_connect_timeout": 1, "socket_timeout": 1}  # seconds

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Count every request but the FREE ones, and answer those above the limit with 429 and Retry-After.

    Raises ConfigError.
    """
    by_visitor, uri = app.config["RATE_LIMIT"], app.config["RATE_LIMIT_STORAGE"]
    items = _parse_limits(by_visitor)
    _check_storage(uri)
    if not items:
        return
    by_address = ";".join(f"{item.amount * VISITORS}/{item.multiples} {item.GRANULARITY.name}" for item in items)
    limiter = Limiter(
        _find_address,
        app=app,
        application_limits=[
            ApplicationLimit(limit_provider=by_visitor, key_function=_find_visitor, scope="visitor"),
            ApplicationLimit(limit_provider=by_address, key_function=_find_address, scope="address"),
        ],
        storage_uri=uri,
        storage_options=PATIENCE if uri.startswith("redis") else {},
        in_memory_fallback_enabled=True,  # reading goes on without Redis, as the limiter notes in the log
        key_prefix="digits",
    )
    app.extensions["pictures"] = limiter
    limiter.request_filter(lambda: request.endpoint in FREE)
    app.register_error_handler(RateLimitExceeded, partial(_refuse, limiter))


def _parse_limits(text: str) -> list[RateLimitItem]:
    """Return the limits in a text such as `60/minute` or `5/second;200/hour`. Raises ConfigError."""
    try:
        return parse_many(text) if text else []
    except ValueError as error:
        raise ConfigError("RATE_LIMIT", text, error) from error


def _check_storage(uri: str) -> None:
    """Refuse what is no storage such as `memory://` or `redis://host:6379/0`. Raises ConfigError."""
    try:
        storage.storage_from_string(uri)
    except ConfigurationError as error:
        raise ConfigError("RATE_LIMIT_STORAGE", uri, error) from error


def charge(pictures: int) -> None:
    """Count each picture of a request. It was let in as one, but whoever sent many is the sooner above the limit."""
    limiter: Limiter | None = current_app.extensions.get("pictures")
    if limiter is None or pictures < 2:
        return
    try:
        for counted in limiter.current_limits:
            limiter.limiter.hit(counted.limit, *counted.request_args, cost=pictures - 1)
    except limiter.storage.base_exceptions as error:  # Redis is away
        log.warning("pictures are not counted: %s", error)


def _find_visitor() -> str:
    """Return who asks: the visitor of the pages, or the address of a program, which has no cookie."""
    known = None if request.path.startswith(errors.FOR_PROGRAMS) else session.get("visitor")
    return known or _find_address()


def _find_address() -> str:
    """Return the address asked from, or of IPv6 its network, as whoever has one address there has 2⁶⁴."""
    address = _parse_address(request.remote_addr or "")
    return str(ip_network((address, 64), strict=False) if address.version == 6 else address)


def _parse_address(text: str) -> IPv4Address | IPv6Address:
    """Return the address, of which some proxies tell the port, too. All texts that are none share one."""
    with suppress(ValueError):
        return ip_address(text)
    with suppress(ValueError):
        return ip_address(urlsplit(f"//{text}").hostname or "")
    return IPv6Address(0)


def _refuse(limiter: Limiter, error: RateLimitExceeded) -> Response:
    reached = limiter.current_limit
    seconds = _count_seconds_left(reached) if reached else errors.RETRY_AFTER
    wait = f"Try again in {seconds} second{'s' * (seconds > 1)}."
    response = errors.answer(429, f"These are too many requests: {error.description} are answered. {wait}")
    response.headers["Retry-After"] = str(seconds)
    return response


def _count_seconds_left(reached: RequestLimit) -> int:
    return max(1, math.ceil(reached.window.reset_time - time.time()))
