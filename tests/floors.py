"""Which modules of a package import which, and whether all imports run one way: down, from floor to floor.

Floors go from the bottom to the top, and a floor is a list of rooms: the names of modules, or of packages with all that
is in them. A module may import from lower floors and from its own room, but from no other room of its floor and from no
higher one, and no modules import each other in a circle. Imports inside functions count, too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

Floors = Sequence[Sequence[str]]
Imports = dict[str, set[str]]


def load(package: Path) -> dict[str, str]:
    """Return the source of each module in a package's folder, by the module's name."""
    sources = {}
    for path in sorted(package.rglob("*.py")):
        names = path.relative_to(package.parent).with_suffix("").parts
        sources[".".join(names).removesuffix(".__init__")] = path.read_text()
    return sources


def find_imports(sources: Mapping[str, str]) -> Imports:
    """Return the modules among these that each of them imports."""
    return {name: {*_find_imported(source, sources)} - {name} for name, source in sources.items()}


def find_faults(sources: Mapping[str, str], floors: Floors) -> list[str]:
    """Say of each import that does not run down what is wrong with it, and of a circle how it runs."""
    imports, homes = find_imports(sources), {name: _find_home(name, floors) for name in sources}
    faults = [f"{name} stands on no floor" for name, home in homes.items() if home is None]
    for name, imported in imports.items():
        for other in sorted(imported):
            here, there = homes[name], homes[other]
            if here and there and here != there and there[0] >= here[0]:
                faults.append(f"{name} imports {other}, which stands {'above' if there[0] > here[0] else 'beside'} it")
    circle = _find_circle(imports)
    return faults + ([f"{' → '.join(circle)} is a circle"] if circle else [])


def _find_imported(source: str, known: Mapping[str, str]) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "relative imports are not used here"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            found = name if name in known else name.rpartition(".")[0]  # else it is something in that module
            if found in known:
                yield found


def _find_home(name: str, floors: Floors) -> tuple[int, str] | None:
    """Return the floor and the room of a module; of rooms within rooms, the innermost."""
    homes = [
        (number, room) for number, rooms in enumerate(floors) for room in rooms if f"{name}.".startswith(f"{room}.")
    ]
    return max(homes, key=lambda home: len(home[1]), default=None)


def _find_circle(imports: Imports) -> list[str]:
    """Return modules of which each imports the next, and the last is the first; none if there is no such circle."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        return circle[::-1]
    return []
