import csv
import io
import re
import tracemalloc

import numpy as np
import pytest

from tests.serving import find_token
from tests.webapp.pages import error, keep_like_the_first, upload
from train.errors import TrainError
from train.own import load
from webapp.history.export import BATCH, HistoryChanged
from webapp.history.store import Entry, db


def test_csv(app, client):
    upload(client)
    keep_like_the_first(app, {"text": "12\n3?", "label": "12\n34", "corrected": True, "confidence": 0.5})
    response = client.get("/history/export.csv")
    assert response.status_code == 200
    assert response.mimetype == "text/csv"
    assert response.headers["Content-Disposition"] == "attachment; filename=digits.csv"
    rows = list(csv.DictReader(io.StringIO(response.text, newline="")))
    assert [row["id"] for row in rows] == ["2", "1"]
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00", rows[0].pop("created_at"))
    assert rows[0] == {
        "id": "2",
        "source": "upload",
        "model": "flagship",
        "text": "12\n3?",
        "label": "12\n34",
        "corrected": "True",
        "confidence": "0.5",
    }
    assert (rows[1]["label"], rows[1]["corrected"]) == ("7", "")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_field_is_a_formula(app, client, text):
    upload(client)
    keep_like_the_first(app, {"model": text})
    rows = list(csv.DictReader(io.StringIO(client.get("/history/export.csv").text, newline="")))
    assert [row["model"] for row in rows] == [f"'{text}", "flagship"]


def test_json(app, client):
    upload(client)
    keep_like_the_first(app, {"text": "1", "label": "7", "corrected": True})
    response = client.get("/history/export.json")
    assert response.mimetype == "application/json"
    found = response.json
    assert [(item["id"], item["text"], item["label"], item["corrected"]) for item in found] == [
        (2, "1", "7", True),
        (1, "7", "7", None),
    ]
    assert len(found[1]["digits"][0]["probabilities"]) == 10


def test_labelled_frames(app, client):
    upload(client)
    frames = np.random.default_rng(0).integers(0, 255, (4, 28, 28), np.uint8)
    keep_like_the_first(app, {"text": "2?26", "label": "2?36", "corrected": True, "frames": frames.tobytes()})
    response = client.get("/history/export.npz")
    assert response.mimetype == "application/octet-stream"
    with np.load(io.BytesIO(response.data)) as archive:
        assert archive["y"].tolist() == [2, 3, 6, 7]
        assert archive["writer"].tolist() == [0] * 4
        assert archive["x"].dtype == np.uint8
        assert (archive["x"][:3] == frames[[0, 2, 3]]).all()


def test_training_takes_the_frames(client, tmp_path):
    upload(client)
    (tmp_path / "mine.npz").write_bytes(client.get("/history/export.npz").data)
    digits, _ = load(tmp_path / "mine.npz")
    assert digits.labels.tolist() == [7]
    assert digits.frames.shape == (1, 28, 28)
    assert digits.writers == ["0"]


def test_what_is_filtered_is_exported_in_batches(app, client):
    upload(client)
    keep_like_the_first(app, *({"text": "74"[number % 2]} for number in range(2 * BATCH + 1)))
    assert len(client.get("/history/export.json").json) == 2 * BATCH + 2
    found = client.get("/history/export.json?digit=4").json
    assert [item["id"] for item in found] == list(range(2 * BATCH + 1, 2, -2))
    with np.load(io.BytesIO(client.get("/history/export.npz?digit=4").data)) as archive:
        assert archive["y"].tolist() == [4] * BATCH
        assert archive["x"].shape == (BATCH, 28, 28)
    assert client.get("/history/export.csv?digit=4").text.count("\r\n") == BATCH + 1


def test_nothing_is_exported_as_nothing(app, client):
    upload(client)
    assert client.get("/history/export.csv?digit=4").text == (
        "id,created_at,source,model,text,label,corrected,confidence\r\n"
    )
    assert client.get("/history/export.json?digit=4").json == []
    response = client.get("/history/export.npz?digit=4")
    assert response.status_code == 404
    assert error(response).startswith("There is nothing to train with")
    keep_like_the_first(app, {"text": "?"})
    assert client.get("/history/export.npz?digit=%3F").status_code == 404


def test_others_and_deleted_entries_are_left_out(app, client):
    other = app.test_client()
    upload(client)
    upload(other)
    upload(client)
    csrf = find_token(client.get("/history").text)
    client.post("/history/1/delete", data={"csrf_token": csrf})
    assert [item["id"] for item in client.get("/history/export.json").json] == [3]
    assert app.test_client().get("/history/export.json").json == []
    assert app.test_client().get("/history/export.npz").status_code == 404


@pytest.mark.parametrize("kind", ["xlsx", "csv.gz", ""])
def test_other_kinds_are_not_there(client, kind):
    assert client.get(f"/history/export.{kind}").status_code == 404


def test_a_history_that_changes_meanwhile_breaks_the_file_off(app, client, tmp_path):
    """A file that says of more frames than it has could not be read."""
    upload(client)
    keep_like_the_first(app, *({"text": "4"} for _ in range(2 * BATCH)))
    response = client.get("/history/export.npz", buffered=False)
    parts = iter(response.response)
    (tmp_path / "mine.npz").write_bytes(next(parts))
    with app.app_context():
        db.session.query(Entry).filter(Entry.id == 1).update({"label": "?"})
        db.session.commit()
    with (
        pytest.raises(HistoryChanged, match="changed while it was exported"),
        (tmp_path / "mine.npz").open("ab") as file,
    ):
        file.writelines(parts)
    with pytest.raises(TrainError):
        load(tmp_path / "mine.npz")


@pytest.mark.parametrize("kind", ["csv", "json", "npz"])
def test_memory_does_not_grow_with_the_history(app, client, kind):
    def peak() -> int:
        tracemalloc.start()
        with client.get(f"/history/export.{kind}", buffered=False) as response:
            sizes = [len(part) for part in response.response]
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert len(sizes) > 3
        return highest

    upload(client)
    keep_like_the_first(app, *({"text": "7"} for _ in range(3 * BATCH)))
    peak()  # makes what is made once
    few = peak()
    keep_like_the_first(app, *({"text": "7"} for _ in range(6 * BATCH)))
    assert peak() < 1.5 * few  # of three times as many entries
