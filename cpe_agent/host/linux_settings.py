"""What a Linux system's own settings ask for: ifupdown, networkd, NetworkManager, dhcpcd, systemd-resolved.

Nothing here looks at what *is*; only at what somebody, or a DHCP client on their behalf, wrote down. A file that this
user may not read is an unknown, not a "no".
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cpe_agent.host.bounded_file import files_in, read_text
from cpe_agent.host.linux_services import pids, process_name
from cpe_agent.host.parse_linux import assignments, ip_text, lines_of, sections

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from cpe_agent.host.program import Ran

    Run = Callable[..., Ran | None]

DHCP_CLIENTS = {"dhclient", "udhcpc", "dhcpcd", "NetworkManager", "systemd-network", "connmand"}


@dataclass
class Settings:
    """``configured``: nic -> dhcp | static (IPv4). ``addresses``: those that a settings file writes out.
    ``resolvers``: the same for resolvers. ``dns_nic``: resolver -> nic, where the settings tie it to one."""

    configured: dict[str, str] = field(default_factory=dict)
    addresses: set[str] = field(default_factory=set)
    resolvers: set[str] = field(default_factory=set)
    dns_nic: dict[str, str] = field(default_factory=dict)

    def _address(self, text: str) -> None:
        address = ip_text(text.partition("/")[0])
        if address is not None:
            self.addresses.add(address)

    def _resolver(self, text: str, nic: str | None = None) -> None:
        # resolved.conf(5): address:port%interface#server-name
        address = ip_text(text.partition("#")[0])
        if address is not None:
            self.resolvers.add(address)
            if nic is not None:
                self.dns_nic[address] = nic

    def ifupdown(self, text: str) -> None:
        """interfaces(5). The last stanza of an interface wins."""
        nic: str | None = None
        for line in lines_of(text):
            words = line.split()
            if words[0] == "iface":
                nic = words[1] if len(words) >= 4 else None
                if nic is not None and words[2] == "inet" and words[3] in ("dhcp", "static"):
                    self.configured[nic] = words[3]
            elif words[0] in ("auto", "mapping", "source") or words[0].startswith("allow-"):
                nic = None
            elif nic is not None and len(words) > 1:
                if words[0] == "address":
                    self._address(words[1])
                elif words[0] == "dns-nameservers":
                    for word in words[1:17]:
                        self._resolver(word, nic)

    def networkd(self, nic: str, text: str) -> None:
        """systemd.network(5), the file that networkd itself says it used for this interface."""
        dhcp, static = "no", False
        for section, key, value in sections(text):
            if section == "network" and key == "dhcp":
                dhcp = value.lower()
            elif section in ("network", "address") and key == "address":
                self._address(value)
                static = static or "." in value
            elif section == "network" and key == "dns":
                for word in value.split()[:16]:
                    self._resolver(word, nic)
        if dhcp in ("yes", "ipv4", "true", "1", "both", "v4"):
            self.configured[nic] = "dhcp"
        elif static:
            self.configured[nic] = "static"

    def network_manager(self, nic: str, values: Mapping[str, str]) -> None:
        """A profile, with NetworkManager's own property names (``ipv4.method``, ``ipv4.dns`` ...)."""
        method = values.get("ipv4.method")
        if method in ("auto", "manual"):
            self.configured[nic] = "dhcp" if method == "auto" else "static"
        for key, value in values.items():
            if key.startswith(("ipv4.address", "ipv6.address")):
                for word in value.replace(";", ",").split(",")[:16]:
                    self._address(word.strip())
            elif key in ("ipv4.dns", "ipv6.dns"):
                for word in value.replace(";", ",").split(",")[:16]:
                    self._resolver(word.strip(), nic)

    def dhcpcd(self, text: str) -> None:
        """dhcpcd.conf(5): ``interface eth0`` and ``static ip_address=`` below it."""
        nic: str | None = None
        for line in lines_of(text):
            words = line.split(None, 1)
            if words[0] == "interface" and len(words) == 2:
                nic = words[1].strip()
            elif words[0] in ("profile", "ssid"):
                nic = None
            elif words[0] == "static" and len(words) == 2:
                key, _, value = words[1].partition("=")
                if key == "ip_address" and nic is not None:
                    self.configured[nic] = "static"
                    self._address(value)
                elif key == "domain_name_servers":
                    for word in value.split()[:16]:
                        self._resolver(word, nic)

    def resolved(self, text: str) -> None:
        for section, key, value in sections(text):
            if section == "resolve" and key == "dns":
                for word in value.split()[:16]:
                    self._resolver(word)


def encryption(texts: list[str]) -> str | None:
    """DNSOverTLS= of resolved.conf(5), the last one written: strict | opportunistic | off; None when nobody says."""
    found = None
    for text in texts:
        for section, key, value in sections(text):
            if section == "resolve" and key == "dnsovertls":
                found = {"opportunistic": "opportunistic", "yes": "strict", "true": "strict", "1": "strict"}.get(
                    value.lower(), "off"
                )
    return found


