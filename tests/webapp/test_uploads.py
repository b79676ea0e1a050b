import io
import json
import re
import sqlite3

import pytest
import werkzeug.formparser
from sqlalchemy import event

from tests.documents import make_document
from tests.drawing import FOUR_PNG, SEVEN_PNG
from tests.webapp.pages import error, token, twin
from tests.webapp.test_batch import zipped
from webapp import create_app
from webapp.history.store import db
from webapp.reading.archive import MAX_PICTURES

SEVEN, FOUR = ("seven.png", SEVEN_PNG), ("four.png", FOUR_PNG)
NOTES = ("notes.txt", b"no picture")
BOMB = zipped([("a.bmp", b"\0" * 10_000_000)])
MANY = zipped([(f"{number}.png", b"") for number in range(10_000)])


def send(client, *files, path="/upload", **fields):
    images = [(io.BytesIO(data), name) for name, data in files]
    return client.post(path, data={"csrf_token": token(client), "source": "upload", "image": images} | fields)


def on_page(client, *files):
    """What the rows of the page say: names, answers, reasons."""
    response = send(client, *files)
    assert response.status_code == 200
    return shown(response.text)


def in_lines(client, *files, **fields):
    response = send(client, *files, path="/upload/rows", **fields)
    assert response.status_code == 200
    assert response.mimetype == "application/x-ndjson"
    head, *lines = map(json.loads, response.text.splitlines())
    rows = [shown(line["row"])[0] for line in lines]
    assert [line["read"] for line in lines] == ["(" not in row[1] for row in rows]
    return head["count"], rows


def shown(page):
    rows = re.findall(r"<li.*?</li>", page, re.S)
    return [(_text(row, "bdi"), _read_as(row) or f"({_text(row, 'span')})") for row in rows]


def _read_as(row):
    found = re.search(r'name="label"[^>]* value="([^"]*)"', row)
    return found[1] if found else _text(row, "strong")


def _text(row, tag):
    found = re.search(rf"<{tag}[^>]*>(.*?)</{tag}>", row, re.S)
    return found and found[1]


def kept(client):
    return re.findall(r"<strong>(.+?)</strong>", client.get("/history").text)


def test_one_picture_goes_to_its_answer(client):
    response = send(client, SEVEN)
    assert (response.status_code, response.location) == (303, "/history/1")
    assert "Uploaded" in client.get("/history").text


def test_many_get_a_page_with_a_row_each_and_are_kept(client):
    assert on_page(client, SEVEN, FOUR, SEVEN) == [("seven.png", "7"), ("four.png", "4"), ("seven.png", "7")]
    assert kept(client) == ["7", "4", "7"]
    assert client.get("/history").text.count("From a batch ·") == 3


def test_a_row_leads_to_its_entry_and_shows_its_picture(client):
    page = send(client, SEVEN, FOUR).text
    assert re.findall(r'<a href="/history/(\d)">\s*<img src="/history/(\d)/thumb', page) == [("1", "1"), ("2", "2")]
    assert "All done." in page


def test_a_zip_is_unpacked(client):
    archive = zipped([SEVEN, ("folder/four.png", FOUR_PNG)])
    assert on_page(client, ("all.zip", archive)) == [("seven.png", "7"), ("folder/four.png", "4")]


def test_lines_say_how_many_there_are_and_then_what_each_is(client):
    count, rows = in_lines(client, SEVEN, ("all.zip", zipped([FOUR, SEVEN])))
    assert count == 3
    assert rows == [("seven.png", "7"), ("four.png", "4"), ("seven.png", "7")]
    assert kept(client) == ["7", "4", "7"]


def test_one_picture_may_be_a_line_too(client):
    assert in_lines(client, SEVEN) == (1, [("seven.png", "7")])


def test_what_has_its_row_already_is_not_read_again(client):
    assert in_lines(client, SEVEN, FOUR, FOUR, skip="1") == (3, [("four.png", "4"), ("four.png", "4")])
    assert kept(client) == ["4", "4"]


@pytest.mark.parametrize("skip", ["-1", "x", "", "1.5"])
def test_a_strange_skip_skips_nothing(client, skip):
    assert in_lines(client, SEVEN, FOUR, skip=skip) == (2, [("seven.png", "7"), ("four.png", "4")])


@pytest.mark.parametrize("skip", ["2", "9" * 30])
def test_when_all_is_skipped_nothing_is_read(client, skip):
    assert in_lines(client, SEVEN, FOUR, skip=skip) == (2, [])


