"""What can be checked of the files in deploy/ without the programs that they are for."""

import re
import shutil
import subprocess

import yaml
from limits import parse_many

from tests.conftest import need
from tests.deploy.conftest import DEPLOY
from webapp.config import ROOT, SETTINGS

UNIT = (DEPLOY / "digits.service").read_text()
CONTAINER = (DEPLOY / "Containerfile").read_text()
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def test_they_name_settings_that_there_are():
    known = {f"DIGITS_{setting.name}" for setting in SETTINGS}
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
