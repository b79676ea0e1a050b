"""What each room of the site may know; which may import which, tests/test_floors.py tells."""

import ast
import sys

import pytest

from tests.floors import load
from webapp.config import ROOT

SOURCES = {name: ast.parse(source) for name, source in load(ROOT / "webapp").items()}
KNOW_THE_REQUEST = ("webapp.serving.", "webapp.pages.", "webapp.api.")


def imported(tree: ast.Module) -> set[str]:
    """The dotted names that a module imports."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def views(tree: ast.Module) -> set[str]:
    """The functions of a module that answer a route."""
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and any("bp" in ast.dump(mark) for mark in node.decorator_list)
    }


def calls(tree: ast.Module) -> set[str]:
    """What a module calls, as it is written there: `read`, or `reader.read`."""
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


def test_settings_are_read_with_the_standard_library_alone():
    assert {name.partition(".")[0] for name in imported(SOURCES["webapp.config"])} <= sys.stdlib_module_names


@pytest.mark.parametrize("name", SOURCES)
def test_the_site_does_not_know_its_server(name):
    assert not [other for other in imported(SOURCES[name]) if other.startswith("gunicorn")]


@pytest.mark.parametrize("name", [name for name in SOURCES if not name.startswith(KNOW_THE_REQUEST)])
def test_below_the_pages_nobody_knows_the_request(name):
    assert not imported(SOURCES[name]) & {"flask.request", "flask.session", "flask.g"}


def test_no_view_calls_a_view():
    found = {name: views(tree) for name, tree in SOURCES.items()}
    assert sum(map(len, found.values())) > 30
    for name, own in found.items():
        others = {f"{other.rpartition('.')[2]}.{view}" for other, theirs in found.items() for view in theirs}
        assert not calls(SOURCES[name]) & (own | others), name
