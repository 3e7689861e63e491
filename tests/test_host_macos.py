"""The Mac's part of the host over what a Mac's programs print (``tests/macos/samples.py``: written by hand)."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import addressing, interfaces, wifi
from cpe_agent.collector import CannotMeasure, Facts, Outcome, Section
from cpe_agent.facts import Family, Interfaces, NicKind, Origin, Plan
from cpe_agent.host import (
    Host,
    KeptRun,
    dial_macos,
    macos_here,
    macos_image,
    macos_nics,
    macos_settings,
    macos_system,
    macos_tables,
    macos_wifi,
)
from cpe_agent.host.hardware_address import network_name
from cpe_agent.host.net import Probes
from cpe_agent.host.program import Ran
from cpe_agent.host.replay import RecordingHost
from tests.macos import samples
from tests.macos.samples import SAID, stand_in


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(macos_here, "_heard", {})
    monkeypatch.setitem(sys.modules, "CoreWLAN", None)  # what this very Mac's would tell


def with_said(path: str, **answers: str) -> dict[str, dict[str, str]]:
    """The usual Mac, one program of which says something else."""
    return {**SAID, path: {**SAID[path], **answers}}


def without(*paths: str) -> dict[str, dict[str, str]]:
    return {path: answers for path, answers in SAID.items() if path not in paths}


# ------------------------------------------------------------------ interfaces


def test_interfaces(tmp_path: Path) -> None:
    found = asyncio.run(stand_in(tmp_path).nics())
    assert (found.total, found.hardware_seen) == (9, True)
    assert found.nics[0].name == "en0", "the one that carries the way out comes first"
    kinds = {nic.name: nic.kind for nic in found.nics}
    assert kinds == {
        "en0": NicKind.WIFI,
        "en5": NicKind.ETHERNET,
        "en1": NicKind.OTHER,
        "lo0": NicKind.LOOPBACK,
        "gif0": NicKind.TUNNEL,
        "utun0": NicKind.TUNNEL,
        "anpi0": NicKind.VIRTUAL,
        "bridge0": NicKind.VIRTUAL,
        "awdl0": NicKind.VIRTUAL,
    }
    en0, en5 = found.nics[0], next(nic for nic in found.nics if nic.name == "en5")
    assert (en0.carrier, en0.admin_up, en0.mtu, en0.if_index) == (True, True, 1500, 12)
    assert (en0.rx_bytes, en0.tx_packets, en0.rx_errors, en0.tx_errors) == (1718334464, 402337, 3, 1)
    assert en0.mac is not None
    assert en0.mac.startswith("3c:22:fb/")
    assert (en5.carrier, en5.speed_mbps, en5.duplex) == (False, None, None)


@pytest.mark.parametrize(
    ("media", "speed", "duplex"),
    [
        ("autoselect (1000baseT <full-duplex,flow-control>)", 1000, "full"),
        ("100baseTX <half-duplex>", 100, "half"),
        ("autoselect (10Gbase-T <full-duplex>)", 10_000, "full"),
        ("autoselect (2500Base-T <full-duplex>)", 2500, "full"),
        ("autoselect", None, None),
        ("<unknown type>", None, None),
    ],
)
def test_the_speed_of_a_wire(media: str, speed: int | None, duplex: str | None) -> None:
    text = f"en5: flags=8863<UP,RUNNING> mtu 1500\n\tmedia: {media}\n\tstatus: active\n"
    (one,) = macos_nics.ifconfig(text)
    made = macos_nics.nic(one, NicKind.ETHERNET, None)
    assert (made.speed_mbps, made.duplex, made.carrier) == (speed, duplex, True)


def test_an_interface_that_is_switched_off_has_no_carrier_to_speak_of() -> None:
    (one,) = macos_nics.ifconfig("en5: flags=8822<BROADCAST,SMART,SIMPLEX> mtu 1500\n\tstatus: inactive\n")
    made = macos_nics.nic(one, NicKind.ETHERNET, None)
    assert (made.admin_up, made.carrier, made.if_index) == (False, None, 0)


def test_a_mac_whose_ports_nobody_tells_is_still_told_by_type() -> None:
    found = {one.name: macos_nics.kind(one, {}) for one in macos_nics.ifconfig(samples.IFCONFIG)}
    assert (found["en0"], found["en5"]) == (NicKind.WIFI, NicKind.ETHERNET)


def test_ports_have_their_names_in_the_user_s_language() -> None:
    found = {one.name: one for one in macos_nics.ifconfig(samples.IFCONFIG)}
    for name in ("WLAN", "Drahtlos", "Беспроводная сеть", "רשת אלחוטית"):
        assert macos_nics.kind(found["en0"], {"en0": name, "en5": "Ethernet"}) is NicKind.WIFI, name
    old = found["en0"]._replace(type=None)  # an ifconfig without -v
    assert macos_nics.kind(old, {"en0": "WLAN"}) is NicKind.WIFI
    for name in ("Thunderbolt 1", "\u200fThunderbolt ١", "Thunderbolt-Bridge"):
        assert macos_nics.kind(found["en1"], {"en1": name}) is NicKind.OTHER, name
    assert macos_nics.kind(found["en5"], {"en5": "Thunderbolt Ethernet Slot 1"}) is NicKind.ETHERNET


@pytest.mark.parametrize(
    ("media", "status", "kind"),
    [
        ("none", "inactive", NicKind.VIRTUAL),  # there is no socket: no cable is missing from it
        ("autoselect (none)", "inactive", NicKind.ETHERNET),
        ("none", "active", NicKind.ETHERNET),
    ],
)
def test_an_adapter_without_a_socket_is_no_way_to_a_router(media: str, status: str, kind: NicKind) -> None:
    text = f"en4: flags=8863<UP,RUNNING> mtu 1500\n\tmedia: {media}\n\tstatus: {status}\n\ttype: Ethernet\n"
    (one,) = macos_nics.ifconfig(text)
    assert macos_nics.kind(one, {"en4": "Ethernet Adapter (en4)"}) is kind
    heard = macos_nics.Counted(5, 12, 0, 2000, 0, 0, 0, 0)
    assert macos_nics.kind(one, {"en4": "AX88179A"}, heard) is NicKind.ETHERNET


def test_a_german_mac_of_apple_s_own_processor_that_has_joined_no_wifi(tmp_path: Path) -> None:
    """No cable is missing: what is missing is the Wi-Fi."""
    said = with_said("/usr/sbin/networksetup", **{"-listallhardwareports": samples.PORTS_GERMAN})
    dead = samples.IFCONFIG_APPLE
    said |= {"/sbin/ifconfig": {"-a -L -v": dead}, "/usr/sbin/netstat": {"-rn": "Routing tables\n", "-ibn": ""}}
    host = Host(stand_in(tmp_path, said), Probes())
    seen = asyncio.run(interfaces.collect(host, Facts({})))
    assert seen.uplink == "en0"
    assert {nic.name: nic.kind for nic in seen.nics if nic.name.startswith("en")} == {
        "en0": NicKind.WIFI,
        "en1": NicKind.OTHER,
        "en4": NicKind.VIRTUAL,
    }


def test_an_ifconfig_that_knows_only_its_oldest_option(tmp_path: Path) -> None:
    mac = stand_in(tmp_path, {**SAID, "/sbin/ifconfig": {"-a": samples.IFCONFIG}})
    assert asyncio.run(mac.nics()).nics[0].name == "en0"


def test_a_bridge_members_line_is_no_interface() -> None:
    assert [one.name for one in macos_nics.ifconfig(samples.IFCONFIG)].count("en1") == 1


# ------------------------------------------------------------------ addresses, routes, resolvers


def test_addresses(tmp_path: Path) -> None:
    found = {(a.nic, a.address): a for a in asyncio.run(stand_in(tmp_path).addresses())}
    own = found["en0", "192.168.178.34"]
    assert (own.prefix_len, own.origin, own.scope) == (24, Origin.DHCP, "global")
    slaac = found["en0", "2001:db8:40:1:8a2:31ff:fe5d:7c01"]
    assert (slaac.origin, slaac.valid_s, slaac.duplicate) == (Origin.RA, 7112, False)
    assert found["en0", "2001:db8:40:1::39"].origin is Origin.DHCP
    link = found["en0", "fe80::1c3a:4b5c:6d7e:8f90"]
    assert (link.origin, link.scope, link.valid_s) == (Origin.LINK_LOCAL, "link", None)
    assert found["lo0", "127.0.0.1"].scope == "host"


def test_an_address_that_the_settings_write_out_is_static_and_no_other(tmp_path: Path) -> None:
    said = with_said("/usr/sbin/networksetup", **{"-getinfo Wi-Fi": samples.INFO_MANUAL})
    said["/usr/sbin/ipconfig"] = {"getpacket en0": ""}
    mac = stand_in(tmp_path, said)
    origins = {a.address: a.origin for a in asyncio.run(mac.addresses()) if a.nic == "en0"}
    assert origins["192.168.178.34"] is Origin.STATIC
    assert asyncio.run(mac.routes())[0].origin is Origin.STATIC
    assert asyncio.run(mac.address_settings()).configured == {"en0": "static", "en5": "static"}


def test_an_address_that_nothing_explains_is_unknown_and_not_static(tmp_path: Path) -> None:
    mac = stand_in(tmp_path, without("/usr/sbin/networksetup", "/usr/sbin/ipconfig"))
    origins = {a.address: a.origin for a in asyncio.run(mac.addresses()) if a.nic == "en0"}
    assert origins["192.168.178.34"] is Origin.UNKNOWN
    assert asyncio.run(mac.routes())[0].origin is Origin.UNKNOWN
    assert asyncio.run(mac.address_settings()).configured == {}


def test_duplicate_and_tentative_addresses() -> None:
    text = (
        "en0: flags=8863<UP> mtu 1500\n\tinet6 2001:db8::1 prefixlen 64 duplicated\n"
        "\tinet6 2001:db8::2 prefixlen 64 tentative\n"
    )
    (one,) = macos_nics.ifconfig(text)
    assert [sorted(a.flags) for a in one.addresses] == [["duplicated"], ["tentative"]]


def test_routes(tmp_path: Path) -> None:
    found = asyncio.run(stand_in(tmp_path).routes())
    assert [(r.nic, r.family, r.destination, r.gateway, r.metric, r.origin) for r in found] == [
        ("en0", Family.V4, "0.0.0.0/0", "192.168.178.1", 0, Origin.DHCP),
        ("en0", Family.V6, "::/0", "fe80::ca0e:14ff:fe0a:b0c", 0, Origin.RA),
    ]  # the tunnel's own way is for programs that ask for it


def test_the_halves_that_a_tunnel_uses_and_a_second_way_out() -> None:
    found = macos_tables.ways(samples.NETSTAT_R_OLD)
    assert [(w.destination, w.nic, w.gateway, w.scoped) for w in found] == [
        ("0.0.0.0/1", "utun3", "10.8.0.1", False),
        ("0.0.0.0/0", "en0", "10.0.0.138", False),
        ("128.0.0.0/1", "utun3", "10.8.0.1", False),
        ("0.0.0.0/0", "en4", "10.0.1.1", True),
    ]


def test_a_way_that_swallows_is_none() -> None:
    head = "Internet:\nDestination Gateway Flags Netif Expire\n"
    assert macos_tables.ways(f"{head}default 192.0.2.1 UGSB en0\ndefault 192.0.2.1 UGSR en0\n") == ()


def test_a_dialled_way_has_no_gateway() -> None:
    (way,) = macos_tables.ways("Internet:\nDestination Gateway Flags Netif\ndefault link#14 UCS ppp0\n")
    assert (way.gateway, way.nic) == (None, "ppp0")


def test_resolvers(tmp_path: Path) -> None:
    found = asyncio.run(stand_in(tmp_path).resolvers())
    assert [(r.address, r.nic, r.origin) for r in found.resolvers] == [
        ("192.168.178.1", "en0", Origin.DHCP),
        ("fe80::ca0e:14ff:fe0a:b0c%en0", "en0", Origin.UNKNOWN),
    ]  # neither what a VPN asks for its own names, nor mDNS, nor another interface's
    assert found.total == 2


def test_resolvers_that_somebody_wrote_down(tmp_path: Path) -> None:
    dns = "DNS configuration\n\nresolver #1\n  nameserver[0] : 198.51.100.53\n  nameserver[1] : 192.0.2.53\n"
    said = with_said("/usr/sbin/networksetup", **{"-getdnsservers Wi-Fi": "198.51.100.53\n192.0.2.53\n"})
    said["/usr/sbin/scutil"] = {"--dns": dns}
    found = asyncio.run(stand_in(tmp_path, said).resolvers()).resolvers
    assert [r.origin for r in found] == [Origin.STATIC, Origin.DHCP], "what the lease offers too is no mistake"


def test_a_lease(tmp_path: Path) -> None:
    (lease,) = asyncio.run(stand_in(tmp_path).leases())
    assert lease._asdict() == {
        "nic": "en0",
        "address": "192.168.178.34",
        "server": "192.168.178.1",
        "router": "192.168.178.1",
        "prefix_len": 24,
        "resolvers": ("192.168.178.1", "192.0.2.53"),
        "obtained_age_s": None,
        "valid_s": 864000.0,
    }
    assert macos_settings.lease("en0", "yiaddr = 0.0.0.0\n") is None
    for_ever = macos_settings.lease("en0", "yiaddr = 192.0.2.7\nlease_time (uint32): 0xffffffff\n")
    assert for_ever is not None
    assert for_ever.valid_s is None


@pytest.mark.parametrize(
    ("first", "way"),
    [
        ("DHCP Configuration", "dhcp"),
        ("BOOTP Configuration", "dhcp"),
        ("Manual Configuration", "static"),
        ("Manually Using DHCP Router Configuration", None),
        ("** Error: The parameters were not valid.", None),
        ("", None),
    ],
)
def test_what_the_settings_ask_for(first: str, way: str | None) -> None:
    assert macos_settings.configured(f"{first}\nIP address: 192.0.2.7\n") == way


# ------------------------------------------------------------------ neighbours, hosts, proxies


def test_neighbours(tmp_path: Path) -> None:
    found = asyncio.run(stand_in(tmp_path).neighbours())
    seen = [(n.nic, n.address, n.state, (n.mac or "").partition("/")[0]) for n in found.entries]
    assert seen[:2] == [
        ("en0", "fe80::ca0e:14ff:fe0a:b0c", "reachable", "c8:0e:14"),
        ("en0", "192.168.178.1", "stale", "c8:0e:14"),
    ]  # the gateways first; ARP's table does not say when a station last spoke
    assert {(address, state) for _, address, state, _ in seen[2:]} == {
        ("169.254.81.142", "stale"),
        ("192.168.178.20", "incomplete"),
        ("fe80::aa66:7fff:fe11:2233", "stale"),
        ("fe80::dead", "incomplete"),
    }  # nothing of this computer's own, no group
    assert found.total == 6


def test_hosts_file(tmp_path: Path) -> None:
    (found, *_) = asyncio.run(stand_in(tmp_path).hosts_overrides(["localhost", "example.com"]))
    assert (found.name, found.address) == ("localhost", "127.0.0.1")


def test_proxies_without_user_and_password(tmp_path: Path) -> None:
    found = asyncio.run(stand_in(tmp_path).proxies())
    assert [(p.mode, p.source, p.host, p.port, p.pac_url) for p in found] == [
        ("pac", "system", None, None, "http://wpad.example/proxy.pac"),
        ("wpad", "system", None, None, None),
        ("manual", "system", "proxy.example", 3128, None),
    ]


def test_no_proxy_is_an_empty_list() -> None:
    assert macos_settings.proxies(samples.NO_PROXY) == ()
    assert macos_settings.proxies("<dictionary> {\n}\n") == ()


# ------------------------------------------------------------------ Wi-Fi


def test_wifi_by_the_profiler(tmp_path: Path) -> None:
    found = asyncio.run(stand_in(tmp_path).wifi())
    (link,) = found.links
    assert (link.nic, link.radio_on, link.associated, link.guest_like) == ("en0", True, True, True)
    assert (link.rssi_dbm, link.channel, link.tx_rate_mbps) == (-53, 36, 585.0)
    assert link.ssid == network_name("Home guests")
    assert [(n.ssid, n.rssi_dbm, n.channel) for n in found.scan] == [(network_name("Neighbours"), -80, 11)]
    assert found.scan_known


def test_hidden_names_are_not_known_and_a_list_without_names_is_no_scan(tmp_path: Path) -> None:
    said = with_said("/usr/sbin/system_profiler", **{"SPAirPortDataType -json": samples.AIRPORT_HIDDEN})
    found = asyncio.run(stand_in(tmp_path, said).wifi())
    assert (found.scan, found.scan_known) == ((), False)
    (link,) = found.links
    assert (link.ssid, link.guest_like, link.rssi_dbm, link.associated) == (None, None, -53, True)


def test_without_the_profiler_the_association_is_still_known(tmp_path: Path) -> None:
    (link,) = asyncio.run(stand_in(tmp_path, without("/usr/sbin/system_profiler")).wifi()).links
    assert (link.radio_on, link.associated, link.rssi_dbm) == (True, True, None)


def test_a_radio_that_is_off(tmp_path: Path) -> None:
    said = with_said("/usr/sbin/networksetup", **{"-getairportpower en0": "Wi-Fi Power (en0): Off\n"})
    said["/usr/sbin/system_profiler"] = {}
    (link,) = asyncio.run(stand_in(tmp_path, said).wifi()).links
    assert (link.radio_on, link.associated) == (False, False)


def test_core_wlan_is_believed_where_it_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a stand-in of the framework: what is tested is which of its answers goes where."""
    channel = SimpleNamespace(channelNumber=lambda: 44)
    one = SimpleNamespace(
        interfaceName=lambda: "en0",
        powerOn=lambda: True,
        rssiValue=lambda: -61,
        transmitRate=lambda: 433.0,
        wlanChannel=lambda: channel,
        ssid=lambda: None,
        bssid=lambda: None,
    )
    client = SimpleNamespace(interfaces=lambda: [one])
    framework = SimpleNamespace(CWWiFiClient=SimpleNamespace(sharedWiFiClient=lambda: client))
    monkeypatch.setitem(sys.modules, "CoreWLAN", framework)
    found = asyncio.run(stand_in(tmp_path).wifi())
    (link,) = found.links
    assert (link.associated, link.rssi_dbm, link.channel, link.tx_rate_mbps) == (True, -61, 44, 433.0)
    assert (link.ssid, found.scan_known) == (None, False), "without consent there is no name, and that is no verdict"


