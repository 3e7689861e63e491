"""One question to the machine or the network a file. ``ALL`` lists every collector, by hand."""

from __future__ import annotations

from collectors import (
    addressing,
    clock,
    dhcp,
    dial,
    dns,
    gateway,
    interfaces,
    load,
    loss,
    neighbours,
    past,
    path,
    pppoe,
    protection,
    proxy_vpn,
    reach,
    router,
    system,
    traffic,
    web,
    wifi,
)
from cpe_agent.collector import Collector

ALL: tuple[Collector, ...] = (
    system.COLLECTOR,
    load.COLLECTOR,
    interfaces.COLLECTOR,
    traffic.COLLECTOR,
    wifi.COLLECTOR,
    addressing.COLLECTOR,
    neighbours.COLLECTOR,
    proxy_vpn.COLLECTOR,
    dial.COLLECTOR,
    protection.COLLECTOR,
    gateway.COLLECTOR,
    dhcp.COLLECTOR,
    pppoe.COLLECTOR,
    router.COLLECTOR,
    reach.COLLECTOR,
    loss.COLLECTOR,
    path.COLLECTOR,
    dns.COLLECTOR,
    web.COLLECTOR,
    clock.COLLECTOR,
    past.COLLECTOR,
)
