"""Real handwriting is read as well as the figures say, which `scripts/bench realworld --write` renews."""

import pytest

from benchmarks.handwriting import figures
from benchmarks.handwriting.gate import complain
from benchmarks.handwriting.sets import find_names, load
from benchmarks.handwriting.verdicts import judge
from tests.conftest import DATA, data_file

MOST, AUTOS = 120, 30  # pictures of a set; of those of one digit, how many are read with layout=auto, too


def all_sets():
    """Those in the data and those with figures, which should be the same; one, which is skipped, without data."""
    return sorted({*find_names(DATA), *figures.load()}) if (DATA / "sets.json").is_file() else ["any set"]


@pytest.mark.parametrize("name", all_sets())
def test_a_set_is_read_as_well_as_the_figures_say(name, model):
    data_file("sets.json")
    row, faulty = figures.load()[name]
    handwriting = load(DATA, name)
    assert (row.model, row.n) == (model.name, len(handwriting.samples)), "the figures are of something else"
    verdicts = [
        judge(handwriting, sample, sample.picture(), model, handwriting.shows == "digit" and place < AUTOS)
        for place, sample in enumerate(handwriting.some(MOST))
    ]
    worse = complain(row, faulty, verdicts)
    assert not worse, "\n".join(worse)