def test_no_core_wlan() -> None:
    assert macos_wifi.corewlan() is None


# ------------------------------------------------------------------ the system, dialling, earlier runs


def test_the_system(tmp_path: Path) -> None:
    found = asyncio.run(stand_in(tmp_path).os_release())
    assert (found.family, found.id, found.name, found.version) == ("macos", "macos", "macOS 15.5", "15.5")
    values = macos_system.sysctls(samples.BOOT)
    assert macos_system.boot_age_s(values, 1795000100) == 100
    assert macos_system.boot_age_s(values, 1794999999) is None, "a start in the future"


@pytest.mark.parametrize(("own_s", "percent"), [(0.0, 3.0), (60.0, 0.0)])
def test_how_busy_without_ourselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_s: float, percent: float
) -> None:
    spent = iter((0.0, own_s))
    monkeypatch.setattr("cpe_agent.host.macos.time.process_time", lambda: next(spent))
    assert asyncio.run(stand_in(tmp_path).busy(0.1)) == (percent, 39.0)


def test_one_row_of_iostat_is_the_average_since_the_start() -> None:
    assert macos_system.cpu_percent(samples.IOSTAT.rpartition("     2")[0]) is None


def test_dialling(tmp_path: Path) -> None:
    mac = stand_in(tmp_path)
    assert [(e.kind, e.state) for e in asyncio.run(mac.dial_entries())] == [("vpn", "connected")]
    log = asyncio.run(mac.dial_log())
    assert (log.log, log.set_up) == (None, True)
    assert [(e.kind, e.state, e.stage, e.age_s) for e in log.entries] == [("pppoe", "failed", "auth", None)]


