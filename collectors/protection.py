"""Which firewalls and protection programs are switched on here? It proves nothing: it says which one to think of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_agent.collector import Collector
from cpe_agent.facts import Protection

if TYPE_CHECKING:
    from cpe_agent.collector import Facts
    from cpe_agent.host import Host


async def collect(host: Host, _facts: Facts) -> Protection:
    return await host.local.protection()


COLLECTOR = Collector(collect, makes=Protection, seconds=2.0)
