"""Trains of echoes: ICMP, a DNS question or a TCP handshake, and with a small TTL to the router at that distance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_agent.facts import Echo, Failure
from cpe_agent.host.dns_train import DnsProber
from cpe_agent.host.icmp_error import local_failure
from cpe_agent.host.icmp_here import IcmpProber
from cpe_agent.host.prober import NotAllowedError
from cpe_agent.host.tcp_train import TcpProber
from cpe_agent.host.train import Train
from cpe_agent.host.udp import UdpProber

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_agent.host.prober import Prober, Reply

_MOST = 2000  # probes in one train, whatever was asked: a diagnosis is no load test
_FASTEST_S = 0.002


async def echo(address: str, *, count: int, interval_s: float, timeout_s: float, nic: str | None) -> Echo:
    """See ``Net.echo``."""
    return await _train(
        address,
        lambda hear: IcmpProber(address, hear, nic=nic),
        method="icmp",
        count=count,
        interval_s=interval_s,
        timeout_s=timeout_s,
    )


async def echo_dns(server: str, *, count: int, interval_s: float, timeout_s: float) -> Echo:
    """See ``Net.echo_dns``: a question for the root's name servers counts as an echo, whatever is answered."""
    return await _train(
        server,
        lambda hear: DnsProber(server, hear),
        method="dns",
        count=count,
        interval_s=interval_s,
        timeout_s=timeout_s,
    )


async def echo_tcp(address: str, port: int, *, count: int, interval_s: float, timeout_s: float) -> Echo:
    """See ``Net.echo_tcp``."""
    return await _train(
        address,
        lambda hear: TcpProber(address, port, hear),
        method="tcp",
        count=count,
        interval_s=interval_s,
        timeout_s=timeout_s,
    )


async def hop_echo(address: str, ttl: int, *, count: int, interval_s: float, timeout_s: float) -> Echo:
    """Probes that die at the ``ttl``-th router; its "time exceeded" is the answer. ``address`` of the result is that
    router when it answered. Many routers ration these answers: few probes tell who it is, many do not tell its loss.
    By ICMP, and by UDP (``method`` udp) where this user may not send ICMP."""
    kinds: tuple[type[IcmpProber] | type[UdpProber], ...] = (IcmpProber, UdpProber)
    for kind in kinds:
        answer = await _train(
            address,
            lambda hear, kind=kind: kind(address, hear),  # type: ignore[misc]
            method=kind.method,
            count=count,
            interval_s=interval_s,
            timeout_s=timeout_s,
            ttl=ttl,
        )
        if not answer.denied:
            break
    return answer


async def _train(
    address: str,
    make: Callable[[Callable[[Reply], None]], Prober],
    *,
    method: str,
    count: int,
    interval_s: float,
    timeout_s: float,
    ttl: int | None = None,
) -> Echo:
    train = Train(max(0, min(count, _MOST)))
    router: list[str] = []

    def hear(reply: Reply) -> None:
        if reply.failure is None or (ttl is not None and reply.failure is Failure.TTL_EXCEEDED):
            train.answer(reply.probe, reply.at_ns)
            if ttl is not None and reply.sender is not None:
                router.append(reply.sender)
        else:
            train.error(reply.failure, reply.sender)

    try:
        prober = make(hear)
    except NotAllowedError:
        return Echo(address, method, denied=True)
    except ValueError:
        return Echo(address, method, failure=Failure.ADDRESS_UNUSABLE)
    except OSError as error:
        return Echo(address, method, failure=local_failure(error))
    try:
        await train.run(
            lambda index: prober.send(index, ttl=ttl), interval_s=max(_FASTEST_S, interval_s), timeout_s=timeout_s
        )
    finally:
        prober.close()
    return train.echo(router[0] if router else address, method)
