"""Rows of the desk as the bodies that programs get."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from cpe_agent.desk.api.bodies import CaseLine, HitFound, ReportLine, Reports, SpokenSays
from cpe_agent.desk.api.problem import NotTaken
from cpe_agent.diagnose.catalogue import BY_NUMBER

if TYPE_CHECKING:
    from cpe_agent.deliver.spoken_code import Spoken
    from cpe_agent.desk.archive import Page, Row
    from cpe_agent.desk.desk import Desk
    from cpe_agent.desk.finding.found import CaseFound, Hit


def report_line(desk: Desk, row: Row) -> ReportLine:
    judged = row.judged
    said = () if judged is None else ("verdict", "fault", "owner", "acts", "grade", "suspect")
    return ReportLine(
        code=desk.locator.code(row.seq),
        id=str(UUID(bytes=row.id)),
        received=row.received,
        verified=not row.quarantined,
        case=row.case,
        customer=row.customer,
        **{name: getattr(judged, name) for name in said},
    )


def reports(desk: Desk, page: Page) -> Reports:
    older = None if page.older is None else desk.locator.code(page.older)
    return Reports(reports=[report_line(desk, row) for row in page.rows], older=older)


def place(desk: Desk, before: str | None) -> int | None:
    """Of the code that a list goes on before. Raises NotTaken."""
    seq = None if before is None else desk.locator.seq(before)
    if before is not None and seq is None:
        raise NotTaken(400, "this is no code of a report", "before")
    return seq


def case_line(case: CaseFound) -> CaseLine:
    return CaseLine(
        code=case.code, name=case.name or "", customer=case.customer, opened=case.opened, closed=case.closed
    )


def hit(desk: Desk, found: Hit) -> HitFound:
    return HitFound(
        what=found.what,
        read=found.read,
        corrected=found.corrected,
        report=None if found.row is None else report_line(desk, found.row),
        case=None if found.case is None else case_line(found.case),
        customer=None if found.customer is None else found.customer.id,
        spoken=None if found.spoken is None else spoken(found.spoken),
        may_be=[report_line(desk, row) for row in found.may_be],
    )


def spoken(said: Spoken) -> SpokenSays:
    fault = BY_NUMBER.get(said.fault_number)
    return SpokenSays(
        verdict=said.verdict,
        fault=None if fault is None else fault.code,
        grade=said.grade,
        segments=dict(said.segments),
        age_minutes=said.age_minutes,
    )
