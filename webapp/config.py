"""Settings: environment variables named DIGITS_…, read once, when the app is made."""

from __future__ import annotations

import logging
import math
import os
import secrets
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

OTHERS = stat.S_IRWXG | stat.S_IRWXO
SHORTEST_KEY = 16  # characters of what signs cookies
ROOT = Path(__file__).resolve().parent.parent

log = logging.getLogger(__name__)


class ConfigError(ValueError):
    """A setting that cannot be used. The message names it, what was given, and the reason."""

    def __init__(self, name: str, value: str, reason: object) -> None:
        super().__init__(f"DIGITS_{name}={value}: {reason}.")


@dataclass(frozen=True)
class Setting:
    """One environment variable `DIGITS_{name}`. The README has its `default` and `meaning`, too."""

    name: str
    default: str
    parse: Callable[[str], Any]
    meaning: str

    def read(self, environ: Mapping[str, str]) -> Any:
        """Return the value set, or what the file holds that `DIGITS_{name}_FILE` names, or the default.

        Raises ConfigError.
        """
        text = environ.get(f"DIGITS_{self.name}", "").strip() or self._read_file(environ) or self.default
        try:
            return self.parse(text)
        except ValueError as error:
            raise ConfigError(self.name, text, error) from error

    def _read_file(self, environ: Mapping[str, str]) -> str:
        if not (path := environ.get(f"DIGITS_{self.name}_FILE", "")):
            return ""
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{self.name}_FILE", path, error) from error


def _read_above_zero(text: str) -> float:
    value = float(text)
    if not 0 < value < math.inf:
        raise ValueError("expected a number above 0")
    return value


def _read_count(text: str) -> int:
    if (value := int(text)) < 0:
        raise ValueError("expected 0 or more")
    return value


def _read_days(text: str) -> int:
    if not 0 <= (value := int(text)) <= 36_500:
        raise ValueError("expected 0 to 36500")
    return value


def _read_key(text: str) -> str:
    if text and len(text) < SHORTEST_KEY:
        raise ValueError(f"expected {SHORTEST_KEY} characters or more, such as `openssl rand -hex 32` makes")
    return text


def _read_keys(text: str) -> list[str]:
    return [_read_key(key) for key in text.split()]


def _read_origins(text: str) -> frozenset[str]:
    for origin in (origins := frozenset(text.split())):
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.netloc or origin != f"{parts.scheme}://{parts.netloc}":
            raise ValueError(f"{origin!r} is no origin such as https://example.org")
    return origins


def _read_switch(text: str) -> bool:
    if text not in ("", "0", "1"):
        raise ValueError("expected 1 or 0")
    return text == "1"


SETTINGS = [
    Setting(
        "CORS",
        "",
        _read_origins,
        "Origins, such as `https://example.org`, whose pages may use the API in browsers; empty: this site's own alone",
    ),
    Setting(
        "DATABASE_URL", "", str, "Where the history is kept, as an SQLAlchemy URL; empty: SQLite in the instance folder"
    ),
    Setting(
        "DECODING_MEGAPIXELS",
        "64",
        _read_above_zero,
        "Megapixels of files that cost much to decode, such as PDF, HEIC or large PNG, decoded at once on a machine",
    ),
    Setting(
        "HISTORY_DAYS",
        "365",  # as long as the cookie, without which nobody could see or delete them
        _read_days,
        "Days after which answers are erased from the history; 0: never",
    ),
    Setting(
        "HISTORY_ENTRIES",
        "10000",
        _read_count,
        "Answers that the history keeps of a visitor; of more, the oldest are erased; 0: all of them",
    ),
    Setting(
        "HISTORY_MEGABYTES",
        "100",
        _read_count,
        "Megabytes that the history keeps of a visitor; of more, the oldest answers are erased; 0: all of them",
    ),
    Setting(
        "HOSTS",
        "",
        str.split,
        "Names that the site is asked by, such as `digits.example`, `.example` with all below it; empty: any",
    ),
    Setting(
        "INSTANCE",
        str(ROOT / "instance"),
        Path,
        "Folder for what a running site writes: database, secret key, own models",
    ),
    Setting(
        "MODEL",
        "flagship",
        str,
        "Model that reads: a folder in `models/` or in the instance folder's `models/`, or a path",
    ),
    Setting("MAX_UPLOAD_MB", "20", _read_above_zero, "Largest upload, in megabytes"),
    Setting("MAX_MEGAPIXELS", "50", _read_above_zero, "Largest picture, in megapixels, decided from its header"),
    Setting("METRICS", "0", _read_switch, "1: show figures for Prometheus, to everybody who asks, at `/metrics`"),
    Setting(
        "PROXIES", "0", _read_count, "How many reverse proxies stand before the site and set X-Forwarded-… headers"
    ),
    Setting(
        "RATE_LIMIT",
        "",
        str,
        "Requests that a visitor, or an address without a cookie, may make, such as `30/second;1500/minute`, as a "
        "drawing asks up to 16 times a second; empty: no limit",
    ),
    Setting(
        "RATE_LIMIT_STORAGE",
        "memory://",
        str,
        "Where requests are counted: by each process for itself, or for all of them in Redis, `redis://host:6379/0`",
    ),
    Setting(
        "REQUEST_LOG",
        "",
        str,
        "Where each request is noted as a line of JSON: `-` is standard output, else a file; empty: nowhere",
    ),
    Setting(
        "SECRET_KEY", "", _read_key, "Signs the visitors' cookies; empty: made once and kept in the instance folder"
    ),
    Setting("SECRET_KEY_FALLBACKS", "", _read_keys, "Keys of the time before, whose cookies are still taken"),
]


def read(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Return the settings by name without prefix. Raises ConfigError."""
    return {setting.name: setting.read(environ) for setting in SETTINGS}


def make_flask_config(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return what Flask and its extensions are told, as it follows from the settings."""
    return {
        "SECRET_KEY": settings["SECRET_KEY"] or _keep_secret(settings["INSTANCE"] / "secret_key"),
        "SECRET_KEY_FALLBACKS": settings["SECRET_KEY_FALLBACKS"],
        "SESSION_COOKIE_NAME": "digits",  # lest two sites on one host take each other's
        "TRUSTED_HOSTS": settings["HOSTS"] or None,
        "MAX_CONTENT_LENGTH": int(settings["MAX_UPLOAD_MB"] * 1e6),
        "MAX_FORM_MEMORY_SIZE": 100_000,
        "MAX_FORM_PARTS": 20,
        "PERMANENT_SESSION_LIFETIME": timedelta(days=365),
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_REFRESH_EACH_REQUEST": False,  # as the API sets no cookie. Each answer kept renews it.
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: a drawing page may stay open for days
    }


def find_model(settings: Mapping[str, Any]) -> Path:
    """Return the folder of the model that reads, a path that need not exist."""
    name = settings["MODEL"]
    places = (ROOT / "models" / name, settings["INSTANCE"] / "models" / name)
    return next((place for place in places if place.is_dir()), Path(name) if "/" in name else places[0])


def make_private(folder: Path) -> None:
    """Make the folder of what a running site writes, or close it to all but its owner."""
    folder.mkdir(parents=True, exist_ok=True)
    if stat.S_IMODE(folder.stat().st_mode) & OTHERS:
        try:
            folder.chmod(0o700)
        except PermissionError:
            log.warning("%s can be looked into by others, and is not ours to close", folder)


def _keep_secret(path: Path) -> str:
    """Return the key in a file that only the owner reads, made at the first start by the first of its processes."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(32))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was first, whose key is read below
        finally:
            draft.unlink()
    return path.read_text()