def test_the_log_of_the_dialler_is_newer_than_what_the_system_keeps(tmp_path: Path) -> None:
    mac = stand_in(tmp_path)
    stamp = time.strftime("%a %b %e %H:%M:%S %Y", time.localtime(time.time() - 20))
    (tmp_path / "var/log").mkdir(parents=True)
    texts = ("PPPoE connecting to service '' [access concentrator '']...", "PAP authentication failed")
    (tmp_path / "var/log/ppp.log").write_text("".join(f"{stamp} : {text}\n" for text in texts))
    log = asyncio.run(mac.dial_log())
    assert log.log == "read"
    assert [(e.kind, e.reason, (e.age_s or 0) >= 20) for e in log.entries] == [("pppoe", "rejected", True)]


def test_a_vpn_of_a_kind_without_a_second_word() -> None:
    line = '* (Connected)      0A0B0C0D-1111-4222-8333-444455556666 IPSec "Office"   [IPSec]'
    assert [(one.entry.kind, one.entry.state) for one in dial_macos.services(line)] == [("vpn", "connected")]


def test_a_mac_that_dials_nothing(tmp_path: Path) -> None:
    said = with_said("/usr/sbin/scutil", **{"--nc list": "Available network connection services in the current set:\n"})
    mac = stand_in(tmp_path, said)
    assert asyncio.run(mac.dial_entries()) == ()
    assert asyncio.run(mac.dial_log()) == ((), None, False)
    assert asyncio.run(stand_in(tmp_path / "other", without("/usr/sbin/scutil")).dial_log()).set_up is None


