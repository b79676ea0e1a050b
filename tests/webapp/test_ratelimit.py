import itertools
import json
import logging
from io import BytesIO
from ipaddress import ip_address

import pytest

from tests.drawing import SEVEN_PNG
from tests.processes import wait_until
from tests.servers import free_port, redis_server
from tests.webapp.pages import error, upload
from webapp import create_app
from webapp.config import ConfigError
from webapp.serving.ratelimit import VISITORS

RECOGNIZE = "/api/v1/recognize"


@pytest.fixture
def settings(settings):
    return settings | {"RATE_LIMIT": "3/minute"}


def ask(client, address="192.0.2.1"):
    return client.post(RECOGNIZE, data=SEVEN_PNG, environ_base={"REMOTE_ADDR": address})


def statuses(client, count, **options):
    return [ask(client, **options).status_code for _ in range(count)]


def test_there_is_no_limit_unless_one_is_set(settings):
    client = create_app(settings | {"RATE_LIMIT": ""}).test_client()
    assert statuses(client, 20) == [200] * 20


def test_above_the_limit_a_program_gets_a_problem_and_when_to_come_back(client):
    assert statuses(client, 3) == [200] * 3
    response = ask(client)
    assert response.status_code == 429
    assert response.mimetype == "application/problem+json"
    seconds = int(response.headers["Retry-After"])
    assert 1 <= seconds <= 60
    assert json.loads(response.data)["detail"] == (
        f"These are too many requests: 3 per 1 minute are answered. Try again in {seconds} seconds."
    )


def test_above_the_limit_a_person_gets_a_page(client):
    assert upload(client).status_code == 303
    assert [client.get("/history").status_code for _ in range(2)] == [200] * 2
    response = client.get("/history")
    assert response.status_code == 429
    assert response.headers["Retry-After"]
    assert "These are too many requests" in error(response)


def test_another_address_is_not_concerned(client):
    assert statuses(client, 4)[-1] == 429
    assert statuses(client, 1, address="192.0.2.2") == [200]


def test_a_network_of_ipv6_is_one_address(client):
    assert statuses(client, 2, address="2001:db8::1") + statuses(client, 2, address="2001:db8::2") == [200] * 3 + [429]
    assert statuses(client, 1, address="2001:db8:0:1::1") == [200]


@pytest.mark.parametrize(
    ("told", "others"),
    [
        (["192.0.2.1:1", "192.0.2.1:2", "192.0.2.1"], "192.0.2.2:1"),
        (["[2001:db8::1]:1", "[2001:db8::2]:2", "2001:db8::3"], "[2001:db8:0:1::1]:1"),
        (["unknown", "_hidden", "["], "192.0.2.1"),
    ],
)
def test_what_a_proxy_says_of_the_address_is_counted_whatever_it_is(settings, told, others):
    client = create_app(settings | {"PROXIES": 1}).test_client()
    codes = [
        client.post(RECOGNIZE, data=SEVEN_PNG, headers={"X-Forwarded-For": address}).status_code
        for address in (*told, told[0], others)
    ]
    assert codes == [200] * 3 + [429, 200]


def test_visitors_of_one_address_have_a_limit_each(app):
    for _ in range(3):
        visitor = app.test_client()
        upload(visitor)  # gives the cookie
        codes = [visitor.get("/history").status_code for _ in range(4)]
        assert codes[0] == 200
        assert codes[-1] == 429


def test_new_cookies_do_not_lift_the_limit_of_the_address(settings):
    app = create_app(settings | {"RATE_LIMIT": "3/minute"})
    codes = []
    for _ in range(3 * VISITORS):
        visitor = app.test_client()
        with visitor.session_transaction() as session:
            session["visitor"] = f"{len(codes):032}"
        codes += [visitor.get("/history").status_code for _ in range(2)]
    assert codes == [200] * 3 * VISITORS + [429] * 3 * VISITORS


def test_what_costs_nothing_is_free(client):
    upload(client)
    paths = ("/static/style.css", "/healthz", "/readyz", "/history/1/thumbnail.png", "/history/1/frames/0.png")
    for path in paths:
        assert [client.get(path).status_code for _ in range(10)] == [200] * 10
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    ("name", "value"),
    [("RATE_LIMIT", "lots"), ("RATE_LIMIT", "5"), ("RATE_LIMIT_STORAGE", "nowhere"), ("RATE_LIMIT_STORAGE", "x://y")],
)
def test_a_setting_that_cannot_be_used_is_named(settings, name, value):
    with pytest.raises(ConfigError, match=f"DIGITS_{name}={value}: "):
        create_app(settings | {name: value})


def test_redis_counts_for_several_processes(settings):
    with redis_server(free_port()) as url:
        first, second = (create_app(settings | {"RATE_LIMIT_STORAGE": url}).test_client() for _ in range(2))
        assert statuses(first, 2) + statuses(second, 2) == [200] * 3 + [429]


def test_reading_goes_on_without_redis_and_with_it_again(settings, caplog):
    port = free_port()
    with redis_server(port) as url:
        client = create_app(settings | {"RATE_LIMIT_STORAGE": url}).test_client()
        assert statuses(client, 4) == [200] * 3 + [429]
    with caplog.at_level(logging.INFO):
        assert statuses(client, 4) == [200] * 3 + [429]  # counted by this process, from the start
        assert "Rate limit storage unreachable" in caplog.text
        with redis_server(port):
            others = itertools.count(int(ip_address("198.18.0.0")))

            def does_recover() -> bool:
                assert ask(client, address=str(ip_address(next(others)))).status_code == 200
                return "Rate limit storage recovered" in caplog.text

            wait_until(does_recover)


def test_a_site_can_start_without_redis(settings):
    client = create_app(settings | {"RATE_LIMIT_STORAGE": f"redis://127.0.0.1:{free_port()}/0"}).test_client()
    assert statuses(client, 4) == [200] * 3 + [429]


@pytest.mark.parametrize(("pictures", "left"), [(1, 2), (2, 1), (5, 0)])
def test_pictures_sent_at_once_are_all_read_and_count_each(client, pictures, left):
    files = {"image": [(BytesIO(SEVEN_PNG), f"{number}.png") for number in range(pictures)]}
    answer = client.post(f"{RECOGNIZE}/batch", data=files, environ_base={"REMOTE_ADDR": "192.0.2.1"})
    lines = answer.text.splitlines()
    assert [json.loads(line)["text"] for line in lines] == ["7"] * pictures
    assert statuses(client, 3) == [200] * left + [429] * (3 - left)
