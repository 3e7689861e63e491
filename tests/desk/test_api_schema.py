"""What /schema says, and requests made of it, thousands of ways to be wrong, at the real desk on a port."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS

from cpe_agent.desk.api.schema import document
from cpe_agent.desk.people import tokens
from cpe_agent.report_schema import report_schema
from tests.desk.conftest import Database
from tests.desk.people_home import Served, home_on, served


def light() -> dict[str, Any]:
    """A report has four hundred fields, and each would be made wrong by itself; the tests of ``ingest`` do that."""
    found = document()
    found["components"]["schemas"]["Report"] = {"type": "object"}
    return found


SCHEMA = schemathesis.openapi.from_dict(light())
SAID = CHECKS.get_by_names(
    ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
     "response_headers_conformance", "ignored_auth"]
)  # fmt: skip
RAW = ("uploadReport", "tellProgress", "readWishes", "handOverPictures", "readReceipt")


class Asked:
    def __init__(self, server: Served, word: str) -> None:
        self.server, self.word = server, word
        self.session = requests.Session()
        self.session.trust_env = False


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    with home_on(Database(tmp_path_factory.mktemp("schema"), None)) as home, served(home) as server:
        with home.records.write() as connection:
            _, word = tokens.add(connection, home.now, home.one, "ticket system")
        asked = Asked(server, word)
        yield asked
        asked.session.close()


@SCHEMA.parametrize()
@settings(max_examples=12, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_sent_the_answer_is_as_the_schema_says(case: Any, desk: Asked) -> None:
    headers = {"Accept": "application/json"}
    checks = SAID
    if case.operation.definition.raw.get("security", [{}]) == [{"apiToken": []}]:
        headers["Authorization"] = f"Bearer {desk.word}"
    else:
        checks = [check for check in SAID if check.__name__ != "ignored_auth"]
    case.call_and_validate(base_url=desk.server.url, session=desk.session, headers=headers, checks=checks)


def test_every_operation_has_an_id_a_summary_and_answers() -> None:
    seen = set()
    for path, item in document()["paths"].items():
        for method, operation in item.items():
            assert operation["operationId"] not in seen
            seen.add(operation["operationId"])
            assert operation.get("summary") or operation.get("description"), (path, method)
            assert min(operation["responses"]) < "300"
    assert {"uploadReport", "readReport", "askMenu", "readCard", "openCase"} <= seen


def test_pages_are_not_in_it() -> None:
    paths = document()["paths"]
    assert not [path for path in paths if path.startswith(("/people", "/cases", "/login", "/reports"))]
    assert paths["/q"].keys() == {"post"}


def test_a_report_in_it_is_what_docs_say() -> None:
    schemas = document()["components"]["schemas"]
    root = report_schema()
    assert schemas["Report"]["title"] == root["title"]
    assert schemas["ReportReport"]["properties"].keys() == root["$defs"]["Report"]["properties"].keys()
    assert "#/$defs/" not in json.dumps(schemas)


def test_it_is_served_to_anybody(desk: Asked) -> None:
    answer = httpx.get(f"{desk.server.url}/schema", headers={"Accept": "text/html"}, trust_env=False)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/vnd.oai.openapi+json"
    assert answer.json()["openapi"].startswith("3.1")
