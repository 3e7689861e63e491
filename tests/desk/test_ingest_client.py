"""The customer's program against the real desk: outbox, upload, live, on loopback."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cpe_agent import canonical
from cpe_agent.deliver.outbox import Kept, Outbox
from cpe_agent.deliver.upload import send_due
from cpe_agent.host import desk_link
from cpe_agent.profile import Desk as Profile
from cpe_agent.report import to_json
from tests.desk.loopback import TICKET, RealDesk
from tests.test_report import report_of


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    async def none() -> tuple[str, ...]:
        return ()

    monkeypatch.setattr(desk_link, "system_proxies", none)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[RealDesk]:
    with RealDesk(tmp_path / "desk") as running:
        yield running


@pytest.mark.parametrize("ticket", [TICKET, None, "cpet_unknown"])
def test_a_report_goes_from_the_outbox_to_the_disk(desk: RealDesk, tmp_path: Path, ticket: str | None) -> None:
    report = report_of()
    raw = to_json(report)
    box = Outbox(tmp_path / "outbox")
    box.put(raw, report.id, report.started, desk="127.0.0.1")
    (sent,) = asyncio.run(send_due(box, Profile((desk.url,), (), ticket)))
    assert (sent.state, sent.reason) == ("sent", None)
    row = desk.parts.archive.by_id(1, bytes.fromhex(report.id.replace("-", "")))
    assert row is not None
    assert (row.ticket is not None) == (ticket == TICKET)
    assert gzip.decompress(desk.parts.body_of(report.id)) == raw


def test_what_the_desk_refuses_is_kept_as_refused_and_what_it_puts_off_waits(desk: RealDesk, tmp_path: Path) -> None:
    def sent(raw: bytes) -> Kept:
        box = Outbox(tmp_path / f"outbox{len(list(tmp_path.iterdir()))}")
        box.put(raw, report.id, report.started, desk="127.0.0.1")
        (entry,) = asyncio.run(send_due(box, Profile((desk.url,))))
        return entry

    report = report_of()
    raw = to_json(report)
    desk.parts.room = False
    began = time.time()
    later = sent(raw)
    assert (later.state, later.reason) == ("kept", "503")
    assert later.next_try is not None
    assert later.next_try >= began + 60, "as Retry-After says"
    desk.parts.room = True
    first = sent(raw)
    assert first.state == "sent"
    assert sent(raw).locator == first.locator
    other = sent(canonical.dumps(json.loads(raw) | {"seconds": 99}))
    assert (other.state, other.reason) == ("refused", "409: another report has this id")
