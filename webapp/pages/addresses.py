"""Addresses of pages with the filter and the place in the history that this one has."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode


def add_arguments(path: str, arguments: Mapping[str, str]) -> str:
    """Return a path with these arguments, or the path alone if there are none."""
    return f"{path}?{urlencode(arguments)}" if arguments else path
