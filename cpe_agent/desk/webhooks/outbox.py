"""What is to be told, written down in the transaction of what happened: both are on the disk or neither. Whoever sends
it may die in between, so a receiver may hear a thing twice, by the same id, and never not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from cpe_agent.desk.records.tables import delivery, webhook
from cpe_agent.steps import when

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Event(StrEnum):
    REPORT_STORED = "report.stored"
    CASE_OPENED = "case.opened"
    CASE_CLOSED = "case.closed"
    OUTCOME_ENTERED = "outcome.entered"
    CONTRADICTION = "contradiction"  # a conclusion against the evidence


EVENTS = tuple(Event)


def announce(connection: Connection, tenant: int, at: float, event: Event, data: Mapping[str, Any]) -> None:
    """One delivery for each of the tenant's hooks that wants this. ``data``: JSON values, and nothing personal."""
    query = select(webhook.c.id, webhook.c.events).where(webhook.c.tenant == tenant, webhook.c.disabled.is_(None))
    wanted = [row.id for row in connection.execute(query) if event in row.events.split()]
    if wanted:
        body = json.dumps({"type": event, "timestamp": when(at), "data": data}, separators=(",", ":"))
        row = {"event": event, "body": body, "created": at, "due": at, "tries": 0}
        connection.execute(insert(delivery), [{"webhook": hook, **row} for hook in wanted])