def test_a_run_is_kept_for_the_next_one_of_this_home(tmp_path: Path) -> None:
    mac = stand_in(tmp_path, _started_now())
    assert asyncio.run(mac.past_runs()) == ()
    mac.keep_run(KeptRun("fault", "access-no-sync", "access"))
    (run,) = asyncio.run(mac.past_runs())
    assert (run.verdict, run.fault, run.same_boot) == ("fault", "access-no-sync", True)


def test_where_no_router_is_heard_nothing_is_kept(tmp_path: Path) -> None:
    said = _started_now()
    said["/usr/sbin/arp"] = {"-an": "? (192.168.178.1) at (incomplete) on en0 ifscope [ethernet]\n"}
    mac = stand_in(tmp_path, said)
    mac.keep_run(KeptRun("healthy"))
    assert not (tmp_path / "state").exists()


def _started_now() -> dict[str, dict[str, str]]:
    boot = f"kern.boottime: {{ sec = {int(time.time()) - 900}, usec = 1 }} x\n"
    return with_said("/usr/sbin/sysctl", **{"kern.boottime kern.bootsessionuuid": boot + samples.SESSION})


# ------------------------------------------------------------------ disk images


def test_disk_images_by_their_files_names() -> None:
    assert macos_image.images(samples.IMAGES) == (
        ("cpe-agent-4F7K2Q9X (1).dmg", ("/Volumes/Example Check",)),
        ("office.dmg", ()),
    )


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "<plist/>",
        "<plist><array/></plist>",
        "<plist><dict><key>images</key><string>x</string></dict></plist>",
        "<plist><dict><key>images</key><array><string>x</string><dict><key>image-path</key><integer>7</integer></dict>"
        "</array></dict></plist>",
        "<plist><dict><key>images</key><array><date>x</date></array></dict></plist>",
        '<!DOCTYPE plist [<!ENTITY a "/b/cpe-agent-4F7K2Q9X.dmg">]>\n'
        "<plist><dict><key>images</key><array><dict><key>image-path</key><string>&a;</string></dict></array></dict></plist>",
        "<plist><key>x</key></plist>",
        "<array>" * 30_000,
        "<plist>" + "<array>" * 15_000 + "</array>" * 15_000 + "</plist>",
        f"<plist><dict><key>images</key><array><dict><key>image-path</key><string>{'x/' * 5000}</string></dict></array>"
        "</dict></plist>",
    ],
)  # fmt: skip
def test_a_list_of_images_that_says_something_else(text: str) -> None:
    assert macos_image.images(text) == ()


