"""The site: pages, JSON API and history. It asks `recognizer` and shows the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp import api, config, pages
from webapp.history import retention, store
from webapp.models import shelf
from webapp.pages import wording
from webapp.reading import decoding
from webapp.serving import errors, http, metrics, ratelimit, requestlog

__all__ = ["create_app"]


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """Return the app, its model loaded and its database up to date.

    `overrides` are settings by name without DIGITS_.

    Raises config.ConfigError, recognizer.ModelError, or sqlalchemy.exc.SQLAlchemyError.
    """
    settings = config.read() | dict(overrides or {})
    instance = settings["INSTANCE"] = settings["INSTANCE"].resolve()
    config.make_private(instance)
    app = Flask(
        __name__,
        template_folder=config.ROOT / "templates",
        static_folder=config.ROOT / "static",
        instance_path=str(instance),
    )
    app.config.from_mapping(settings)
    app.config.from_mapping(config.make_flask_config(settings))
    app.json.sort_keys = False  # type: ignore[attr-defined]  # of Flask's own provider, not of every one
    for part in (shelf, requestlog, metrics, http, ratelimit, store, retention, decoding, errors, wording):
        part.init_app(app)
    for blueprint in (*pages.blueprints, *api.blueprints):
        app.register_blueprint(blueprint)
    if proxies := settings["PROXIES"]:
        proxied = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)
        app.wsgi_app = proxied  # type: ignore[method-assign]  # as Flask's documentation has it
    return app
