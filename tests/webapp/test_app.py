import re
import stat
from pathlib import Path

import pytest
from flask import request

from recognizer import ModelError
from tests.webapp.pages import upload
from webapp import create_app
from webapp.config import ROOT, SETTINGS, ConfigError, read


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_stands_in_the_readme(setting):
    row = re.search(rf"^\| `DIGITS_{setting.name}` \| (.*?) \| (.*?) \|$", (ROOT / "README.md").read_text(), re.M)
    assert row, f"DIGITS_{setting.name} is not in README's table of settings"
    default = setting.default.replace(f"{ROOT}/", "")
    assert row[1] == (f"`{default}`" if default else "")
    assert row[2] == setting.meaning


def test_settings_come_from_the_environment():
    assert read({})["MAX_UPLOAD_MB"] == 20
    assert read({"DIGITS_MAX_UPLOAD_MB": "0.5", "OTHER": "x"})["MAX_UPLOAD_MB"] == 0.5


def test_settings_may_stand_in_files(tmp_path):
    (tmp_path / "key").write_text("a key of some length\n")
    assert read({"DIGITS_SECRET_KEY_FILE": str(tmp_path / "key")})["SECRET_KEY"] == "a key of some length"
    with pytest.raises(ConfigError, match=r"DIGITS_SECRET_KEY_FILE=/nowhere: .*No such file"):
        read({"DIGITS_SECRET_KEY_FILE": "/nowhere"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAX_UPLOAD_MB", "lots"),
        ("MAX_UPLOAD_MB", "inf"),
        ("MAX_MEGAPIXELS", "-1"),
        ("PROXIES", "1.5"),
        ("PROXIES", "-1"),
        ("DECODING_MEGAPIXELS", "0"),
        ("CORS", "example.org"),
        ("CORS", "https://example.org/path"),
        ("SECRET_KEY", "too short"),
        ("SECRET_KEY_FALLBACKS", "one-that-is-long-enough short"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(name, value):
    with pytest.raises(ConfigError, match=f"DIGITS_{name}={value}: "):
        read({f"DIGITS_{name}": value})


def test_a_secret_key_is_made_once_and_for_the_owner_only(settings):
    settings["SECRET_KEY"] = ""
    first, second = create_app(settings), create_app(settings)
    assert len(first.secret_key) == 64
    assert first.secret_key == second.secret_key
    kept = settings["INSTANCE"] / "secret_key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [path.name for path in settings["INSTANCE"].glob("secret_key*")] == ["secret_key"]


def test_what_the_site_keeps_is_for_its_owner_only(settings):
    settings["INSTANCE"].mkdir(mode=0o755)
    (settings["INSTANCE"] / "digits.sqlite").touch(mode=0o644)
    app = create_app(settings)
    upload(app.test_client())
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in settings["INSTANCE"].iterdir() if path.is_file()}
    assert set(modes) >= {"digits.sqlite", "digits.sqlite-wal"}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(settings["INSTANCE"].stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["relative", "with ? and # and %"])
def test_any_instance_folder_will_do(settings, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    create_app(settings | {"INSTANCE": Path(name)})
    assert "digits.sqlite" in {path.name for path in (tmp_path / name).iterdir()}


def test_a_missing_model_stops_the_start_and_is_named(settings):
    with pytest.raises(ModelError, match="models/nonsense: there is no model"):
        create_app(settings | {"MODEL": "nonsense"})


def test_a_model_of_ones_own_is_found_in_the_instance_folder(settings):
    (settings["INSTANCE"] / "models").mkdir(parents=True)
    (settings["INSTANCE"] / "models" / "mine").symlink_to(ROOT / "models" / "small")
    assert create_app(settings | {"MODEL": "mine"}).extensions["model"].name == "mine"


def test_addresses_come_from_as_many_proxies_as_are_set(settings):
    headers = {"X-Forwarded-For": "1.2.3.4", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "digits.example"}
    for proxies, location in ((0, "http://localhost/"), (1, "https://digits.example/")):
        app = create_app(settings | {"PROXIES": proxies})
        seen = []
        app.add_url_rule("/seen", view_func=lambda seen=seen: seen.append(request.root_url) or "")
        app.test_client().get("/seen", headers=headers)
        assert seen == [location]
