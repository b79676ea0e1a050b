"""What can be checked of the files in deploy/ without the programs that they are for."""

import re
import shutil
import subprocess

import yaml
from limits import parse_many

from tests.conftest import need
from tests.deploy.conftest import DEPLOY
from webapp import config
from webapp.config import ROOT, SETTINGS

UNIT = (DEPLOY / "digits.service").read_text()
CONTAINER = (DEPLOY / "Containerfile").read_text()
KEPT = {"SECRET_KEY": "secret_key", "DATABASE_URL": "database_url", "RATE_LIMIT_STORAGE": "redis_url"}
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def test_they_name_settings_that_there_are():
    known = {f"DIGITS_{setting.name}{end}" for setting in SETTINGS for end in ("", "_FILE")}
    files = [path for path in DEPLOY.rglob("*") if path.is_file()]
    named = {path.name: set(re.findall(r"\bDIGITS_[A-Z_]+", path.read_text())) for path in files}
    assert {name: names - known for name, names in named.items() if names - known} == {}
    assert any(named.values())


def test_the_container_has_all_that_serving_needs():
    copied = set(re.findall(r"^COPY (.+) \S+$", CONTAINER, re.M))
    names = {name for line in copied for name in line.split()}
    assert all((ROOT / name).exists() for name in names)
    assert names >= {"recognizer", "webapp", "templates", "static", "models", "wsgi.py", "gunicorn.conf.py"}


def test_the_container_runs_the_command_of_the_unit():
    command = re.search(r"^ExecStart=\S+/python (.*)$", UNIT, re.M)[1]
    assert command == "-m gunicorn"
    assert 'CMD ["python", "-m", "gunicorn"]' in CONTAINER


def test_the_limit_lets_a_visitor_draw_all_the_time():
    """The page rests after an answer, however quick, before it asks again."""
    rest = int(re.search(r"^const PAUSE = (\d+);", (ROOT / "static" / "js" / "draw.js").read_text(), re.M)[1])
    limit = COMPOSE["services"]["web"]["environment"]["DIGITS_RATE_LIMIT"]
    assert f"\nDIGITS_RATE_LIMIT={limit}\n" in (DEPLOY / "README.md").read_text()
    assert all(item.amount / item.get_expiry() > 1000 / rest for item in parse_many(limit))


def test_the_key_of_the_instructions_is_made_anew():
    """What is in the here-document is what the shell puts into the file."""
    (body,) = re.findall(r"<<END[^\n]*\n(.*?\nEND)$", (DEPLOY / "README.md").read_text(), re.M | re.S)
    shown = f"cat <<END\n{body}"
    keys = {
        re.search("^DIGITS_SECRET_KEY=(.*)$", subprocess.check_output(["sh", "-c", shown], text=True), re.M)[1]
        for _ in range(2)
    }
    assert len(keys) == 2
    assert all(re.fullmatch("[0-9a-f]{64}", key) for key in keys)


def test_compose_mounts_the_secrets_that_are_made(tmp_path):
    script = shutil.copy(DEPLOY / "make-secrets", tmp_path)
    for _ in range(2):  # the second time changes nothing
        subprocess.run(["sh", script], check=True, capture_output=True)
        made = {path.name: path.read_text().strip() for path in (tmp_path / "secrets").iterdir()}
    assert {f"./secrets/{name}" for name in made} == {each["file"] for each in COMPOSE["secrets"].values()}
    mounted = {name for service in COMPOSE["services"].values() for name in service.get("secrets", [])}
    assert mounted == set(COMPOSE["secrets"]) == set(made)
    files = {f"DIGITS_{name}_FILE": tmp_path / "secrets" / kept for name, kept in KEPT.items()}
    settings = config.read({name: str(path) for name, path in files.items()})
    assert len(settings["SECRET_KEY"]) == 64
    assert made["database_password"] in settings["DATABASE_URL"]
    assert f"requirepass {settings['RATE_LIMIT_STORAGE'].split(':')[2].split('@')[0]}" in made["redis_config"]
    assert (tmp_path / "secrets").stat().st_mode & 0o77 == 0


def test_every_container_is_bounded_and_confined():
    for name, service in COMPOSE["services"].items():
        assert service["read_only"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert {"mem_limit", "pids_limit", "healthcheck"} <= set(service), name
    assert [name for name, service in COMPOSE["services"].items() if "ports" in service] == ["nginx"]


def test_compose_mounts_files_that_there_are():
    mounts = [volume.split(":") for volume in COMPOSE["services"]["nginx"]["volumes"]]
    sources = {source for source, target, _ in mounts if target.endswith(".conf")}
    assert sources
    assert all((DEPLOY / source).is_file() for source in sources)
    assert set(COMPOSE["services"]) == {"web", "database", "redis", "nginx"}


def test_systemd_finds_the_unit_well_confined():
    need(shutil.which("systemd-analyze"), "systemd-analyze")
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", DEPLOY / "digits.service"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-500:]
