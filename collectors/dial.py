"""Connections that this computer itself dials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_agent.collector import Collector, Facts
from cpe_agent.facts import Dial

if TYPE_CHECKING:
    from cpe_agent.host import Host


async def collect(host: Host, _facts: Facts) -> Dial:
    return Dial(await host.local.dial_entries())


COLLECTOR = Collector(collect=collect, makes=Dial, seconds=3.0)
