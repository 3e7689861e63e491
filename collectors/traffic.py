"""What each interface counted between two looks: errors that grow, storms, a signal that comes and goes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cpe_agent.collector import Collector, Facts
from cpe_agent.facts import Interfaces, NicDelta, Traffic

if TYPE_CHECKING:
    from cpe_agent.facts import Nic
    from cpe_agent.host import Host

# Long enough to tell a storm (thousands of packets a second) from a home, short enough not to be waited for.
INTERVAL_S = 0.4


def grown(before: int | None, after: int | None) -> int | None:
    """None when either look has no count, or the counter fell (the interface was made anew)."""
    return after - before if before is not None and after is not None and after >= before else None


def delta(before: Nic, after: Nic) -> NicDelta:
    return NicDelta(
        name=after.name,
        rx_bytes=grown(before.rx_bytes, after.rx_bytes),
        tx_bytes=grown(before.tx_bytes, after.tx_bytes),
        rx_packets=grown(before.rx_packets, after.rx_packets),
        tx_packets=grown(before.tx_packets, after.tx_packets),
        rx_errors=grown(before.rx_errors, after.rx_errors),
        rx_crc_errors=grown(before.rx_crc_errors, after.rx_crc_errors),
        multicast=grown(before.multicast, after.multicast),
        carrier_changes=grown(before.carrier_changes, after.carrier_changes),
    )


async def collect(host: Host, _facts: Facts) -> Traffic:
    loop = asyncio.get_running_loop()
    first = await host.local.nics()
    began = loop.time()
    await asyncio.sleep(INTERVAL_S)
    second = await host.local.nics()
    seconds = loop.time() - began
    known = {(nic.name, nic.if_index): nic for nic in first.nics}
    pairs = [(known.get((nic.name, nic.if_index)), nic) for nic in second.nics]
    return Traffic(round(seconds, 3), tuple(delta(before, nic) for before, nic in pairs if before is not None))


COLLECTOR = Collector(collect=collect, makes=Traffic, after=(Interfaces,), seconds=3.0)
