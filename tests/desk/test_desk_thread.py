"""The thread through the desk: it starts with one command, takes a report in, and shows the finding to who types the
code that the customer reads out."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cpe_agent.deliver.outbox import Outbox
from cpe_agent.deliver.upload import send_due
from cpe_agent.host import desk_link
from cpe_agent.profile import Desk as Profile
from cpe_agent.report import to_json
from tests.desk.conftest import Database
from tests.desk.serving import Serving, post
from tests.reports import recorded_reports


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    async def none() -> tuple[str, ...]:
        return ()

    monkeypatch.setattr(desk_link, "system_proxies", none)


def test_a_report_comes_in_and_its_code_opens_the_card(database: Database, tmp_path: Path) -> None:
    report = recorded_reports()["line-down"]
    with Serving(database.folder, database=database.url) as desk, desk.signed_in() as browser:
        before = post(browser, "/find", text=report.spoken_code)
        assert before.status_code == 303, "no report has come yet: the code alone opens a card"
        assert 'data-fault="access-no-sync"' in browser.get(before.headers["location"]).text

        box = Outbox(tmp_path / "outbox")
        box.put(to_json(report), report.id, report.started, desk="127.0.0.1")
        (sent,) = asyncio.run(send_due(box, Profile((desk.address,), (), None)))
        assert sent.state == "sent"

        opened = post(browser, "/find", text=report.id)
        assert opened.status_code == 303
        card = browser.get(opened.headers["location"])
        assert card.status_code == 200
        assert 'data-fault="access-no-sync"' in card.text
        assert "unverified" in card.text.lower()
        listed = browser.get("/reports")
        assert opened.headers["location"] in listed.text
    assert desk.stop() == "", "it ends without a word"


def test_what_was_taken_is_there_after_a_restart(database: Database, tmp_path: Path) -> None:
    report = recorded_reports()["cable-out"]
    with Serving(database.folder, database=database.url) as desk:
        box = Outbox(tmp_path / "outbox")
        box.put(to_json(report), report.id, report.started, desk="127.0.0.1")
        asyncio.run(send_due(box, Profile((desk.address,), (), None)))
        desk.process.kill()
    with Serving(database.folder, database=database.url) as desk, desk.signed_in() as browser:
        opened = post(browser, "/find", text=report.id)
        assert 'data-fault="lan-cable-unplugged"' in browser.get(opened.headers["location"]).text
