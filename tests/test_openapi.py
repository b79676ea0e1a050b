"""The running site, driven by what its OpenAPI description allows and does not allow."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.drawing import FOUR_PNG, SEVEN_PNG
from tests.serving import served
from tests.webapp.test_batch import zipped
from webapp.config import ROOT

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    unsupported_method,
]
PICTURES = st.sampled_from([SEVEN_PNG, FOUR_PNG, SEVEN_PNG[:300]]) | st.binary(max_size=1000)

schemathesis.openapi.media_type("image/*", PICTURES)
schemathesis.openapi.media_type("application/octet-stream", PICTURES)
schemathesis.openapi.media_type("application/zip", PICTURES | PICTURES.map(lambda data: zipped([("a.png", data)])))


schema = schemathesis.openapi.from_path(ROOT / "webapp" / "api" / "openapi.json")
operations = [found.ok() for found in schema.get_all_operations()]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with served(tmp_path_factory.mktemp("site") / "instance", WORKERS="1") as url:
        yield url


MODES = [  # without parameters there is nothing to get wrong
    (operation, mode)
    for operation in operations
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE or operation.method != "get"
]


@pytest.mark.parametrize(
    ("operation", "mode"), MODES, ids=[f"{operation.label} {mode.name}" for operation, mode in MODES]
)
def test_every_answer_is_described(site, operation, mode):
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=40, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
    def check(case):
        case.call_and_validate(base_url=site, checks=CHECKS)

    check()
