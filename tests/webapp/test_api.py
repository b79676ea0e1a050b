import io
import json

import pytest

from recognizer import LAYOUTS
from tests.documents import LOCKED_PDF, make_document
from tests.drawing import FOUR_PNG, SEVEN_PNG
from tests.webapp.test_reader import WRONG
from webapp import create_app

RECOGNIZE = "/api/v1/recognize"


def multipart(picture):
    return {"data": {"image": (io.BytesIO(picture), "picture")}}


def problem(response):
    assert response.mimetype == "application/problem+json"
    body = json.loads(response.data)
    assert set(body) == {"type", "title", "status", "detail"}
    assert body["status"] == response.status_code
    return body["detail"]


@pytest.mark.parametrize(
    "sent",
    [
        multipart,
        lambda picture: {"data": picture, "content_type": "image/png"},
        lambda picture: {"data": picture},
        lambda picture: {"data": picture, "content_type": "application/x-www-form-urlencoded"},  # as curl says
    ],
    ids=["multipart", "typed", "untyped", "curl"],
)
@pytest.mark.parametrize("layout", ["", "?layout=auto", "?layout=digit"])
def test_the_answer_is_as_the_contract_says(client, sent, layout):
    body = client.post(RECOGNIZE + layout, **sent(SEVEN_PNG)).json
    assert list(body) == ["text", "lines", "model", "digits", "marks"]
    assert (body["text"], body["lines"], body["model"]) == ("7", ["7"], "flagship")
    (digit,) = body["digits"]
    assert list(digit) == ["digit", "confidence", "probabilities", "box", "line", "rejected"]
    assert digit["digit"] == 7
    assert 0.9 < digit["confidence"] <= digit["probabilities"][7] == max(digit["probabilities"])
    assert sum(digit["probabilities"]) == pytest.approx(1, abs=1e-5)
    assert digit["box"] == pytest.approx([92, 72, 216, 276], abs=4)
    assert digit["line"] == 0
    assert digit["rejected"] is False


def test_it_keeps_nothing_and_sets_no_cookie(client):
    assert not client.post(RECOGNIZE, **multipart(FOUR_PNG)).headers.getlist("Set-Cookie")
    assert "Nothing here yet" in client.get("/history").text


@pytest.mark.parametrize(("picture", "status", "message"), WRONG)
@pytest.mark.parametrize("as_field", [True, False])
def test_a_wrong_picture_is_a_problem(client, picture, status, message, as_field):
    response = client.post(RECOGNIZE, **(multipart(picture) if as_field else {"data": picture}))
    assert response.status_code == status
    assert message in problem(response)


@pytest.mark.parametrize(
    "data", [{"picture": (io.BytesIO(SEVEN_PNG), "seven.png")}, {"image": "no file"}], ids=["field", "text"]
)
def test_the_wrong_field_is_a_problem(client, data):
    response = client.post(RECOGNIZE, data=data, content_type="multipart/form-data")
    assert response.status_code == 400
    assert problem(response) == "The form has no file in the field 'image'."


def test_a_broken_form_is_a_problem(client):
    response = client.post(RECOGNIZE, data=b"--x\r\nnonsense", content_type="multipart/form-data")
    assert response.status_code == 400
    assert problem(response)


@pytest.mark.parametrize("layout", ["pages", "upside-down", ""])
def test_an_unknown_layout_is_a_problem(client, layout):
    response = client.post(f"{RECOGNIZE}?layout={layout}", **multipart(SEVEN_PNG))
    assert response.status_code == 400
    assert "use auto or digit or page" in problem(response)


def test_too_many_bytes_are_a_problem(settings):
    client = create_app(settings | {"MAX_UPLOAD_MB": 0.01}).test_client()
    for sent in (multipart(b"x" * 20_000), {"data": b"x" * 20_000}):
        response = client.post(RECOGNIZE, **sent)
        assert response.status_code == 413
        assert problem(response) == "The upload is larger than 0.01 MB."


def test_as_many_bytes_as_may_be_uploaded_are_read(settings):
    client = create_app(settings | {"MAX_UPLOAD_MB": len(SEVEN_PNG) / 1e6}).test_client()
    assert client.post(RECOGNIZE, data=SEVEN_PNG).json["text"] == "7"
    assert client.post(RECOGNIZE, data=SEVEN_PNG + b"x").status_code == 413


def test_too_many_fields_are_a_problem_of_their_own(client):
    response = client.post(RECOGNIZE, data={f"field{n}": "x" for n in range(50)}, content_type="multipart/form-data")
    assert response.status_code == 413
    assert problem(response) == "The form has more files or fields, or larger fields, than this site takes."


@pytest.mark.parametrize("name", ["scan.pdf", "scan.tiff"])
def test_the_page_that_is_asked_for_is_read(client, name):
    scan = make_document(name, SEVEN_PNG, FOUR_PNG)
    answers = [client.post(f"{RECOGNIZE}{query}", data=scan).json for query in ("", "?page=1", "?page=2&layout=digit")]
    assert [(answer["text"], answer["page"], answer["pages"]) for answer in answers] == [
        ("7", 1, 2),
        ("7", 1, 2),
        ("4", 2, 2),
    ]


@pytest.mark.parametrize("page", ["3", "0", "-1", "two", "", "²", "9" * 30])
def test_a_page_that_there_is_not_is_a_problem(client, page):
    response = client.post(f"{RECOGNIZE}?page={page}", data=make_document("scan.tiff", SEVEN_PNG, FOUR_PNG))
    assert response.status_code == 400
    assert "page" in problem(response)


def test_a_pdf_with_a_password_is_a_problem(client):
    response = client.post(RECOGNIZE, data=LOCKED_PDF)
    assert response.status_code == 400
    assert problem(response) == "The PDF is locked with a password; send it without one."


def test_another_method_is_a_problem(client):
    response = client.get(RECOGNIZE)
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}
    assert problem(response)


def test_openapi_describes_every_route_of_the_api(client, app):
    described = client.get("/api/v1/openapi.json").json
    assert described["openapi"] == "3.1.0"
    routes = {rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/")}
    assert routes == {*described["paths"], "/api/v1/openapi.json"}


def test_openapi_names_the_layouts(client):
    described = client.get("/api/v1/openapi.json").json
    assert set(described["components"]["parameters"]["layout"]["schema"]["enum"]) == set(LAYOUTS)


def test_people_can_read_the_description(client):
    described, page = client.get("/api/v1/openapi.json").json, client.get("/api").text
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert f"<code>{method.upper()} {path}</code>" in page
            assert operation["summary"] in page
    for name, schema in described["components"]["schemas"].items():
        assert f'id="{name}"' in page
        for member in schema["properties"]:
            assert f"<code>{member}</code>" in page


@pytest.mark.parametrize("path", [RECOGNIZE, f"{RECOGNIZE}/batch", "/api/v1/strokes"])
@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("model=nonsense", "model=nonsense is not installed; use "),
        ("modle=small", "modle is no parameter here; layout and model"),
    ],
)
def test_what_is_asked_for_is_obeyed_or_refused(client, path, query, detail):
    response = client.post(f"{path}?{query}", data=SEVEN_PNG)
    assert response.status_code == 400
    assert response.json["detail"].startswith(detail)


def test_an_installed_model_reads_where_it_is_asked_for(client):
    assert client.post(f"{RECOGNIZE}?model=small&layout=digit", data=SEVEN_PNG).json["model"] == "small"
    assert client.get("/api/v1/models?x=1").status_code == 400
