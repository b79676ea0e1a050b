import io
import json
import struct
import zipfile

import pytest

from tests.documents import make_document
from tests.drawing import BLANK_PNG, FOUR_PNG, SEVEN_PNG
from tests.webapp.test_api import problem
from webapp import create_app

BATCH = "/api/v1/recognize/batch"


def zipped(files, method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return buffer.getvalue()


def lines(response):
    assert response.status_code == 200
    assert response.mimetype == "application/x-ndjson"
    return [json.loads(line) for line in response.text.splitlines()]


def form(*files):
    return {"image": [(io.BytesIO(data), name) for name, data in files]}


def test_fields_are_answered_in_order_each_on_a_line(client):
    first, second = lines(client.post(BATCH, data=form(("a.png", SEVEN_PNG), ("b.png", FOUR_PNG))))
    assert list(first) == ["name", "text", "lines", "model", "digits", "marks"]
    assert (first["name"], first["text"]) == ("a.png", "7")
    assert (second["name"], second["text"]) == ("b.png", "4")


def test_a_line_is_what_a_single_picture_is_answered(client):
    (line,) = lines(client.post(BATCH, data=form(("a.png", SEVEN_PNG))))
    assert {"name": "a.png"} | client.post("/api/v1/recognize", data=SEVEN_PNG).json == line


@pytest.mark.parametrize("as_field", [True, False])
def test_a_zip_is_unpacked(client, as_field):
    archive = zipped([("x/a.png", SEVEN_PNG), ("x/b.png", FOUR_PNG), ("__MACOSX/x/._a.png", b"by the way")])
    sent = form(("pictures.zip", archive)) if as_field else archive
    assert [(line["name"], line["text"]) for line in lines(client.post(BATCH, data=sent))] == [
        ("x/a.png", "7"),
        ("x/b.png", "4"),
    ]


@pytest.mark.parametrize("in_zip", [True, False])
def test_each_page_of_a_file_is_a_line(client, in_zip):
    scan = ("scan.pdf", make_document("scan.pdf", SEVEN_PNG, BLANK_PNG, FOUR_PNG))
    sent = form(scan, ("a.png", SEVEN_PNG))
    if in_zip:
        sent = form(("scans.zip", zipped([scan])), ("a.png", SEVEN_PNG))
    first, empty, third, picture = lines(client.post(BATCH, data=sent))
    assert [(line["name"], line["page"], line["pages"]) for line in (first, empty, third)] == [
        ("scan.pdf", page, 3) for page in (1, 2, 3)
    ]
    assert (first["text"], empty["status"], third["text"], picture["text"]) == ("7", 422, "4", "7")
    assert "page" not in picture


def test_pages_are_limited_as_pictures_are(client, monkeypatch):
    monkeypatch.setattr("webapp.reading.batch.MAX_PICTURES", 2)
    three, two = (("scan.tiff", make_document("scan.tiff", *[SEVEN_PNG] * pages)) for pages in (3, 2))
    (refused,) = lines(client.post(BATCH, data=form(three)))
    assert (refused["status"], refused["error"]) == (413, "The file has 3 pages; at most 2 are read at once.")
    assert [line["text"] for line in lines(client.post(BATCH, data=form(two)))] == ["7", "7"]


def test_what_cannot_be_read_is_a_line_with_the_reason(client):
    archive = zipped([("no.txt", b"nonsense"), ("cut.png", SEVEN_PNG[:200]), ("empty", b""), ("a.png", SEVEN_PNG)])
    text, cut, empty, good = lines(client.post(BATCH, data=archive))
    assert (text["status"], cut["status"], empty["status"]) == (415, 400, 400)
    assert cut == {"name": "cut.png", "status": 400, "error": "The picture is damaged or incomplete."}
    assert good["text"] == "7"


def test_fifty_pictures_are_more_fields_than_a_page_takes_but_fine_here(client):
    sent = form(*[(f"{number}.png", SEVEN_PNG) for number in range(50)])
    assert [line["text"] for line in lines(client.post(BATCH, data=sent))] == ["7"] * 50


def test_it_sends_a_line_before_it_has_read_all(client):
    response = client.post(BATCH, data=form(("a.png", SEVEN_PNG), ("b.png", FOUR_PNG)), buffered=False)
    assert response.headers["X-Accel-Buffering"] == "no"
    assert json.loads(next(response.iter_encoded()))["name"] == "a.png"
    response.close()


def test_a_form_without_files_is_a_problem(client):
    response = client.post(BATCH, data={"image": "no file"}, content_type="multipart/form-data")
    assert response.status_code == 400
    assert problem(response) == "The form has no files."


@pytest.mark.parametrize("data", [b"PK\x03\x04 and then nonsense", zipped([("a.png", SEVEN_PNG)])[:-30]])
def test_a_damaged_zip_is_a_problem(client, data):
    response = client.post(BATCH, data=data)
    assert response.status_code == 400
    assert problem(response) == "The ZIP is damaged or incomplete."


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ([(f"{number}.png", b"") for number in range(1001)], "The ZIP has 1001 files; at most 1000 are read."),
        ([("a.bmp", b"\0" * 10_000_000)], "The ZIP unpacks to 10000000 bytes"),
    ],
    ids=["count", "ratio"],
)
def test_a_bomb_is_refused_before_it_is_unpacked(client, files, message):
    response = client.post(BATCH, data=zipped(files))
    assert response.status_code == 413
    assert message in problem(response)


