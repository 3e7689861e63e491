"""Which routers are on the way out, and how large a packet may be."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cpe_agent.collector import Collector
from cpe_agent.facts import Addressing, Gateway, Interfaces, Path, PathTrace, Plan
from cpe_agent.literals import family_of, first_of_each_family

if TYPE_CHECKING:
    from cpe_agent.collector import Facts
    from cpe_agent.host import Host

_MAX_TTL = 16
_ROUNDS_DEEP = 3
_WAIT_S = 0.7
_SIZES = (1280, 1400, 1472, 1492, 1500)  # IPv6's least; common tunnels; PPPoE; Ethernet


def _method(facts: Facts) -> str:
    """The host traces by ICMP, and by UDP where this user may not send that; the echoes of ``Gateway`` tell which."""
    gateways = facts[Gateway].gateways if facts.measured(Gateway) else ()
    echoes = [g.echo for g in gateways if g.echo is not None]
    return "udp" if echoes and all(e.denied for e in echoes) else "icmp"


async def _trace(host: Host, address: str, method: str, rounds: int) -> PathTrace:
    hops = await host.net.trace(address, max_ttl=_MAX_TTL, rounds=rounds, timeout_s=_WAIT_S + 0.05 * (rounds - 1))
    return PathTrace(address, family_of(address), method, hops)


async def collect(host: Host, facts: Facts) -> Path:
    plan, interfaces = facts[Plan], facts[Interfaces]
    targets = first_of_each_family(plan, facts[Addressing])
    largest = next((n.mtu for n in interfaces.nics if n.name == interfaces.uplink and n.mtu), _SIZES[-1])
    sizes = tuple(size for size in _SIZES if size <= largest)
    rounds = _ROUNDS_DEEP if plan.deep else 1
    method = _method(facts)
    traces, mtu = await asyncio.gather(
        asyncio.gather(*(_trace(host, target, method, rounds) for target in targets)),
        asyncio.gather(*(host.net.path_mtu(target, sizes=sizes, timeout_s=_WAIT_S) for target in targets)),
    )
    return Path(tuple(traces), tuple(mtu))


# After the gateway's first sign of life: routers ration their ICMP errors, and the few probes of ``Reach``, which went
# out before, need them more than a ladder of sixteen does.
COLLECTOR = Collector(collect, makes=Path, needs=(Plan, Addressing, Interfaces), after=(Gateway,), seconds=3.0)