@pytest.mark.parametrize("ask", [on_page, lambda *sent: in_lines(*sent)[1]], ids=["page", "lines"])
@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        (*NOTES, "This is not a picture"),
        ("cut.png", SEVEN_PNG[:200], "The picture is damaged or incomplete."),
        ("empty.png", b"", "The file is empty."),
        ("bomb.zip", BOMB, "The ZIP unpacks to 10000000 bytes, which is more than is read."),
        ("many.zip", MANY, "The ZIP has 10000 files; at most 1000 are read."),
        ("cut.zip", zipped([SEVEN])[:-30], "The ZIP is damaged or incomplete."),
        ("nothing.zip", zipped([]), "The ZIP has no files."),
        ("outer.zip", zipped([("inner.zip", zipped([SEVEN]))]), "This is not a picture"),
    ],
)
def test_what_cannot_be_read_has_a_row_with_the_reason_and_the_rest_is_read(client, ask, name, data, reason):
    first, wrong, last = ask(client, SEVEN, (name, data), FOUR)
    assert (first, last) == (("seven.png", "7"), ("four.png", "4"))
    assert wrong[0] in (name, "inner.zip")
    assert reason in wrong[1]
    assert kept(client) == ["4", "7"]


@pytest.mark.parametrize("archive", [BOMB, MANY], ids=["bomb", "10,000 files"])
def test_a_hostile_zip_alone_is_a_row_too(client, archive):
    ((name, reason),) = on_page(client, ("a.zip", archive))
    assert name == "a.zip"
    assert "The ZIP" in reason


@pytest.mark.parametrize("name", ["../../../etc/evil.png", "/etc/evil.png", "C:\\evil.png", "a\0b.png", "<b>.png"])
def test_a_name_is_shown_but_leads_nowhere(client, settings, name):
    before = {path for path in settings["INSTANCE"].parent.rglob("*") if "sqlite" not in path.name}
    ((shown_name, answer), _) = on_page(client, ("all.zip", zipped([(name, SEVEN_PNG), FOUR])))
    assert shown_name == name.partition("\0")[0].replace("<", "&lt;").replace(">", "&gt;")
    assert answer == "7"
    assert {path for path in settings["INSTANCE"].parent.rglob("*") if "sqlite" not in path.name} == before


def test_neither_names_nor_files_are_kept(client, settings, monkeypatch):
    def refuse(*args, **options):
        raise AssertionError("an upload was about to be written to disk")

    monkeypatch.setattr(werkzeug.formparser, "SpooledTemporaryFile", refuse)
    marker = "planted-marker"
    assert len(on_page(client, (f"{marker}.png", SEVEN_PNG), ("a.zip", zipped([(f"{marker}.png", FOUR_PNG)])))) == 2
    for path in settings["INSTANCE"].rglob("*"):
        assert marker not in path.name
        assert not path.is_file() or marker.encode() not in path.read_bytes()


@pytest.mark.parametrize("path", ["/upload", "/upload/rows"])
def test_an_empty_form_is_explained(client, path):
    for files in ([], [("", b"")]):
        response = send(client, *files, path=path)
        assert response.status_code == 400
        assert error(response) == "Choose a picture first."


@pytest.mark.parametrize("path", ["/upload", "/upload/rows"])
def test_without_a_token_nothing_is_read(client, path):
    response = send(client, SEVEN, FOUR, path=path, csrf_token="nonsense")
    assert response.status_code == 400
    assert "Reload it and try again" in error(response)
    assert kept(client) == []


@pytest.mark.parametrize("path", ["/upload", "/upload/rows"])
def test_more_than_an_upload_may_have_is_refused(settings, path):
    client = create_app(settings | {"MAX_UPLOAD_MB": 0.01}).test_client()
    response = send(client, ("a.png", b"x" * 8000), ("b.png", b"x" * 8000), path=path)
    assert response.status_code == 413
    assert error(response) == "The upload is larger than 0.01 MB."


@pytest.mark.parametrize("path", ["/upload", "/upload/rows"])
def test_as_many_files_are_taken_as_in_a_zip_and_no_more(client, path):
    names = [f"{number}.png" for number in range(MAX_PICTURES + 1)]
    response = send(client, *[(name, b"x") for name in names[1:]], path=path)
    assert response.status_code == 200
    assert response.text.count("This is not a picture") == MAX_PICTURES
    response = send(client, *[(name, b"x") for name in names], path=path)
    assert response.status_code == 413
    assert "1001 pictures; at most 1000 are read at once" in error(response)


def test_many_zips_hold_no_more_pictures_than_one(client):
    archives = [(f"{number}.zip", zipped([(f"{n}.png", b"") for n in range(600)])) for number in range(2)]
    response = send(client, *archives)
    assert response.status_code == 413
    assert "1200 pictures; at most 1000 are read at once" in error(response)


