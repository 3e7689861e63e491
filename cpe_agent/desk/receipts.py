"""What a receipt's code says: for anybody, and therefore little (docs/receipt.md, docs/protocol.md)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from cpe_agent.deliver.receipt import cleared, read_receipt_code
from cpe_agent.desk.judging import judged, number_of
from cpe_agent.report import BadReport, from_json

if TYPE_CHECKING:
    from cpe_agent.desk.desk import Desk


class Receipt(NamedTuple):
    """``code``: in its written form. ``started``: RFC 3339 in UTC. ``verdict``, ``fault``, ``owner`` and ``cleared``:
    the desk's own judgement over the stored report; a cut one holds nothing to judge, and clears nobody. ``verified``:
    it came with a ticket."""

    code: str
    started: str
    verdict: str
    fault: str | None
    owner: str | None
    cleared: bool
    verified: bool


def receipt(desk: Desk, text: str) -> Receipt | None:
    """None for what is unknown, erased, unreadable, or no code: nobody learns which. May wait for the disk."""
    code = read_receipt_code(text[:64])
    row = desk.archive.with_receipt(-1 if code is None else number_of(code))
    raw = None if row is None else desk.content(row)
    if code is None or row is None or raw is None:
        return None
    try:
        report = from_json(raw)
        diagnosis = judged(report)
    except BadReport:
        return None
    return Receipt(
        code=code,
        started=report.started,
        verdict=diagnosis.verdict,
        fault=diagnosis.fault,
        owner=diagnosis.owner,
        cleared=report.cut_of is None and cleared(replace(report, diagnosis=diagnosis)),
        verified=row.ticket is not None,
    )
