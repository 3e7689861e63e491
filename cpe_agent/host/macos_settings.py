"""What a Mac's settings and its DHCP client say: ``networksetup``, ``ipconfig getpacket``, ``scutil --dns`` and
``--proxy``. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

from cpe_agent.facts import Lease, Proxy
from cpe_agent.host.parse_linux import ip_text, lines_of, proxy_of_url, script_url

MAX_SERVICES, MAX_RESOLVERS = 24, 64

_SERVICE = re.compile(r"\((\d{1,4}|\*)\) (.{1,128})$")
_ON = re.compile(r"\(Hardware Port: .{0,128}, Device: (\S{1,16})\)$")
_METHOD = re.compile(r"(\S.{0,48}) Configuration$")
_METHODS = {"DHCP": "dhcp", "BOOTP": "dhcp", "Manual": "static"}  # "Manually Using DHCP Router" is neither
_OPTION = re.compile(r"(\w{1,40}) \((\w{1,16})\): ?(.{0,512})$")
_NAMESERVER = re.compile(r"nameserver\[\d{1,3}\] : (\S{1,64})$")
_IF_INDEX = re.compile(r"if_index : \d{1,6} \((\S{1,16})\)$")
_KEY = re.compile(r"(\w{1,64}) : (.{0,512})$")


class Service(NamedTuple):
    name: str
    device: str
    enabled: bool


class Server(NamedTuple):
    address: str
    nic: str | None


def services(text: str) -> tuple[Service, ...]:
    """``networksetup -listnetworkserviceorder``. The names go no further than into the next question."""
    found: list[Service] = []
    said: re.Match[str] | None = None
    for line in lines_of(text, 512):
        if one := _SERVICE.match(line):
            said = one
        elif said is not None and (on := _ON.match(line)):
            if len(found) < MAX_SERVICES:
                found.append(Service(said[2], on[1], said[1] != "*"))
            said = None
    return tuple(found)


def configured(text: str) -> str | None:
    """``networksetup -getinfo SERVICE``: dhcp | static; None for what is neither."""
    first = next(lines_of(text, 8), "")
    method = _METHOD.match(first)
    return _METHODS.get(method[1]) if method else None


def written_address(text: str) -> str | None:
    """The IPv4 address of ``networksetup -getinfo SERVICE`` where somebody wrote it into the settings."""
    if configured(text) != "static":
        return None
    for line in lines_of(text, 32):
        if line.startswith("IP address: "):
            return ip_text(line[12:])
    return None


def written_servers(text: str) -> tuple[str, ...]:
    """``networksetup -getdnsservers SERVICE``: one a line, or a sentence that there are none."""
    found = (ip_text(line) for line in lines_of(text, MAX_RESOLVERS))
    return tuple(address for address in found if address is not None)


def lease(nic: str, text: str) -> Lease | None:
    """``ipconfig getpacket NIC``: the packet that the DHCP client accepted. It does not say when."""
    fields: dict[str, str] = {}
    options: dict[str, str] = {}
    for line in lines_of(text, 256):
        option = _OPTION.match(line)
        if option:
            options.setdefault(option[1], option[3].strip())
        elif " = " in line:
            key, _, value = line.partition(" = ")
            fields.setdefault(key, value.strip())
    address = ip_text(fields.get("yiaddr", ""))
    if address is None or address == "0.0.0.0":  # noqa: S104 - no address was given
        return None
    seconds = re.fullmatch(r"0x([0-9a-f]{1,8})", options.get("lease_time", ""))
    return Lease(
        nic=nic,
        address=address,
        server=ip_text(options.get("server_identifier", "")),
        router=next(iter(_several(options.get("router", ""))), None),
        prefix_len=_prefix_len(options.get("subnet_mask", "")),
        resolvers=_several(options.get("domain_name_server", "")),
        # All ones is for ever (RFC 2131, 3.3).
        valid_s=float(int(seconds[1], 16)) if seconds and seconds[1] != "ffffffff" else None,
    )


def _several(value: str) -> tuple[str, ...]:
    """``{192.0.2.1, 192.0.2.2}``."""
    words = value.strip("{}").split(",")[:8]
    return tuple(address for word in words if (address := ip_text(word)) is not None)


def _prefix_len(mask: str) -> int | None:
    if (text := ip_text(mask)) is None or ":" in text:
        return None
    holes = ~int.from_bytes(bytes(map(int, text.split("."))), "big") & 0xFFFFFFFF
    return None if holes & (holes + 1) else 32 - holes.bit_length()


def resolvers(text: str) -> tuple[Server, ...]:
    """``scutil --dns``: those that any name is asked of. What stands for certain domains alone (a VPN's, mDNS) and the
    second list, for what is bound to an interface, are left out."""
    found: dict[Server, None] = {}
    servers: list[str] = []
    nic: str | None = None
    some_names = False

    def close() -> None:
        if not some_names:
            found.update(dict.fromkeys(Server(address, nic) for address in servers))

    for line in lines_of(text, 2000):
        if line.startswith("DNS configuration (for scoped"):
            break
        if line.startswith("resolver #"):
            close()
            servers, nic, some_names = [], None, False
        elif server := _NAMESERVER.match(line):
            if len(servers) < MAX_RESOLVERS and (address := ip_text(server[1])):
                servers.append(address)
        elif index := _IF_INDEX.match(line):
            nic = index[1]
        elif line.startswith("domain "):
            some_names = True
    close()
    return tuple(found)[:MAX_RESOLVERS]


def proxies(text: str) -> tuple[Proxy, ...]:
    """``scutil --proxy``: the settings in force. Those below ``__SCOPED__`` are for what is bound to an interface."""
    values: dict[str, str] = {}
    depth = 0
    for line in lines_of(text, 512):
        if line == "}":
            depth -= 1
        elif depth == 1 and not line.endswith("{") and (found := _KEY.match(line)):
            values.setdefault(found[1], found[2].strip())
        if line.endswith("{"):
            depth += 1
    chosen: list[Proxy | None] = []
    if values.get("ProxyAutoConfigEnable") == "1":
        url = script_url(values.get("ProxyAutoConfigURLString", ""))
        chosen.append(Proxy("pac", "system", pac_url=url) if url else None)
    if values.get("ProxyAutoDiscoveryEnable") == "1":
        chosen.append(Proxy("wpad", "system"))
    for scheme in ("HTTPS", "HTTP", "SOCKS"):
        host, port = values.get(f"{scheme}Proxy", ""), values.get(f"{scheme}Port", "")
        if values.get(f"{scheme}Enable") == "1" and host:
            place = f"[{host}]" if ":" in host else host
            default = {"HTTPS": "443", "HTTP": "80", "SOCKS": "1080"}[scheme]
            chosen.append(proxy_of_url(f"{place}:{port if port.isdigit() else default}", "system"))
    return tuple(dict.fromkeys(proxy for proxy in chosen if proxy is not None))
