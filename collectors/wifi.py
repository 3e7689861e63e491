"""The Wi-Fi adapters: radio, association, signal, and the networks around as the system last saw them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_agent.collector import Collector, Facts
from cpe_agent.facts import Interfaces, NicKind, Wifi

if TYPE_CHECKING:
    from cpe_agent.host import Host


async def collect(host: Host, facts: Facts) -> Wifi:
    if not any(nic.kind is NicKind.WIFI for nic in facts[Interfaces].nics):
        return Wifi()
    look = await host.local.wifi()
    return Wifi(links=look.links, scan=look.scan, scan_known=look.scan_known)


COLLECTOR = Collector(collect=collect, makes=Wifi, needs=(Interfaces,), seconds=4.0)
