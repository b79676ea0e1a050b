"""Imports run one way through each package; and the checker that says so sees one that does not."""

import pytest

from tests.floors import Floors, find_faults, find_imports, load
from webapp.config import ROOT

HOUSES: dict[str, Floors] = {
    "recognizer": [
        [
            "recognizer.errors",
            "recognizer.scale",
            "recognizer.glyphs",
            "recognizer.colours",
            "recognizer.memory",
            "recognizer.limits",
            "recognizer.apart",
        ],
        [
            "recognizer.encode",
            "recognizer.strokes",
            "recognizer.detection",
            "recognizer.grey",
            "recognizer.schema",
            "recognizer.pdfium",
        ],
        ["recognizer.document"],
        ["recognizer.decode", "recognizer.components", "recognizer.drawing"],
        [
            "recognizer.picture",
            "recognizer.page",
            "recognizer.cutout",
            "recognizer.frame",
            "recognizer.grammar",
        ],
        ["recognizer.layout", "recognizer.marks", "recognizer.choice"],
        ["recognizer.bundle"],
        ["recognizer.remote"],
        ["recognizer.model"],
        ["recognizer.detector", "recognizer.reading"],
        ["recognizer.pipeline", "recognizer.hand"],
        ["recognizer"],
        ["recognizer.attribution", "recognizer.inside", "recognizer.explain", "recognizer.bulk"],
        ["recognizer.spread", "recognizer.formats"],
        ["recognizer.parquet"],
        ["recognizer.__main__"],
    ],
    "webapp": [
        ["webapp.config"],
        ["webapp.serving"],
        ["webapp.models", "webapp.history"],
        ["webapp.reading"],
        ["webapp.pages", "webapp.api"],
        ["webapp"],
    ],
}
MADE_UP = {
    "house": "from house import hall",
    "house.hall": "from house.kitchen import cook",
    "house.kitchen": "",
    "house.kitchen.oven": "import house.cellar",
    "house.kitchen.table": "from house.kitchen.oven import bake",
    "house.bath": "from house import cellar",
    "house.cellar": "",
}
FLOORS = [["house.cellar"], ["house.kitchen", "house.bath"], ["house.hall"], ["house"]]


@pytest.mark.parametrize("package", HOUSES)
def test_imports_run_down(package):
    sources = {name: source for name, source in load(ROOT / package).items() if ".migrations." not in name}
    assert sum(map(len, find_imports(sources).values())) > len(sources)  # it sees them
    assert find_faults(sources, HOUSES[package]) == []


def test_a_made_up_house_has_no_faults():
    assert find_faults(MADE_UP, FLOORS) == []


@pytest.mark.parametrize(
    ("module", "source", "fault"),
    [
        ("house.cellar", "from house.hall import lamp", "house.cellar imports house.hall, which stands above it"),
        ("house.cellar", "from house import create", "house.cellar imports house, which stands above it"),
        ("house.cellar", "def f():\n    import house.hall", "house.cellar imports house.hall, which stands above it"),
        (
            "house.bath",
            "from house.kitchen import oven",
            "house.bath imports house.kitchen.oven, which stands beside it",
        ),
        (
            "house.kitchen.oven",
            "from house.kitchen import table",
            "house.kitchen.oven → house.kitchen.table → house.kitchen.oven is a circle",
        ),
        ("garden", "", "garden stands on no floor"),
    ],
)
def test_the_checker_sees_what_does_not_run_down(module, source, fault):
    assert fault in find_faults(MADE_UP | {module: source}, FLOORS)


@pytest.mark.parametrize("floor", range(5))
def test_an_import_from_a_lower_floor_of_the_site_to_a_higher_one_is_seen(floor):
    sources, (room, *_) = load(ROOT / "webapp"), HOUSES["webapp"][floor]
    sources[f"{room}.made_up"] = "from webapp import create_app"
    assert f"{room}.made_up imports webapp, which stands above it" in find_faults(sources, HOUSES["webapp"])