def test_of_many_images_some_are_read() -> None:
    one = "<dict><key>image-path</key><string>/a.dmg</string></dict>"
    text = f"<plist><dict><key>images</key><array>{one * 500}</array></dict></plist>"
    assert len(macos_image.images(text)) == macos_image.MAX_IMAGES


@pytest.mark.parametrize("ran", [None, Ran(None, samples.IMAGES[:900]), Ran(1, samples.IMAGES)])
def test_images_that_the_system_did_not_tell_whole(ran: Ran | None) -> None:
    assert macos_image.mounted(lambda *_, **_more: ran) == ()


# ------------------------------------------------------------------ through the collectors


def test_the_collectors_read_a_mac(tmp_path: Path) -> None:
    recording = RecordingHost(Host(stand_in(tmp_path), Probes()))

    async def collect() -> tuple[Any, Any, Any]:
        nothing = Facts({})
        seen = await interfaces.COLLECTOR.collect(recording.host, nothing)
        facts = Facts(
            {
                Interfaces: Section(Outcome.MEASURED, 0.0, 0.0, seen),
                Plan: Section(Outcome.MEASURED, 0.0, 0.0, Plan()),
            }
        )
        rest = [one.COLLECTOR.collect(recording.host, facts) for one in (addressing, wifi)]
        return (seen, *[await one for one in rest])

    seen, addressed, air = asyncio.run(collect())
    assert seen.uplink == "en0"
    assert addressed.configured == "dhcp"
    assert {a.nic for a in addressed.addresses} == {"en0", "utun0"}
    assert air.links[0].rssi_dbm == -53
    assert b"Home guests" not in recording.to_json()
    assert b"3c:22:fb:" not in recording.to_json(), "no hardware address leaves the host"


