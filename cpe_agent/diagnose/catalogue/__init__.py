"""The faults this program can name: one file a rung, one literal a fault. ``ALL`` is in the order of the rungs.

A number is given once and for ever; the spoken code carries it. A fault that is retired keeps its number unused.
"""

from __future__ import annotations

from dataclasses import replace

from cpe_agent.diagnose.catalogue import (
    address,
    credentials,
    device,
    dial,
    dns,
    dns_here,
    gateway,
    home_line,
    internet,
    ipv6,
    line,
    link,
    loss,
    modem_segment,
    mtu,
    open_web,
    outside,
    site,
    tls,
    uplink_queue,
    wan_router,
    wan_session,
    web,
    wifi,
)
from cpe_agent.diagnose.catalogue.stated import STATED
from cpe_agent.diagnose.fault import Fault

_MEASURED: tuple[Fault, ...] = (
    *device.FAULTS,
    *link.FAULTS,
    *wifi.FAULTS,
    *address.FAULTS,
    *modem_segment.FAULTS,
    *gateway.FAULTS,
    *uplink_queue.FAULTS,
    *home_line.FAULTS,
    *line.FAULTS,
    *loss.FAULTS,
    *dial.FAULTS,
    *wan_session.FAULTS,
    *credentials.FAULTS,
    *wan_router.FAULTS,
    *internet.FAULTS,
    *ipv6.FAULTS,
    *open_web.FAULTS,
    *dns.FAULTS,
    *dns_here.FAULTS,
    *tls.FAULTS,
    *mtu.FAULTS,
    *web.FAULTS,
    *site.FAULTS,
    *outside.FAULTS,
)

ALL: tuple[Fault, ...] = tuple(replace(f, stated=STATED[f.code]) if f.code in STATED else f for f in _MEASURED)
BY_CODE: dict[str, Fault] = {f.code: f for f in ALL}
BY_NUMBER: dict[int, Fault] = {f.number: f for f in ALL}
