import sqlalchemy.exc

from recognizer import ModelError
from webapp.history.store import db


def test_the_process_is_up(client):
    assert client.get("/healthz").json == {"status": "up"}


def test_it_is_ready(client):
    assert client.get("/readyz").json == {"status": "ready", "model": "flagship"}


def test_it_is_not_ready_without_its_model(client, app, monkeypatch):
    def fail():
        raise ModelError("gone")

    monkeypatch.setattr(app.extensions["model"], "warm_up", fail)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.mimetype == "application/problem+json"
    assert client.get("/healthz").status_code == 200


def test_it_is_not_ready_without_its_database(client, monkeypatch):
    def fail(statement):
        raise sqlalchemy.exc.OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr(db.session, "execute", fail)
    assert client.get("/readyz").status_code == 503