@pytest.mark.parametrize("path", ["/upload", "/upload/rows"])
def test_a_row_is_sent_before_all_are_read(client, app, path):
    images = [(io.BytesIO(data), name) for name, data in (SEVEN, NOTES, FOUR)]
    fields = {"csrf_token": token(client), "source": "upload", "image": images}
    response = client.post(path, data=fields, buffered=False)
    assert response.headers["X-Accel-Buffering"] == "no"
    seen = ""
    for part in response.iter_encoded():
        seen += part.decode()
        if "seven.png" in seen:
            break
    assert "notes.txt" not in seen
    response.close()
    assert kept(client) == ["7"]


def test_while_the_history_cannot_take_them_rows_say_so(client, settings):
    csrf = token(client)
    with sqlite3.connect(settings["INSTANCE"] / "digits.sqlite") as other:
        other.execute("BEGIN EXCLUSIVE")
        page = send_with(client, csrf).text
        other.rollback()
    assert page.count("this answer is not kept") == 2
    assert [row[1] for row in shown(page)] == ["7", "4"]
    assert kept(client) == []


def send_with(client, csrf):
    images = [(io.BytesIO(data), name) for name, data in (SEVEN, FOUR)]
    return client.post("/upload", data={"csrf_token": csrf, "source": "upload", "image": images})


def test_a_model_that_fails_is_a_reason(client, app, monkeypatch):
    from recognizer import ModelError

    def fail(frames):
        raise ModelError("gone")

    monkeypatch.setattr(app.extensions["model"], "probabilities", fail)
    assert [row[1] for row in on_page(client, SEVEN, FOUR)] == [
        "(The model is not available just now. Try again in a moment.)"
    ] * 2


def test_many_pictures_are_let_in_as_one_request_of_the_limit_and_count_each(settings):
    client = create_app(settings | {"RATE_LIMIT": "40/minute"}).test_client()
    for _ in range(2):
        assert in_lines(client, *[SEVEN] * 30)[0] == 30
    response = client.post("/upload/rows")
    assert response.status_code == 429
    assert response.headers["Retry-After"]


def test_two_batches_of_a_new_visitor_are_of_one(app):
    page = app.test_client()
    csrf = token(page)
    twins = [twin(app, page) for _ in range(2)]
    for each in twins:
        assert len(shown(send_with(each, csrf).text)) == 2
    assert len(kept(page)) == 4


def test_pages_of_a_file_lead_to_each_other(app, client):
    scans = [make_document(name, SEVEN_PNG, FOUR_PNG) for name in ("scan.pdf", "scan.tiff")]
    files = [
        (io.BytesIO(content), name)
        for content, name in zip((*scans, SEVEN_PNG), ("a.pdf", "b.tiff", "c.png"), strict=True)
    ]
    rows = client.post("/upload/rows", data={"csrf_token": token(client), "image": files}).text
    assert rows.count('"read": true') == 5
    for entry, page, links in ((1, 1, ["1", "2"]), (2, 2, ["1", "2"]), (4, 2, ["3", "4"])):
        shown = client.get(f"/history/{entry}").text
        assert f"Page {page} of 2" in shown
        assert re.findall(r'href="/history/(\d)"[^>]*>\s*<img', shown) == links
    assert "Pages of the file" not in client.get("/history/5").text
    assert client.get("/history").text.count(" of 2 ·") == 4


def test_the_history_asks_the_database_as_often_for_many_as_for_one(app, client):
    asked = []
    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    counts = []
    for pages in (1, 20):
        scan = io.BytesIO(make_document("scan.pdf", *[SEVEN_PNG] * pages))
        assert client.post("/upload/rows", data={"csrf_token": token(client), "image": [(scan, "a.pdf")]}).text
        client.get("/history")
        asked.clear()
        client.get("/history")
        counts.append(len(asked))
    assert counts[0] == counts[1] > 0


def test_pages_of_a_file_are_one_item_of_the_history_and_go_together(client):
    files = [(io.BytesIO(make_document("scan.pdf", SEVEN_PNG, FOUR_PNG)), "a.pdf"), (io.BytesIO(SEVEN_PNG), "c.png")]
    assert client.post("/upload/rows", data={"csrf_token": token(client), "image": files}).text.count('"row"') == 3
    page = client.get("/history").text
    assert page.count("2 pages of a file") == 1
    assert kept(client) == ["7", "7", "4"]  # the newest first, but the pages of a file in their order
    document = re.search(r'name="document" value="(\w+)"', page)[1]
    assert client.get(f"/history/export.csv?document={document}").text.count("\n") == 3
    assert client.get(f"/history/export.csv?document={document}&id=3").text.count("\n") == 4
    client.post("/history/delete-chosen", data={"csrf_token": token(client), "document": document})
    assert kept(client) == ["7"]
