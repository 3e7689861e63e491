"""The network's door: every probe of ``Net``, each written in a file of its own. Imports happen at the first use of a
probe, because a run with the cable out must not pay for TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_agent.facts import Connect, DnsAnswer, Echo, Family, Hop, HttpAnswer, NatPmp, PathMtu, TlsAnswer
    from cpe_agent.host import (
        DhcpAsk,
        IgdDescription,
        PppoeAsk,
        RouterLogin,
        SoapAnswer,
        SsdpSearch,
        SystemLookup,
        TimeAnswer,
    )


class Probes:
    """``Net`` on a real network. See there and in the named files for what each probe tells."""

    def __init__(self, router_login: RouterLogin | None = None) -> None:
        self._router_login = router_login

    async def echo(
        self,
        address: str,
        *,
        count: int = 1,
        interval_s: float = 0.01,
        timeout_s: float = 1.0,
        nic: str | None = None,
    ) -> Echo:
        from cpe_agent.host import echo

        return await echo.echo(address, count=count, interval_s=interval_s, timeout_s=timeout_s, nic=nic)

    async def echo_dns(self, server: str, *, count: int = 1, interval_s: float = 0.01, timeout_s: float = 1.0) -> Echo:
        from cpe_agent.host import echo

        return await echo.echo_dns(server, count=count, interval_s=interval_s, timeout_s=timeout_s)

    async def echo_tcp(
        self, address: str, port: int, *, count: int = 1, interval_s: float = 0.01, timeout_s: float = 1.0
    ) -> Echo:
        from cpe_agent.host import echo

        return await echo.echo_tcp(address, port, count=count, interval_s=interval_s, timeout_s=timeout_s)

    async def hop_echo(
        self, address: str, ttl: int, *, count: int = 1, interval_s: float = 0.01, timeout_s: float = 1.0
    ) -> Echo:
        from cpe_agent.host import echo

        return await echo.hop_echo(address, ttl, count=count, interval_s=interval_s, timeout_s=timeout_s)

    async def connect(self, address: str, port: int, *, timeout_s: float, nic: str | None = None) -> Connect:
        from cpe_agent.host import tcp

        return await tcp.connect(address, port, timeout_s=timeout_s, nic=nic)

    async def dns(
        self,
        server: str,
        name: str,
        *,
        kind: str = "known",
        record: str = "A",
        transport: str = "udp",
        timeout_s: float = 1.5,
        resend_s: tuple[float, ...] = (0.6,),
        nic: str | None = None,
    ) -> DnsAnswer:
        from cpe_agent.host import dns_wire

        return await dns_wire.dns(
            server,
            name,
            kind=kind,
            record=record,
            transport=transport,
            timeout_s=timeout_s,
            resend_s=resend_s,
            nic=nic,
        )

    async def tls(
        self, host: str, *, address: str, port: int = 443, timeout_s: float = 2.5, nic: str | None = None
    ) -> TlsAnswer:
        from cpe_agent.host import tls

        return await tls.tls(host, address=address, port=port, timeout_s=timeout_s, nic=nic)

    async def http(
        self,
        url: str,
        *,
        address: str | None = None,
        proxy: str | None = None,
        expect_body: str | None = None,
        timeout_s: float = 2.5,
        max_bytes: int = 65536,
    ) -> HttpAnswer:
        from cpe_agent.host import http

        return await http.http(
            url, address=address, proxy=proxy, expect_body=expect_body, timeout_s=timeout_s, max_bytes=max_bytes
        )

    async def lookup(self, name: str, *, family: Family | None = None, timeout_s: float = 2.5) -> SystemLookup:
        from cpe_agent.host import lookup

        return await lookup.lookup(name, family=family, timeout_s=timeout_s)

    async def trace(
        self, address: str, *, max_ttl: int = 16, rounds: int = 1, timeout_s: float = 1.0
    ) -> tuple[Hop, ...]:
        from cpe_agent.host import trace

        return await trace.trace(address, max_ttl=max_ttl, rounds=rounds, timeout_s=timeout_s)

    async def path_mtu(self, address: str, *, sizes: tuple[int, ...], timeout_s: float = 1.0) -> PathMtu:
        from cpe_agent.host import path_mtu

        return await path_mtu.path_mtu(address, sizes=sizes, timeout_s=timeout_s)

    async def ssdp(self, gateway: str, *, timeout_s: float) -> SsdpSearch:
        from cpe_agent.host import ssdp

        return await ssdp.ssdp(gateway, timeout_s=timeout_s)

    async def igd_description(self, location: str, *, timeout_s: float) -> IgdDescription:
        from cpe_agent.host import igd

        return await igd.igd_description(location, timeout_s=timeout_s)

    async def igd_call(
        self, control_url: str, service_type: str, action: str, *, timeout_s: float, with_login: bool = False
    ) -> SoapAnswer:
        from cpe_agent.host import igd

        if with_login and self._router_login is not None:
            from cpe_agent.host import tr064

            return await tr064.call(control_url, service_type, action, login=self._router_login(), timeout_s=timeout_s)
        return await igd.igd_call(control_url, service_type, action, timeout_s=timeout_s)

    async def nat_pmp(self, gateway: str, *, timeout_s: float) -> NatPmp:
        from cpe_agent.host import nat_pmp

        return await nat_pmp.nat_pmp(gateway, timeout_s=timeout_s)

    async def pcp(self, gateway: str, *, timeout_s: float) -> NatPmp:
        from cpe_agent.host import nat_pmp

        return await nat_pmp.pcp(gateway, timeout_s=timeout_s)

    async def sntp(self, address: str, *, timeout_s: float) -> TimeAnswer:
        from cpe_agent.host import sntp

        return await sntp.sntp(address, timeout_s=timeout_s)

    async def dhcp_discover(self, nic: str, *, timeout_s: float) -> DhcpAsk:
        from cpe_agent.host import dhcp

        return await dhcp.dhcp_discover(nic, timeout_s=timeout_s)

    async def pppoe_discover(self, nic: str, *, listed: Sequence[str], timeout_s: float) -> PppoeAsk:
        from cpe_agent.host import pppoe_discovery

        return await pppoe_discovery.pppoe_discover(nic, listed=listed, timeout_s=timeout_s)

    async def arp_macs(self, nic: str, address: str, *, timeout_s: float) -> tuple[str, ...]:
        from cpe_agent.host import arp

        return await arp.arp_macs(nic, address, timeout_s=timeout_s)

    async def loopback_tcp(self, *, timeout_s: float = 0.5) -> Connect:
        from cpe_agent.host import tcp

        return await tcp.loopback_tcp(timeout_s=timeout_s)
