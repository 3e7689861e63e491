"""The faults this program can name: one file a rung, one literal a fault. ``ALL`` is in the order of the rungs.

A number is given once and for ever; the spoken code carries it. A fault that is retired keeps its number unused.
"""

from __future__ import annotations

from cpe_agent.diagnose.catalogue import (
    address,
    dns,
    dns_here,
    gateway,
    home_line,
    internet,
    ipv6,
    line,
    link,
    loss,
    mtu,
    open_web,
    site,
    wan_router,
    wan_session,
    web,
)
from cpe_agent.diagnose.fault import Fault

ALL: tuple[Fault, ...] = (
    *link.FAULTS,
    *address.FAULTS,
    *gateway.FAULTS,
    *home_line.FAULTS,
    *line.FAULTS,
    *loss.FAULTS,
    *wan_session.FAULTS,
    *wan_router.FAULTS,
    *internet.FAULTS,
    *ipv6.FAULTS,
    *open_web.FAULTS,
    *dns.FAULTS,
    *dns_here.FAULTS,
    *mtu.FAULTS,
    *web.FAULTS,
    *site.FAULTS,
)

BY_CODE: dict[str, Fault] = {f.code: f for f in ALL}
BY_NUMBER: dict[int, Fault] = {f.number: f for f in ALL}