def resolved_texts(root: Path) -> list[str]:
    paths = [root / "etc/systemd/resolved.conf"]
    for folder in ("usr/lib/systemd/resolved.conf.d", "run/systemd/resolved.conf.d", "etc/systemd/resolved.conf.d"):
        paths += files_in(root / folder, ".conf")
    return [text for path in paths if (text := read_text(path)) is not None]


def keyfile(text: str) -> dict[str, str]:
    """A NetworkManager keyfile as ``section.key`` -> value, without the sections that hold secrets."""
    found: dict[str, str] = {}
    for section, key, value in sections(text):
        if section in ("connection", "ipv4", "ipv6") or (section in ("wifi", "802-11-wireless") and key == "ssid"):
            found[f"{section}.{key}"] = value
    return found


def nm_profiles(root: Path) -> list[dict[str, str]]:
    """Keyfiles that this user may read (as a rule only root may)."""
    paths = []
    for folder in ("etc/NetworkManager/system-connections", "run/NetworkManager/system-connections"):
        paths += files_in(root / folder)
    return [keyfile(text) for path in paths if (text := read_text(path)) is not None]


def nmcli_blocks(text: str) -> list[dict[str, str]]:
    """``nmcli -t -f A,B,C ... show``: ``NAME:value`` lines, an empty line between two things. In terse mode a colon
    inside a value is written ``\\:``."""
    blocks: list[dict[str, str]] = [{}]
    for line in text.split("\n", 4000)[:4000]:
        name, colon, value = line.partition(":")
        if not line.strip():
            if blocks[-1]:
                blocks.append({})
        elif colon:
            blocks[-1][name] = value.replace("\\:", ":").replace("\\\\", "\\").strip()
    return [block for block in blocks if block]


def nmcli_options(block: Mapping[str, str]) -> dict[str, str]:
    """The DHCP options in one device's block."""
    found = {}
    for name, value in block.items():
        if name.startswith("DHCP4.OPTION"):
            key, _, text = value.partition(" = ")
            found[key.strip()] = text.strip()
    return found


def read_settings(root: Path, names: Mapping[int, str], run: Run, nm_devices: list[dict[str, str]]) -> Settings:
    """All of it. ``names``: interface index -> name; ``nm_devices``: blocks of ``nmcli device show``."""
    settings = Settings()
    for path in [root / "etc/network/interfaces", *files_in(root / "etc/network/interfaces.d")]:
        settings.ifupdown(read_text(path) or "")
    settings.dhcpcd(read_text(root / "etc/dhcpcd.conf") or "")
    for index, nic in names.items():
        state = assignments(read_text(root / f"run/systemd/netif/links/{index}") or "")
        file = state.get("NETWORK_FILE", "").lstrip("/")
        if file and ".." not in file.split("/"):
            settings.networkd(nic, read_text(root / file) or "")
    _network_manager(settings, root, names, run, nm_devices)
    for text in resolved_texts(root):
        settings.resolved(text)
    return settings


def _network_manager(
    settings: Settings, root: Path, names: Mapping[int, str], run: Run, nm_devices: list[dict[str, str]]
) -> None:
    """Which profile is on which interface is world-readable; the profile itself is root's, or asked of nmcli."""
    active = {
        block["GENERAL.CON-UUID"]: block["GENERAL.DEVICE"]
        for block in nm_devices
        if block.get("GENERAL.CON-UUID") and block.get("GENERAL.DEVICE") in names.values()
    }
    for index, nic in names.items():
        for _, key, value in sections(read_text(root / f"run/NetworkManager/devices/{index}") or ""):
            if key == "connection-uuid":
                active.setdefault(value, nic)
    profiles = nm_profiles(root)
    for values in profiles:
        profile_nic = active.get(values.get("connection.uuid", "")) or values.get("connection.interface-name")
        if profile_nic in names.values() and profile_nic is not None:
            settings.network_manager(profile_nic, values)
    missing = [uuid for uuid in active if uuid not in {values.get("connection.uuid") for values in profiles}]
    if missing and nm_devices:
        fields = "connection.uuid,ipv4.method,ipv4.dns,ipv4.addresses,ipv6.dns,ipv6.addresses"
        ran = run("nmcli", "-t", "-f", fields, "connection", "show", *missing[:16])
        for block in nmcli_blocks(ran.text if ran and ran.status == 0 else ""):
            if block.get("connection.uuid") in active:
                settings.network_manager(active[block["connection.uuid"]], block)


def dhcp_client_runs(proc: Path) -> bool | None:
    """Is a DHCP client alive in our network namespace (or in one we may not see)? None when other users' processes
    are hidden from us (hidepid)."""
    try:
        running = pids(proc)
        ours = os.stat(proc / "self/ns/net").st_ino
    except OSError:
        return None
    for pid in running:
        comm = process_name(proc, pid)
        if comm == "busybox" and "udhcpc" in (read_text(proc / pid / "cmdline", 256) or ""):
            comm = "udhcpc"
        if comm not in DHCP_CLIENTS:
            continue
        try:
            theirs = os.stat(proc / pid / "ns/net").st_ino
        except OSError:  # another user's process: its namespace is not shown, so it may well be ours
            theirs = ours
        if theirs == ours:
            return True
    return False if read_text(proc / "1/comm", 32) is not None else None
