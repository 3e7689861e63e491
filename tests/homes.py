"""A healthy home as facts, and the patches that turn it into another one.

Cases and properties start from ``wired_home()``: a desktop on a cable, IPv4 and IPv6, a PPPoE router that speaks UPnP,
resolver on the router. A patch is a dotted path to a value; a record in a list is picked by its first field
(``interfaces.nics[eth0].carrier``), by number (``dns.servers[0].role``) or all of them (``reach.probes[*].answered``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from cpe_agent.codec import from_plain, hints, to_plain
from cpe_agent.collector import Facts, Outcome, Section
from cpe_agent.facts import (
    SECTIONS,
    Address,
    Addressing,
    Answers,
    CaptiveCheck,
    Clock,
    ClockSource,
    Connect,
    Dhcp,
    Dial,
    Dns,
    DnsAnswer,
    DnsServer,
    Echo,
    Failure,
    Family,
    Gateway,
    GatewayLook,
    Hop,
    HttpAnswer,
    Igd,
    IgdSample,
    Interfaces,
    Lease,
    Load,
    Loss,
    LossLeg,
    NatPmp,
    Neighbour,
    Neighbours,
    Nic,
    NicDelta,
    NicKind,
    Origin,
    Past,
    Path,
    PathMtu,
    PathTrace,
    Plan,
    Pppoe,
    Protection,
    ProxyVpn,
    Reach,
    ReachProbe,
    Resolver,
    Route,
    Router,
    System,
    TlsAnswer,
    TlsCheck,
    Traffic,
    Web,
    Wifi,
    section_name,
)

PC4, GW4, GW6 = "192.168.1.100", "192.168.1.1", "fe80::1"
NETWORKS = (
    ("Cloudflare", "1.1.1.1", "2606:4700:4700::1111"),
    ("Google", "8.8.8.8", "2001:4860:4860::8888"),
    ("Quad9", "9.9.9.9", "2620:fe::fe"),
)
NAMES = {section_name(s): s for s in SECTIONS}


def _echo(address: str, rtt: float, count: int = 40) -> Echo:
    return Echo(address, "icmp", count, count, rtt, rtt, rtt)


def _dns(server: str, role: str, **more: Any) -> DnsServer:
    known = DnsAnswer(server, "example.com", "known", "udp", "A", True, ("23.215.0.136",), None, None, 21.0)
    absent = DnsAnswer(server, "qzkvexample.com", "absent", "udp", "A", False, (), Failure.NXDOMAIN, None, 22.0)
    return DnsServer(server, role, answers=(known, absent), **more)


def _captive(family: Family, url: str, address: str, status: int) -> CaptiveCheck:
    return CaptiveCheck(family, HttpAnswer(url, address, status, body_as_expected=True, ms=45.0), expected=True)


def wired_home() -> dict[type, object]:
    """Every section but ``Dhcp`` and ``Pppoe`` (no need to ask: an address is there), as a healthy run measures it."""
    ipv6 = "2001:db8:1::100"
    probes = []
    for network, v4, v6 in NETWORKS:
        for family, address in ((Family.V4, v4), (Family.V6, v6)):
            probes += [ReachProbe(network, address, family, p, True, 20.5) for p in ("tcp", "udp", "icmp")]
    sample = IgdSample(
        0.2, "WANPPPConnection", "Connected", "ERROR_NONE", 86400, "198.18.7.9", "Up", "DSL", 100_000_000, 20_000_000
    )
    legs = []
    for family, gateway, far in ((Family.V4, GW4, "1.1.1.1"), (Family.V6, GW6, "2606:4700:4700::1111")):
        legs += [
            LossLeg("gateway", family, _echo(gateway, 0.4)),
            LossLeg("first-hop", family, _echo(far, 9.0)),
            LossLeg("far", family, _echo(far, 20.4)),
        ]
    tcp = tuple(Connect(GW4, p, p == 80, 0.5, None if p == 80 else Failure.REFUSED) for p in (53, 80, 443))
    hops = (Hop(1, GW4, 0.4, 1, 1), Hop(2, "100.64.0.1", 9.0, 1, 1), Hop(3, "1.1.1.1", 20.4, 1, 1, reached=True))
    sites = ("www.wikipedia.org", "www.cloudflare.com", "www.debian.org")
    return {
        Plan: Plan(),
        Answers: Answers(),
        System: System("linux", "Debian", "12", "2028-06-30", True, 7200.0, False, True),
        Load: Load(0.4, 12.0, 40.0, 1.5, 60),
        Interfaces: Interfaces(
            (Nic("eth0", NicKind.ETHERNET, 2, "3c:a6:2f/9f3a1c", True, True, 1000, "full", 1500, 0, 10**9, 10**8),),
            1,
            "eth0",
            True,
        ),
        Traffic: Traffic(0.4, (NicDelta("eth0", 4000, 3000, 40, 40, 0, 0, 2, 0),)),
        Wifi: Wifi(),
        Addressing: Addressing(
            (
                Address("eth0", Family.V4, PC4, 24, Origin.DHCP, "global", 3000),
                Address("eth0", Family.V6, ipv6, 64, Origin.RA, "global", 3000),
                Address("eth0", Family.V6, "fe80::100", 64, Origin.LINK_LOCAL, "link"),
            ),
            (
                Route("eth0", Family.V4, "0.0.0.0/0", GW4, 100, Origin.DHCP),
                Route("eth0", Family.V6, "::/0", GW6, 100, Origin.RA),
            ),
            (Resolver(GW4, "eth0", Origin.DHCP),),
            1,
            (Lease("eth0", PC4, GW4, GW4, 24, (GW4,), 600.0, 3000.0),),
            "running",
            "dhcp",
        ),
        Neighbours: Neighbours(
            (
                Neighbour("eth0", Family.V4, GW4, "3c:a6:2f/000001", "reachable"),
                Neighbour("eth0", Family.V4, "192.168.1.101", "3c:a6:2f/000002", "stale"),
            ),
            2,
            (GW4, GW6),
            1,
            ("192.168.1.101",),
            False,
        ),
        ProxyVpn: ProxyVpn(),
        Dial: Dial(),
        Clock: Clock((ClockSource("http", "connectivitycheck.gstatic.com", 0.2, 1.0),), 0.2, from_network=True),
        Gateway: Gateway(
            (
                GatewayLook(
                    GW4, Family.V4, "eth0", True, "reachable", "3c:a6:2f/000001", 1, _echo(GW4, 0.4, 1), tcp,
                    DnsAnswer(GW4, "example.com", "known", "udp", "A", True, ("23.215.0.136",), ms=1.0),
                ),
                GatewayLook(GW6, Family.V6, "eth0", True, "reachable", "3c:a6:2f/000001", 1, _echo(GW6, 0.4, 1)),
            )
        ),
        Router: Router(
            1,
            (Igd(GW4, True, "Example", "R1", (sample, sample, sample)),),
            (NatPmp("nat-pmp", True, 864000, "198.18.7.9", 0),),
            HttpAnswer(f"http://{GW4}/", GW4, 200, title="R1"),
            "Example",
        ),
        Reach: Reach(tuple(probes)),
        Loss: Loss(10.0, tuple(legs)),
        Path: Path(
            (PathTrace("1.1.1.1", Family.V4, "udp", hops),), (PathMtu("1.1.1.1", Family.V4, 1492, None, 1492, GW4),)
        ),
        Dns: Dns(
            (
                _dns(GW4, "configured", origin=Origin.DHCP, is_gateway=True),
                _dns("1.1.1.1", "public"),
                _dns("8.8.8.8", "public"),
            ),
            1,
            (),
            True,
            22.0,
        ),
        Web: Web(
            (
                _captive(Family.V4, "http://connectivitycheck.gstatic.com/generate_204", "142.250.1.94", 204),
                _captive(Family.V6, "http://connectivitycheck.gstatic.com/generate_204", "2a00:1450::5e", 204),
            ),
            tuple(
                TlsCheck(family, TlsAnswer(site, "23.215.0.1", True, True, "TLSv1.3", "Example CA", 60.0))
                for site in sites
                for family in (Family.V4, Family.V6)
            ),
            HttpAnswer("http://connectivitycheck.gstatic.com/generate_204", None, 204, body_as_expected=True, ms=70.0),
        ),
        Protection: Protection((), ("ufw",)),
        Past: Past(),
    }  # fmt: skip


def plain(home: Mapping[type, object]) -> dict[str, Any]:
    return {section_name(section): to_plain(content) for section, content in home.items()}


def patch(
    home: dict[str, Any],
    set: Mapping[str, Any] | None = None,  # noqa: A002  # the word of the case files
    unset: Iterable[str] = (),
    drop: Iterable[str] = (),
    add: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """``set`` values, ``unset`` to None, ``add`` a record (or a list of them) to a list, ``drop`` whole sections: the
    run found no reason to measure them (skipped). A section that is not there yet is made with its defaults. Raises
    KeyError for a path that leads nowhere."""
    changed = {re.split(r"[.\[]", path)[0] for path in (*(set or {}), *unset, *(add or {}))}
    for path, value in (set or {}).items():
        _put(home, path, value)
    for path in unset:
        _put(home, path, None)
    for path, value in (add or {}).items():
        for record in value if isinstance(value, list) else [value]:
            for holder, last in _find(home, path):
                holder[last] = [*holder[last], record]
    for name in drop:
        if name not in NAMES:
            raise KeyError(name)
        home[name] = None
    for name in changed:
        if home[name] is None:
            continue
        _no_strangers(NAMES[name], home[name], name)
        home[name] = to_plain(from_plain(NAMES[name], home[name], name))  # a later patch may name any field
    return home


def _put(home: dict[str, Any], path: str, value: Any) -> None:
    places = list(_find(home, path))
    if not places:
        raise KeyError(f"{path}: nothing there")
    for holder, last in places:
        if isinstance(holder, dict) and last not in holder:
            raise KeyError(f"{path}: no such field")
        holder[last] = value


def _find(home: dict[str, Any], path: str) -> list[tuple[Any, Any]]:
    steps: list[str] = re.findall(r"[^.\[\]]+|\[[^\]]*\]", path)
    section = steps[0]
    if home.get(section) is None:
        home[section] = to_plain(from_plain(NAMES[section], {}))
    places: list[tuple[Any, Any]] = [(home, section)]
    for step in steps[1:]:
        following: list[tuple[Any, Any]] = []
        for holder, last in places:
            value = holder[last]
            if not step.startswith("["):
                if value is None:
                    raise KeyError(f"{path}: {last} is empty, set it whole")
                following.append((value, step))
                continue
            key = step[1:-1]
            for i, record in enumerate(value):
                first = next(iter(record.values())) if isinstance(record, dict) else record
                if key == "*" or key == str(i) or key == str(first):
                    following.append((value, i))
                elif "=" in key and isinstance(record, dict):
                    wanted = dict(part.split("=", 1) for part in key.split(","))
                    if all(str(record.get(k)) == v for k, v in wanted.items()):
                        following.append((value, i))
        places = following
    return places


def facts_of(home: Mapping[str, Any], pending: frozenset[type] = frozenset()) -> Facts:
    """Plain sections to facts; None is a skipped one, a missing one is a hole. Raises ``Malformed`` for a wrong
    type; ``patch`` has refused unknown fields before."""
    sections: dict[type, Section] = {}
    for name, content in home.items():
        kind = NAMES[name]
        if content is None:
            sections[kind] = Section(Outcome.SKIPPED, 0.0, 0.0, None, "no need")
            continue
        sections[kind] = Section(Outcome.MEASURED, 0.0, 0.1, from_plain(kind, content, name))
    for unneeded in (Dhcp, Pppoe):
        if unneeded not in sections and unneeded not in pending:
            sections[unneeded] = Section(Outcome.SKIPPED, 0.0, 0.0, None, "an address is there")
    return Facts(sections, pending)


def _no_strangers(kind: Any, content: Any, path: str) -> None:
    for key, value in content.items():
        if key not in hints(kind):
            raise KeyError(f"{path}.{key}: no such field")
        inner = _records(kind)[key]
        for record in value if isinstance(value, list) else [value]:
            if isinstance(record, dict) and inner is not None:
                _no_strangers(inner, record, f"{path}.{key}")


@cache
def _records(kind: Any) -> dict[str, Any]:
    """Field -> the kind of record it holds, alone or in a list; None where it holds none."""
    return {key: next((k for k in _kinds(hint) if hasattr(k, "_fields")), None) for key, hint in hints(kind).items()}


def _kinds(hint: Any) -> list[Any]:
    from typing import get_args

    return [hint, *(k for part in get_args(hint) for k in _kinds(part))]
