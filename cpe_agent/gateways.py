"""The routers on the ways out of this computer, as collectors ask them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_agent.facts import Family, NicKind

if TYPE_CHECKING:
    from cpe_agent.facts import Addressing, Interfaces, Route

_MOST = 4  # gateways looked at
_NOT_PHYSICAL = (NicKind.TUNNEL, NicKind.PPP, NicKind.LOOPBACK, NicKind.VIRTUAL)


def physical_gateways(addressing: Addressing, interfaces: Interfaces) -> list[Route]:
    """Default routes with a gateway on a physical interface, best first, one a gateway."""
    unphysical = {nic.name for nic in interfaces.nics if nic.kind in _NOT_PHYSICAL}
    routes = [r for r in addressing.routes if r.gateway is not None and r.nic not in unphysical]
    routes.sort(key=lambda r: (r.family is Family.V6, r.metric))
    return list({(r.gateway, r.nic): r for r in reversed(routes)}.values())[::-1][:_MOST]
