from dataclasses import replace

from benchmarks.handwriting import figures
from benchmarks.handwriting.sets import Handwriting
from benchmarks.handwriting.verdicts import Verdict
from webapp.config import ROOT

RIGHT = Verdict(0, "7", "7", True, True, (("right", 1.0),), score=1.0)
WRONG = Verdict(1, "1", "7", False, False, (("wrong", 0.9),), score=0.9)
REJECTED = Verdict(2, "4", "9?", False, None, (("wrong", 0.2),), rejected=True)


def measure(shows, *verdicts, reference=()):
    return figures.measure(Handwriting("some", shows, "auto", True, []), verdicts, reference, 0.5, "ours")


def test_the_readmes_table_is_what_the_figures_say():
    readme = (ROOT / "README.md").read_text()
    assert figures.START in readme
    assert figures.update(readme, [row for row, _ in figures.load().values()]) == readme


def test_the_table_follows_the_figures_with_mnist_last():
    mnist = measure("digit", RIGHT, WRONG)
    lines = figures.table([replace(mnist, set="mnist"), replace(mnist, set="other", exact=None)]).splitlines()
    assert lines[-2] == "| other | 2 | 50.0% | – | 50.0% | 45.0% | 50.0% |"
    assert lines[-1] == "| MNIST's test set | 2 | 50.0% | 50.0% | 50.0% | 45.0% | 50.0% |"


def test_digits():
    row = measure("digit", RIGHT, WRONG, REJECTED, RIGHT)
    assert (row.n, row.right, row.exact, row.rejected, row.sure_wrong) == (4, 0.5, 2 / 3, 0.25, 1 / 3)
    assert round(row.calibration_error, 3) == (0.9 + 0.2) / 4
    assert (row.error_rate, row.auroc) == (None, None)


def test_numbers():
    digits = (("right", 0.95), ("extra", 0.99), ("wrong", 0.5))
    row = measure("number", Verdict(0, "10", "192", False, False, digits, written=2, edits=2, cells=(1, 4)))
    assert (row.sure_wrong, row.error_rate, row.invented, row.cells_right) == (0.5, 1.0, 0.5, 0.25)
    assert row.rejected is None


def test_where_there_is_no_digit():
    seen, not_seen = Verdict(0, "", "3", False, None, (("extra", 0.95),), score=0.95), Verdict(1, "", "", True)
    row = measure("nothing", seen, not_seen, not_seen, not_seen, reference=[1.0, 0.5])
    assert (row.right, row.sure_wrong, row.calibration_error) == (0.75, 0.25, None)
    assert row.auroc == (4 + 3) / 8


def test_what_is_written_is_known_again(tmp_path, monkeypatch):
    monkeypatch.setattr(figures, "FIGURES", tmp_path / "figures.csv")
    monkeypatch.setattr(figures, "FAULTS", tmp_path / "faults.json")
    row = replace(measure("digit", RIGHT, WRONG, REJECTED, RIGHT), exact=0.6667, sure_wrong=0.3333)
    faults = figures.find_faults([RIGHT, WRONG, REJECTED])
    assert faults == {"misread": [1, 2], "inexact": [1], "surely misread": [1]}
    figures.write([row, replace(row, set="other")], {"some": faults, "other": faults})
    assert figures.load() == {"some": (row, faults), "other": (replace(row, set="other"), faults)}
    assert (tmp_path / "faults.json").read_text().count("\n") == 4
