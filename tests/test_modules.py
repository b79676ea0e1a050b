"""Nothing at module level keeps an exception, whose traceback would keep the frames and what a visitor sent in them."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import FrameType, ModuleType, TracebackType

import pytest

import recognizer
import train
import webapp
from recognizer import UnreadablePicture

OWN = ("recognizer", "train", "webapp", "made_up")


def modules(package: ModuleType) -> Iterator[ModuleType]:
    """The modules of a package, all but those that are commands."""
    yield package
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not info.name.endswith("__main__"):
            yield importlib.import_module(info.name)


def kept(value: object, name: str, seen: set[int]) -> Iterator[str]:
    """The names of what has a traceback, in a value and in all that it is made of."""
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, BaseException | TracebackType | FrameType):
        yield name
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from kept(item, f"{name}[{key!r}]", seen)
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from kept(item, f"{name}[…]", seen)
    elif (value if isinstance(value, type) else type(value)).__module__.startswith(OWN):
        for key, item in getattr(value, "__dict__", {}).items():
            yield from kept(item, f"{name}.{key}", seen)


def kept_by(module: ModuleType) -> list[str]:
    return [name for key, value in vars(module).items() for name in kept(value, f"{module.__name__}.{key}", set())]


@pytest.mark.parametrize("package", [recognizer, train, webapp], ids=lambda package: package.__name__)
def test_no_module_keeps_an_exception(package):
    found = list(modules(package))
    assert len(found) > 10
    assert [name for module in found for name in kept_by(module)] == []


ERROR = UnreadablePicture("The ZIP has no files.")
KEEPER = type("Keeper", (), {"__module__": "made_up", "error": ERROR})


@pytest.mark.parametrize("value", [ERROR, [ERROR], {"a": (1, ERROR)}, KEEPER, [KEEPER]])
def test_one_that_a_module_keeps_is_seen(value):
    module = ModuleType("made_up")
    module.value = value
    (name,) = kept_by(module)
    assert name.startswith("made_up.value")
