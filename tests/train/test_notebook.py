"""The notebook runs from top to bottom, and reads a digit that is uploaded to its widget."""

import os

import nbformat
import pytest
from nbclient import NotebookClient

from tests.conftest import data_file
from tests.drawing import SEVEN_PNG
from webapp.config import ROOT

SMALL = 'train.epochs=2;layers=["pool", "conv 24", "pool", "flatten"]'
UPLOAD = f"""
from datetime import datetime

file = {{"name": "seven.png", "type": "image/png", "size": 1, "content": {SEVEN_PNG!r}}}
upload.value = (file | {{"last_modified": datetime.now()}},)
"""


@pytest.fixture(scope="module")
def ran():
    """The notebook after the training of a small network, and after an upload."""
    data_file("mnist.npz")
    path = ROOT / "train" / "handwritten_digit_recognition.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells += [nbformat.v4.new_code_cell(source) for source in (UPLOAD, "answers.outputs")]
    environment = os.environ | {"NOTEBOOK_CHANGES": SMALL}
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": path.parent}})
    client.execute(env=environment)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def said(cell):
    return "".join(output.get("text", "") for output in cell.outputs)


def pictures(cell):
    return sum("image/png" in output.get("data", {}) for output in cell.outputs)


def test_it_trains_a_network_that_reads_test_digits(ran):
    (report,) = (said(cell) for cell in ran if "report_on(" in cell.source)
    accuracy = float(report.split("mine on mnist test: ")[1].split("%")[0])
    assert accuracy > 96


def test_it_shows_digits_and_plots(ran):
    assert sum(pictures(cell) for cell in ran) == 6


def test_an_uploaded_digit_is_read(ran):
    (answer,) = ran[-1].outputs
    assert "seven.png: this is a 7" in answer["data"]["text/plain"]


def test_it_is_committed_without_outputs():
    notebook = nbformat.read(ROOT / "train" / "handwritten_digit_recognition.ipynb", as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells)