# ------------------------------------------------------------------ what is not there, and what is not meant well


@pytest.mark.parametrize(
    ("program", "question"),
    [
        ("/sbin/ifconfig", "nics"),
        ("/sbin/ifconfig", "addresses"),
        ("/usr/sbin/netstat", "routes"),
        ("/usr/sbin/arp", "neighbours"),
        ("/usr/sbin/scutil", "resolvers"),
    ],
)
def test_what_the_system_does_not_tell_is_not_an_empty_list(program: str, question: str, tmp_path: Path) -> None:
    with pytest.raises(CannotMeasure) as caught:
        asyncio.run(getattr(stand_in(tmp_path, without(program)), question)())
    assert caught.value.outcome is Outcome.UNSUPPORTED


def test_a_program_that_never_ends_is_stopped(tmp_path: Path) -> None:
    mac = stand_in(tmp_path)
    (tmp_path / "sbin/ifconfig").write_text("#!/bin/sh\nexec sleep 60\n")
    with pytest.raises(CannotMeasure) as caught:
        asyncio.run(mac.nics())
    assert caught.value.outcome is Outcome.TIMED_OUT


PARSERS: dict[str, tuple[Callable[[str], object], str]] = {
    "ifconfig": (macos_nics.ifconfig, samples.IFCONFIG),
    "netstat -ibn": (macos_nics.counters, samples.NETSTAT_I),
    "hardware ports": (macos_nics.hardware_ports, samples.PORTS),
    "netstat -rn": (macos_tables.ways, samples.NETSTAT_R),
    "arp -an": (macos_tables.arp, samples.ARP),
    "ndp -an": (macos_tables.ndp, samples.NDP),
    "services": (macos_settings.services, samples.SERVICES),
    "getinfo": (macos_settings.written_address, samples.INFO_MANUAL),
    "getdnsservers": (macos_settings.written_servers, "192.0.2.53\n"),
    "getpacket": (lambda text: macos_settings.lease("en0", text), samples.PACKET),
    "scutil --dns": (macos_settings.resolvers, samples.DNS),
    "scutil --proxy": (macos_settings.proxies, samples.PROXY),
    "scutil --nc list": (dial_macos.services, samples.NC_LIST),
    "scutil --nc status": (lambda text: dial_macos.status(text, "pppoe"), samples.NC_STATUS),
    "airport power": (macos_wifi.power, "Wi-Fi Power (en0): On\n"),
    "profiler": (lambda text: macos_wifi.airport(text)[0], samples.AIRPORT),
    "sw_vers": (lambda text: macos_system.version(text).version, samples.SW_VERS),
    "boottime": (lambda text: macos_system.boot_age_s(macos_system.sysctls(text), 1795000100), samples.BOOT),
    "memory": (lambda text: macos_system.memory_percent(macos_system.sysctls(text)), samples.MEMORY),
    "iostat": (macos_system.cpu_percent, samples.IOSTAT),
    "hdiutil info": (macos_image.images, samples.IMAGES),
}


