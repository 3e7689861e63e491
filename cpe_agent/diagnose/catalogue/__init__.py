"""The faults this program can name: one file a rung, one literal a fault. ``ALL`` is in the order of the rungs.

A number is given once and for ever; the spoken code carries it. A fault that is retired keeps its number unused.
"""

from __future__ import annotations

from cpe_agent.diagnose.catalogue import (
    address,
    device,
    dial,
    dns,
    gateway,
    internet,
    line,
    link,
    open_web,
    outside,
    tls,
    uplink_queue,
    wan_session,
    web,
    wifi,
)
from cpe_agent.diagnose.fault import Fault

ALL: tuple[Fault, ...] = (
    *device.FAULTS,
    *link.FAULTS,
    *wifi.FAULTS,
    *address.FAULTS,
    *gateway.FAULTS,
    *uplink_queue.FAULTS,
    *line.FAULTS,
    *dial.FAULTS,
    *wan_session.FAULTS,
    *internet.FAULTS,
    *open_web.FAULTS,
    *dns.FAULTS,
    *tls.FAULTS,
    *web.FAULTS,
    *outside.FAULTS,
)

BY_CODE: dict[str, Fault] = {f.code: f for f in ALL}
BY_NUMBER: dict[int, Fault] = {f.number: f for f in ALL}
