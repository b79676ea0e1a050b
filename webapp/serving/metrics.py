"""Figures for Prometheus at /metrics, of all processes together. prometheus_client keeps them in a folder."""

from __future__ import annotations

import os
import shutil
import tempfile
import time

from flask import Flask, Response, current_app, g, request

from recognizer import Reading

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # where prometheus_client looks for it, once, when it is imported
BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)  # seconds

_made: list[str] = []  # folders made here, not one that the site's owner has set


def init_app(app: Flask) -> None:
    """Count requests and digits, and show the figures, if DIGITS_METRICS asks."""
    if not app.config["METRICS"]:
        return
    if FOLDER not in os.environ:
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="digits-metrics-")
        _made.append(os.environ[FOLDER])
    figures = app.extensions["metrics"] = Figures()
    app.after_request(figures.note_answer)
    app.add_url_rule("/metrics", "metrics", figures.show)


def note(reading: Reading) -> None:
    """Count the digits of a reading, if anybody counts."""
    if figures := current_app.extensions.get("metrics"):
        figures.note_reading(reading)


def clean_up() -> None:
    """Remove the folder, at the very end, if one was made here."""
    for folder in _made:
        shutil.rmtree(folder, ignore_errors=True)


class Figures:
    """The counters of one process, and the sum of all."""

    def __init__(self) -> None:
        import prometheus_client as prometheus  # only now, as it looks for its folder

        own = prometheus.CollectorRegistry()
        self._requests = prometheus.Counter(
            "digits_requests", "Requests answered", ["endpoint", "status"], registry=own
        )
        self._seconds = prometheus.Histogram(
            "digits_request_seconds", "Time to an answer", ["endpoint"], buckets=BUCKETS, registry=own
        )
        self._digits = prometheus.Counter("digits_read", "Digits read", ["model", "rejected"], registry=own)

    def note_answer(self, response: Response) -> Response:
        """Count a request and its time."""
        endpoint = request.endpoint or "none"
        self._requests.labels(endpoint, response.status_code).inc()
        self._seconds.labels(endpoint).observe(time.perf_counter() - g.started)
        return response

    def note_reading(self, reading: Reading) -> None:
        """Count the digits read."""
        for digit in reading.digits:
            self._digits.labels(reading.model, str(digit.rejected).lower()).inc()

    def show(self) -> Response:
        """The figures of all processes in Prometheus' text format."""
        import prometheus_client as prometheus
        from prometheus_client.multiprocess import MultiProcessCollector

        everybody = prometheus.CollectorRegistry()
        MultiProcessCollector(everybody)  # type: ignore[no-untyped-call]  # it has no types
        return Response(prometheus.generate_latest(everybody), content_type=prometheus.CONTENT_TYPE_LATEST)
