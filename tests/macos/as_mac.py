"""The program as it would run on a Mac, in a home of the lab: ``python -m tests.macos.as_mac run --json``.

The Mac's part of the host, over programs that tell what this computer is really like in a Mac's words, and over sockets
that hand over what a Mac's do: no error queue, the IP header in front, every router's error among the answers, no
packet sockets. What stays Linux is the kernel below: the numbers of a Mac's socket options are not tried by it.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from cpe_agent.collector import CannotMeasure, Outcome
from cpe_agent.facts import Origin
from cpe_agent.host import ResolverList, icmp_error
from cpe_agent.host.program import Ran
from tests.macos import samples

WAITS = "--waits-for-a-yes"  # to the question for the home network


def like_a_mac_s_sockets() -> None:
    icmp_error.HAS_QUEUE = False  # before the modules that take it over are loaded
    from cpe_agent.host import arp, dhcp, icmp, lookup, packet, pppoe_discovery

    def raw(family: socket.AddressFamily) -> tuple[socket.socket, bool]:
        protocol = socket.IPPROTO_ICMPV6 if family == socket.AF_INET6 else socket.IPPROTO_ICMP
        return socket.socket(family, socket.SOCK_RAW, protocol), False

    def none(*_args: Any, **_more: Any) -> Any:
        raise CannotMeasure(Outcome.UNSUPPORTED, "this system has no packet sockets")

    icmp._open = raw
    lookup._FAILURES = {}
    for module in (packet, arp, dhcp, pppoe_discovery):
        module.open_packet = none  # type: ignore[attr-defined]


def told_by_ip(*words: str) -> list[dict[str, Any]]:
    text = subprocess.run(["ip", "-j", *words], capture_output=True, text=True, check=True).stdout
    found: list[dict[str, Any]] = json.loads(text or "[]")
    return found


def ifconfig() -> str:
    lines = []
    for link in told_by_ip("addr", "show"):
        flags = link["flags"]
        kept = ",".join(word for word in ("UP", "LOOPBACK", "BROADCAST", "MULTICAST") if word in flags)
        lines.append(f"{link['ifname']}: flags=8863<{kept}> mtu {link['mtu']} index {link['ifindex']}")
        if link.get("link_type") == "ether":
            lines.append(f"\tether {link['address']}")
        for one in link["addr_info"]:
            if one["family"] == "inet":
                mask = (0xFFFFFFFF << 32 - one["prefixlen"]) & 0xFFFFFFFF
                lines.append(f"\tinet {one['local']} netmask 0x{mask:08x}")
            else:
                zone = f"%{link['ifname']}" if one["scope"] == "link" else ""
                words = " autoconf" if one.get("dynamic") else ""
                words += " tentative" if one.get("tentative") else ""
                lines.append(f"\tinet6 {one['local']}{zone} prefixlen {one['prefixlen']}{words}")
        if "LOOPBACK" not in flags:
            lines += ["\tmedia: autoselect (1000baseT <full-duplex>)"]
            lines += [f"\tstatus: {'active' if 'LOWER_UP' in flags else 'inactive'}"]
    return "\n".join([*lines, ""])


def netstat_i() -> str:
    lines = ["Name       Mtu   Network       Address            Ipkts Ierrs     Ibytes    Opkts Oerrs     Obytes  Coll"]
    for link in told_by_ip("-s", "link", "show"):
        rx, tx = link["stats64"]["rx"], link["stats64"]["tx"]
        counted = (rx["packets"], rx["errors"], rx["bytes"], tx["packets"], tx["errors"], tx["bytes"], 0)
        lines.append(f"{link['ifname']} {link['mtu']} <Link#{link['ifindex']}> {' '.join(map(str, counted))}")
    return "\n".join([*lines, ""])


def netstat_r() -> str:
    lines = ["Routing tables", ""]
    for family, heading in (("-4", "Internet:"), ("-6", "Internet6:")):
        lines += [heading, "Destination        Gateway            Flags               Netif Expire"]
        seen: set[str] = set()
        for way in sorted(told_by_ip(family, "route", "show", "default"), key=lambda one: one.get("metric", 0)):
            zone = f"%{way['dev']}" if family == "-6" else ""
            flags = "UGScgI" if seen else "UGScg"  # all but the best are for who asks for that interface
            lines.append(f"default {way['gateway'] + zone if 'gateway' in way else 'link#9'} {flags} {way['dev']}")
            seen.add(way["dev"])
        lines.append("")
    return "\n".join(lines)


def neighbours(family: str) -> str:
    lines = ["Neighbor Linklayer Address Netif Expire St Flgs Prbs"] if family == "-6" else []
    for one in told_by_ip(family, "neigh", "show"):
        mac = one.get("lladdr", "(incomplete)")
        if family == "-4":
            lines.append(f"? ({one['dst']}) at {mac} on {one['dev']} ifscope [ethernet]")
        else:
            state = "R" if "REACHABLE" in one["state"] else ("S" if "lladdr" in one else "I")
            lines.append(f"{one['dst']} {mac} {one['dev']} 23h59m2s {state}")
    return "\n".join([*lines, "x" if not lines else "", ""])


def by_linux(path: str, asked: str) -> str | None:
    """What the settings and the lease say, by the Linux part of the host."""
    from cpe_agent.host.linux import LinuxLocal

    local = LinuxLocal()
    names = [link["ifname"] for link in told_by_ip("link", "show") if link.get("link_type") == "ether"]
    if asked == "-listallhardwareports":
        return "".join(f"\nHardware Port: Ethernet\nDevice: {name}\nEthernet Address: x\n" for name in names)
    if asked == "-listnetworkserviceorder":
        return "".join(f"(1) S{name}\n(Hardware Port: Ethernet, Device: {name})\n" for name in names)
    if asked.startswith("getpacket "):
        lease = next((one for one in local._leases() if one.nic == asked.split()[1]), None)
        servers = ", ".join(lease.resolvers) if lease else ""
        return lease and (
            f"yiaddr = {lease.address}\nserver_identifier (ip): {lease.server}\nlease_time (uint32): 0xe10\n"
            f"router (ip_mult): {{{lease.router}}}\ndomain_name_server (ip_mult): {{{servers}}}\n"
        )
    servers_here = local._resolvers().resolvers
    if asked.startswith("-getinfo "):
        nic = asked.split()[1][1:]
        own = next((a.address for a in local._addresses() if a.nic == nic and "." in a.address), "none")
        how = {"dhcp": "DHCP", "static": "Manual"}.get(local._address_settings().configured.get(nic, ""), "Other")
        return f"{how} Configuration\nIP address: {own}\n"
    if asked.startswith("-getdnsservers "):
        return "".join(f"{one.address}\n" for one in servers_here if one.origin is Origin.STATIC) or samples.NO_SERVERS
    if asked == "--dns":
        listed = "".join(f"  nameserver[{n}] : {one.address}\n" for n, one in enumerate(servers_here))
        return f"DNS configuration\n\nresolver #1\n{listed}  flags    : Request A records\n"
    return {"--proxy": samples.NO_PROXY, "--nc list": "Available network connection services\n"}.get(asked)


def sysctl(names: str) -> str:
    age = float(Path("/proc/uptime").read_text().split()[0])
    values = {
        "kern.boottime": f"{{ sec = {int(time.time() - age)}, usec = 1 }} x",
        "kern.bootsessionuuid": Path("/proc/sys/kernel/random/boot_id").read_text().strip(),
        "kern.memorystatus_level": "60",
    }
    return "".join(f"{name}: {values[name]}\n" for name in names.split())


def run(path: str, *args: str, timeout_s: float = 0.5) -> Ran | None:
    """In the place of ``cpe_agent.host.program.run``."""
    del timeout_s
    asked = " ".join(args)
    text: str | None
    match path.rpartition("/")[2]:
        case "ifconfig":
            text = ifconfig()
        case "netstat":
            text = netstat_i() if asked == "-ibn" else netstat_r()
        case "arp" | "ndp" as table:
            text = neighbours("-4" if table == "arp" else "-6")
        case "sysctl":
            text = sysctl(asked)
        case "iostat":
            time.sleep(1)
            text = samples.IOSTAT
        case "sw_vers":
            text = samples.SW_VERS
        case "networksetup" | "ipconfig" | "scutil":
            text = by_linux(path, asked)
        case _:
            return None
    return Ran(1 if text is None else 0, text or "")


def like_a_mac_that_waits_for_a_yes() -> None:
    """No packet of ours reaches the home: ``unreachable`` routes give the error, and here it is read as a Mac's. A
    Mac's own look-ups need no yes; here the second server of resolv.conf answers them, and is not told."""
    icmp_error.failure_of.__defaults__ = (None, "darwin")
    from cpe_agent.host.linux import LinuxLocal

    all_of_them = LinuxLocal._resolvers

    def first(local: LinuxLocal) -> ResolverList:
        return ResolverList(all_of_them(local).resolvers[:1], 1)

    LinuxLocal._resolvers = first  # type: ignore[assignment, method-assign]


def main() -> None:
    like_a_mac_s_sockets()
    if sys.argv[1] == WAITS:
        sys.argv.pop(1)
        like_a_mac_that_waits_for_a_yes()
    from cpe_agent import host
    from cpe_agent.__main__ import main as program
    from cpe_agent.host.macos import MacosLocal

    host.this_local = lambda: MacosLocal(run=run)
    program()


if __name__ == "__main__":
    main()
