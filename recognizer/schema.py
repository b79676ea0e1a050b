"""Tables of JSON or TOML → dataclasses: every field has its type, and none is unknown or missing."""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from typing import Any, TypeVar

T = TypeVar("T")

_hints = functools.cache(typing.get_type_hints)  # which evaluates them anew each time


def parse(kind: type[T], value: object, where: str) -> T:
    """Return a value out of JSON or TOML as a type, where a dataclass takes a table.

    Types are dataclasses, lists, tuples of so many values, dicts by name, `… | None`, and plain values.
    Raises ValueError, whose message begins with `where` the value stands.
    """
    return typing.cast(T, _parse(kind, value, where))


def _parse(kind: Any, value: Any, where: str) -> Any:
    if dataclasses.is_dataclass(kind):
        return _dataclass(kind, value, where)
    kinds = typing.get_args(kind)
    match typing.get_origin(kind), value:
        case types.UnionType, _:
            return None if value is None else _parse(kinds[0], value, where)
        case origin, list() if origin is list:
            return [_parse(kinds[0], item, where) for item in value]
        case origin, list() if origin is tuple and len(value) == len(kinds):
            return tuple(_parse(some, item, where) for some, item in zip(kinds, value, strict=True))
        case origin, dict() if origin is dict:
            return {key: _parse(kinds[1], item, f"{where}: {key}") for key, item in value.items()}
    if kind is float and type(value) is int:
        return float(value)
    if kind is not Any and type(value) is not kind:
        raise ValueError(f"{where}: expected {_words(kind)}, not {value!r}.")
    return value


def _dataclass(kind: Any, value: Any, where: str) -> Any:
    if not isinstance(value, dict):
        raise ValueError(f"{where}: expected a table, not {value!r}.")
    hints = _hints(kind)
    fields = {field.name: field for field in dataclasses.fields(kind)}
    if unknown := value.keys() - fields.keys():
        raise ValueError(f"{where}: unknown key {', '.join(sorted(unknown))}; known are {', '.join(fields)}.")
    if missing := [name for name, field in fields.items() if name not in value and _is_required(field)]:
        raise ValueError(f"{where}: lacks {', '.join(missing)}.")
    found = {name: _parse(hints[name], item, f"{where}: {name}") for name, item in value.items()}
    try:
        return kind(**found)
    except ValueError as error:
        raise ValueError(f"{where}: {error}.") from error


def _is_required(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _words(kind: Any) -> str:
    origin = typing.get_origin(kind)
    if origin is tuple:
        return f"a list of {len(typing.get_args(kind))}"
    return {dict: "a table", list: "a list"}.get(origin) or str(kind.__name__)
