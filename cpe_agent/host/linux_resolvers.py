"""The resolvers a Linux system really asks: through systemd-resolved's or NetworkManager's local forwarder to what is
behind it, with the origin of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_agent.facts import Origin, Resolver
from cpe_agent.host import ResolverList
from cpe_agent.host.bounded_file import files_in, read_text
from cpe_agent.host.linux_origin import of_resolver
from cpe_agent.host.linux_settings import encryption, resolved_texts
from cpe_agent.host.parse_linux import ResolvConf, assignments, ip_text, lines_of, resolv_conf

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from cpe_agent.facts import Lease
    from cpe_agent.host.linux_settings import Settings
    from cpe_agent.host.program import Ran

    Run = Callable[..., Ran | None]

MAX_RESOLVERS = 16
STUBS = {"127.0.0.53", "127.0.0.54"}

# The last part of resolvconf's file names is the program that said it.
_SAID_BY = {
    "dhcp": Origin.DHCP, "dhclient": Origin.DHCP, "udhcpc": Origin.DHCP, "dhcp6": Origin.DHCP, "dhcpcd": Origin.DHCP,
    "ra": Origin.RA, "rdnssd": Origin.RA, "pppd": Origin.PPP, "ppp": Origin.PPP, "openvpn": Origin.TUNNEL,
}  # fmt: skip


def resolvectl_servers(text: str) -> list[tuple[str | None, str]]:
    """``resolvectl dns``: ``Link 2 (eth0): 192.0.2.1 2001:db8::1`` -> (nic or None, server)."""
    found: list[tuple[str | None, str]] = []
    for line in lines_of(text, 256):
        head, colon, rest = line.partition("): ") if line.startswith("Link ") else line.partition(": ")
        if colon:
            nic = head.partition("(")[2] or None
            found += [(nic, address) for word in rest.split() if (address := ip_text(word.partition("#")[0]))]
    return found


def _ties(root: Path, names: Mapping[int, str], tunnels: frozenset[str]) -> tuple[dict[str, str], dict[str, Origin]]:
    """(server -> nic, server -> origin) out of the state that resolved, networkd and resolvconf keep in /run."""
    nics: dict[str, str] = {}
    origins: dict[str, Origin] = {}
    for index, nic in names.items():
        for folder, key in (("run/systemd/resolve/netif", "SERVERS"), ("run/systemd/netif/links", "DNS")):
            values = assignments(read_text(root / folder / str(index)) or "")
            for word in values.get(key, "").split()[:MAX_RESOLVERS]:
                address = ip_text(word.partition("#")[0])
                if address is not None:
                    nics.setdefault(address, nic)
                    if nic in tunnels:
                        origins[address] = Origin.TUNNEL
    folders = (root / "run/resolvconf/interface", root / "run/resolvconf/interfaces", root / "run/resolvconf/keys")
    for path in [path for folder in folders for path in files_in(folder)]:
        nic, _, program = path.name.rpartition(".")
        for address in resolv_conf(read_text(path) or "").servers:
            if nic in names.values():
                nics.setdefault(address, nic)
            said = Origin.TUNNEL if nic in tunnels else _SAID_BY.get(program)
            if said is not None:
                origins.setdefault(address, said)
    for path in (root / "etc/ppp/resolv.conf", root / "run/ppp/resolv.conf"):
        for address in resolv_conf(read_text(path) or "").servers:
            origins.setdefault(address, Origin.PPP)
    return nics, origins


def _by_heading(conf: ResolvConf) -> Origin | None:
    """dhcpcd names its sources in the heading; with several kinds it does not say which server is whose."""
    said = {_SAID_BY.get(word.rpartition(".")[2]) for word in conf.origins}
    return said.pop() if len(said) == 1 else None


def _behind(root: Path, conf: ResolvConf, run: Run) -> tuple[ResolvConf, bool]:
    """(the servers behind a local forwarder, is systemd-resolved the one that asks them?)"""
    if conf.servers and all(address in STUBS for address in conf.servers):
        text = read_text(root / "run/systemd/resolve/resolv.conf")
        if text is not None:
            return resolv_conf(text), True
        asked = run("resolvectl", "--no-pager", "dns")
        if asked is not None and asked.status == 0:
            servers = tuple(dict.fromkeys(address for _, address in resolvectl_servers(asked.text)))
            return ResolvConf(servers[:MAX_RESOLVERS], len(servers), ()), True
    elif conf.servers and all(address.startswith("127.") or address == "::1" for address in conf.servers):
        text = read_text(root / "run/NetworkManager/no-stub-resolv.conf")
        behind = resolv_conf(text) if text is not None else None
        if behind is not None and behind.servers:
            return behind, False
    return conf, False


def read_resolvers(
    root: Path,
    names: Mapping[int, str],
    tunnels: frozenset[str],
    leases: Sequence[Lease],
    settings: Settings,
    run: Run,
) -> ResolverList:
    conf, by_resolved = _behind(root, resolv_conf(read_text(root / "etc/resolv.conf") or ""), run)
    # The shipped default of resolved differs by distribution; without a written word it is unknown.
    written = encryption(resolved_texts(root)) if by_resolved else None
    nics, dynamic = _ties(root, names, tunnels)
    heading = _by_heading(conf)
    if heading is not None:
        dynamic = dict.fromkeys(conf.servers, heading) | dynamic
    found = []
    for address in conf.servers:
        origin, nic = of_resolver(address, leases, settings, dynamic)
        local = address.startswith("127.") or address == "::1"
        # The C library's own resolver never encrypts; what a local forwarder does beyond itself cannot be seen here.
        encrypted = written if by_resolved else (None if local else "off")
        zone = address.partition("%")[2]
        found.append(Resolver(address, nic or nics.get(address) or zone or None, origin, encrypted))
    return ResolverList(tuple(found), conf.total)
