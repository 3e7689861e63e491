"""Does anybody hand out addresses here? Our own question, asked only when the answer can matter."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from cpe_agent.collector import CannotMeasure, Collector, Outcome
from cpe_agent.facts import Addressing, Dhcp, Family, Gateway, Interfaces, Plan
from cpe_agent.sign_of_life import alive

if TYPE_CHECKING:
    from cpe_agent.collector import Facts
    from cpe_agent.facts import GatewayLook
    from cpe_agent.host import Host

_WAIT_S = 1.5  # three questions: at once, after 0.5 s and after 1 s


def _usable(address: str) -> bool:
    parsed = ip_address(address)
    return not (parsed.is_link_local or parsed.is_loopback or parsed.is_unspecified)


def _serves(look: GatewayLook) -> bool:
    """It has a page or a name service, as home routers do; a computer that hands itself out as one has neither."""
    return any(c.ok for c in look.tcp) or (look.dns is not None and look.dns.ok)


async def collect(host: Host, facts: Facts) -> Dhcp:
    interfaces = facts[Interfaces]
    nic = next((n for n in interfaces.nics if n.name == interfaces.uplink), None)
    if nic is None:
        raise CannotMeasure(Outcome.SKIPPED, "no interface leads to a router")
    if nic.carrier is False or nic.admin_up is False:
        raise CannotMeasure(Outcome.SKIPPED, "the link is down")
    addressed = any(
        a.nic == nic.name and a.family is Family.V4 and _usable(a.address) for a in facts[Addressing].addresses
    )
    looks = facts[Gateway].gateways if facts.measured(Gateway) else ()
    dead = bool(looks) and not any(alive(look) for look in looks)
    mute = bool(looks) and not any(_serves(look) for look in looks)
    if addressed and not dead and not mute and not facts[Plan].deep:
        raise CannotMeasure(Outcome.SKIPPED, "an address is there")
    asked = await host.net.dhcp_discover(nic.name, timeout_s=_WAIT_S)
    return Dhcp(nic=nic.name, discovers_sent=asked.sent, offers=asked.offers)


COLLECTOR = Collector(collect, makes=Dhcp, needs=(Plan, Interfaces, Addressing), after=(Gateway,), seconds=2.5)