def test_no_further_zip_is_looked_into_once_there_are_too_many_pictures(client):
    archives = [(f"{number}.zip", zipped([(f"{n}.png", b"") for n in range(600)])) for number in range(2)]
    response = client.post(BATCH, data=form(*archives, ("cut.zip", archives[0][1][:-30])))
    assert response.status_code == 413
    assert problem(response) == "These are 1200 pictures; at most 1000 are read at once."


def test_a_zip_may_not_unpack_to_more_than_ten_uploads(settings):
    client = create_app(settings | {"MAX_UPLOAD_MB": 0.2}).test_client()
    noise = zipped([("a", b"")]) + bytes(range(256)) * 40
    archive = zipped([(f"{number}.bmp", noise + b"\0" * 180_000) for number in range(12)])
    assert len(archive) < 200_000
    response = client.post(BATCH, data=archive)
    assert response.status_code == 413
    assert "which is more than is read" in problem(response)


def test_a_file_in_a_zip_has_the_limit_of_an_upload(settings):
    client = create_app(settings | {"MAX_UPLOAD_MB": 0.01}).test_client()
    archive = zipped([("a.bmp", b"\0" * 12_000 + bytes(range(256)) * 4), ("b.png", b"")])
    large, empty = lines(client.post(BATCH, data=archive))
    assert large["status"] == 413
    assert empty["status"] == 400


def test_a_zip_that_lies_about_its_sizes_unpacks_no_further(client):
    archive = zipped([("a.png", SEVEN_PNG + b"\0" * 100_000)])
    lie = archive.replace(struct.pack("<I", len(SEVEN_PNG) + 100_000), struct.pack("<I", 1000))
    assert lie != archive
    (line,) = lines(client.post(BATCH, data=lie))
    assert line["status"] == 400


def test_a_zip_that_points_before_its_beginning_is_damaged(client):
    archive = bytearray(zipped([("a.png", SEVEN_PNG)]))
    end = archive.rindex(b"PK\x05\x06")
    archive[end + 16] += 2  # where the directory begins: so all seems to lie two bytes further ahead
    response = client.post(BATCH, data=bytes(archive))
    assert response.status_code == 400 or lines(response)[0]["status"] == 400  # Python 3.11 and later ones differ


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_another_packing_is_a_line_with_the_reason(client, method):
    (line,) = lines(client.post(BATCH, data=zipped([("a.png", SEVEN_PNG)], method)))
    assert line["error"] == "The file is packed in a way that is not read; use Deflate."


def test_a_locked_file_is_a_line_with_the_reason(client):
    archive = bytearray(zipped([("a.png", SEVEN_PNG)]))
    archive[6] |= 1  # the flag, in the file's own header
    archive[archive.rindex(b"PK\x01\x02") + 8] |= 1  # and in the directory
    (line,) = lines(client.post(BATCH, data=bytes(archive)))
    assert "locked with a password" in line["error"]


def test_a_zip_in_a_zip_is_no_picture(client):
    (line,) = lines(client.post(BATCH, data=zipped([("inner.zip", zipped([("a.png", SEVEN_PNG)]))])))
    assert line["status"] == 415