@pytest.mark.parametrize("name", PARSERS)
def test_every_parser_reads_the_good_and_finds_nothing_in_nothing(name: str) -> None:
    parse, good = PARSERS[name]
    assert parse(good) or parse(good) == 0
    assert not parse("")
    assert not parse("\n \n\t\n")


@pytest.mark.parametrize("name", PARSERS)
def test_every_parser_takes_what_was_cut_short(name: str) -> None:
    parse, good = PARSERS[name]
    for end in range(0, len(good), max(1, len(good) // 60)):
        parse(good[:end])


@pytest.mark.parametrize("name", PARSERS)
@given(data=st.data())
def test_no_text_breaks_a_parser(name: str, data: st.DataObject) -> None:
    """The good text with pieces of anything in it, or anything alone."""
    parse, good = PARSERS[name]
    piece = st.text(max_size=40)
    at = data.draw(st.integers(0, len(good)))
    parse(good[:at] + data.draw(piece) + good[at + data.draw(st.integers(0, 40)) :])
    parse(data.draw(st.text(max_size=200)))


@pytest.mark.parametrize("name", PARSERS)
def test_a_flood_is_cut(name: str) -> None:
    parse, good = PARSERS[name]
    found = parse("\n".join([good] * 400)[:262144])
    assert not isinstance(found, tuple | list | dict) or len(found) <= 4096


@pytest.mark.parametrize("text", ["[]", "{}", '{"SPAirPortDataType": 1}', '{"SPAirPortDataType": [[]]}', "[" * 100_000])
def test_a_profiler_that_says_something_else(text: str) -> None:
    assert macos_wifi.airport(text) == ({}, ())


def test_foreign_words_in_the_profiler_are_not_taken() -> None:
    text = samples.AIRPORT.replace("585", '"1e999"').replace('"-53 dBm / -92 dBm"', "[-53]").replace('"36 (', '"x36 (')
    air = macos_wifi.airport(text)[0]["en0"]
    assert (air.rssi_dbm, air.channel) == (None, None)
    assert air.tx_rate_mbps is None
