import io
import re
from zipfile import ZipFile

import pytest

from tests.drawing import FOUR, SEVEN, SEVEN_PNG, ZERO, encode, table
from tests.webapp.pages import post, upload
from webapp.history import spreadsheet
from webapp.history.store import Entry, db

TABLE = encode(table([[SEVEN, FOUR], [ZERO, SEVEN], [[], FOUR]]))


@pytest.fixture
def answer(client):
    """The page of an answer, which is a table of three rows and two columns."""
    return upload(client, TABLE, follow_redirects=True).text


def cells(page):
    return re.findall(r'name="cell" value="([^"]*)"', page)


def label(app):
    with app.app_context():
        entry = db.session.get(Entry, 1)
        return entry.label, entry.corrected


def test_it_is_shown_and_sent_as_cells(client, answer):
    assert cells(answer) == ["7", "4", "0", "7", "", "4"]
    assert 'data-cells="[0, 1, 2, 3, 5]"' in answer
    assert 'aria-label="Row 3, column 1"' in answer
    response = client.get("/history/1/table.csv")
    assert (response.mimetype, response.text) == ("text/csv", "7,4\r\n0,7\r\n,4\r\n")
    assert response.headers["Content-Disposition"] == 'attachment; filename="digits-1.csv"'


def test_it_is_sent_as_xlsx_in_which_numbers_are_numbers(client, answer):
    assert "/history/1/table.xlsx" in answer
    post(client, "/history/1/correct", columns="2", cell=["7.50", "007", "=1+1", "-3", "", "1,000"])
    response = client.get("/history/1/table.xlsx")
    assert response.headers["Content-Disposition"] == 'attachment; filename="digits-1.xlsx"'
    with ZipFile(io.BytesIO(response.data)) as book:
        sheet, texts = (book.read(f"xl/{name}.xml").decode() for name in ("worksheets/sheet1", "sharedStrings"))
    assert re.findall(r'<c r="(\w+)"(?: s="\d+")?><v>([^<]*)</v>', sheet) == [("A1", "7.5"), ("B2", "-3")]
    assert re.findall(r"<t>([^<]*)</t>", texts) == ["007", "=1+1", "", "1,000"]


def test_without_xlsxwriter_there_is_the_csv(client, answer, monkeypatch):
    monkeypatch.setattr(spreadsheet, "find_spec", lambda name: None)
    assert "table.xlsx" not in client.get("/history/1").text
    response = client.get("/history/1/table.xlsx")
    assert (response.status_code, "take the CSV" in response.text) == (404, True)


def test_it_is_corrected_cell_by_cell(app, client, answer):
    changed = ["7", "4", "0", "-7.5", "12", ""]
    post(client, "/history/1/correct", columns="2", cell=changed)
    assert cells(client.get("/history/1").text) == changed
    assert label(app) == ("7\t4\n0\t-7.5\n12\t", True)
    assert client.get("/history/1/table.csv").text == "7,4\r\n0,-7.5\r\n12,\r\n"
    assert client.get("/history/export.json").json[0]["label"] == "7\t4\n0\t-7.5\n12\t"
    post(client, "/history/1/correct", forget="1")
    assert cells(client.get("/history/1").text) == cells(answer)


def test_it_is_confirmed(app, client, answer):
    post(client, "/history/1/correct", columns="2", cell=cells(answer))
    assert label(app) == ("7\t4\n0\t7\n\t4", False)


@pytest.mark.parametrize(
    "fields", [{"columns": "2", "cell": [""] * 6}, {"columns": "0"}, {"columns": "x", "cell": ["7"]}]
)
def test_nothing_is_no_correction(client, answer, fields):
    response = post(client, "/history/1/correct", **fields)
    assert response.status_code == 400
    assert "Say what it is" in response.text


def test_there_is_none_where_there_are_no_columns(client):
    assert "table.csv" not in upload(client, SEVEN_PNG, follow_redirects=True).text
    assert client.get("/history/1/table.csv").status_code == 404
