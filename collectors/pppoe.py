"""Does a concentrator of a provider answer on this wire? A call of our own, made only when the answer can matter.
Nothing is taken by it; behind a router it proves nothing, whatever comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_agent.collector import CannotMeasure, Collector, Outcome
from cpe_agent.facts import Addressing, Failure, Family, Interfaces, NicKind, Plan, Pppoe
from cpe_agent.gateways import physical_gateways

if TYPE_CHECKING:
    from cpe_agent.collector import Facts
    from cpe_agent.host import Host

_WAIT_S = 1.5  # three calls: at once, after 0.4 s and after 1 s; no longer than our question for an address


async def collect(host: Host, facts: Facts) -> Pppoe:
    interfaces, plan = facts[Interfaces], facts[Plan]
    routes = physical_gateways(facts[Addressing], interfaces)
    behind = any(r.family is Family.V4 for r in routes)
    if behind and not plan.deep:
        raise CannotMeasure(Outcome.SKIPPED, "a router is there")
    nic = next((n for n in interfaces.nics if n.name == interfaces.uplink), None)
    if nic is None or nic.kind is not NicKind.ETHERNET:
        raise CannotMeasure(Outcome.SKIPPED, "no cable leads to a modem")
    if nic.carrier is False or nic.admin_up is False:
        raise CannotMeasure(Outcome.SKIPPED, "the link is down")
    asked = await host.net.pppoe_discover(nic.name, listed=plan.concentrators, timeout_s=_WAIT_S)
    return Pppoe(
        nic=nic.name,
        calls_sent=asked.sent,
        concentrators=asked.concentrators,
        failure=None if asked.concentrators else Failure.GARBAGE if asked.unmatched else Failure.TIMED_OUT,
        behind_gateway=behind,
    )


COLLECTOR = Collector(collect, makes=Pppoe, needs=(Plan, Interfaces, Addressing), seconds=2.5)
