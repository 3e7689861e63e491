"""The provider's own address server, heard where it should not be."""

from __future__ import annotations

from cpe_agent.diagnose.predicate import reading
from cpe_agent.diagnose.readings.address import address_kind
from cpe_agent.facts import Dhcp


@reading("dhcp.offers_from_outside", Dhcp)
def offers_from_outside(d: Dhcp) -> bool | None:
    """A server on the home network offered a public or carrier-grade NAT address: the provider's own is heard there."""
    if d.denied or not d.discovers_sent:
        return None
    return any(address_kind(o.address) in ("public", "cgnat") for o in d.offers if not o.nak)
