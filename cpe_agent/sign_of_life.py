"""Did a gateway give any sign of life? Measured facts only; what it means is the catalogue's."""

from __future__ import annotations

from cpe_agent.facts import Connect, DnsAnswer, Echo, Failure, GatewayLook

_SILENCE = (
    Failure.TIMED_OUT,
    Failure.HOST_UNREACHABLE,
    Failure.NET_UNREACHABLE,
    Failure.NO_ROUTE,
    Failure.NOT_PERMITTED,
    Failure.ADDRESS_UNUSABLE,
)


def lives(answer: Echo | Connect | DnsAnswer, gateway: str) -> bool:
    """An echo, any TCP answer (a reset too), any word of its DNS, an ICMP error that it sent itself."""
    if isinstance(answer, Echo):
        return answer.received > 0
    if isinstance(answer, Connect):
        return answer.ok or answer.failure in (Failure.REFUSED, Failure.RESET) or answer.failure_from == gateway
    return answer.ok or answer.failure not in (None, *_SILENCE) or answer.failure_from == gateway


def alive(look: GatewayLook) -> bool:
    """Any of these, or a fresh neighbour entry: there are routers that answer nothing but ARP, and forward."""
    answers = [a for a in (look.echo, *look.tcp, look.dns) if a is not None]
    return look.neighbour_state == "reachable" or any(lives(a, look.address) for a in answers)
