"""What Linux systems write down, as their files are: settings, leases, resolvers, proxies."""

from __future__ import annotations

import asyncio
import os
import struct
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpe_agent.facts import HostsEntry, Lease, NicKind, Origin, Proxy
from cpe_agent.host import linux_dial, linux_leases, linux_origin, linux_settings, parse_linux
from cpe_agent.host.hardware_address import network_name, station, station_of_text
from cpe_agent.host.linux import LinuxLocal
from cpe_agent.host.linux_resolvers import read_resolvers, resolvectl_servers
from cpe_agent.host.linux_settings import Settings
from cpe_agent.host.netlink_rows import AF_INET, AF_INET6, AddressRow, LinkRow, RouteRow
from cpe_agent.host.program import Ran
from cpe_agent.host.support_table import SUPPORT_END, TABLE_DATE, support_end

NAMES = {2: "eth0", 3: "wlan0"}
NOW = 1_800_000_000.0


def nothing(*_args: str, **_options: float) -> Ran | None:
    """A system without any of the programs."""
    return None


def put(root: Path, name: str, content: str | bytes, age_s: float = 0.0) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    os.utime(path, (NOW - age_s, NOW - age_s))
    return path


# ------------------------------------------------------------------ small texts


def test_os_release_quotes_and_comments() -> None:
    values = parse_linux.assignments("# c\nID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME='Debian 12'\nbroken\n=x\n")
    assert (values["ID"], values["VERSION_ID"], values["PRETTY_NAME"]) == ("debian", "12", "Debian 12")


@pytest.mark.parametrize(
    ("text", "seconds"), [("350.13 700.1\n", 350.13), ("", None), ("x y", None), ("-1 2", None), ("nan 1", None)]
)
def test_uptime(text: str, seconds: float | None) -> None:
    assert parse_linux.uptime_s(text) == seconds


@pytest.mark.parametrize(
    ("mask", "may"),
    [("000001ffffffffff", True), ("0000000000002000", True), ("0000000000000400", False), ("zz", False)],
)
def test_the_right_to_raw_sockets(mask: str, may: bool) -> None:
    assert parse_linux.may_send_raw(f"Name:\tx\nCapEff:\t{mask}\n") is may


def test_hosts_lines_only_for_the_names_asked() -> None:
    text = "127.0.0.1 localhost\n10.0.0.9 Example.COM. other # comment example.org\n::1 example.org\nbad example.com\n"
    assert parse_linux.hosts_entries(text, ["example.com", "example.org"]) == (
        HostsEntry("example.com", "10.0.0.9"),
        HostsEntry("example.org", "::1"),
    )


def test_hosts_of_ten_thousand_lines_is_bounded() -> None:
    text = "10.0.0.9 example.com\n" * 20_000
    assert len(parse_linux.hosts_entries(text, ["example.com"])) == 64


def test_a_form_feed_makes_no_new_line() -> None:
    assert parse_linux.hosts_entries("10.0.0.9 a\x0c10.0.0.8\u2028example.com", ["10.0.0.8"]) == (
        HostsEntry("10.0.0.8", "10.0.0.9"),
    )


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("http://user:secret@proxy.example:3128/", "proxy.example", 3128),
        ("proxy.example:8080", "proxy.example", 8080),
        ("https://proxy.example", "proxy.example", 443),
        ("socks5://[2001:db8::1]:1080", "2001:db8::1", 1080),
        ("http://proxy.example", "proxy.example", 80),
    ],
)
def test_proxy_addresses(url: str, host: str, port: int) -> None:
    proxy = parse_linux.proxy_of_url(url, "environment")
    assert proxy == Proxy("manual", "environment", host, port)
    assert "secret" not in repr(proxy)


@pytest.mark.parametrize(
    "url", ["", "   ", "http://", "http://[::1", "http://h:99999", "http://h:x", "http://\u202e:1"]
)
def test_proxy_addresses_that_are_none(url: str) -> None:
    assert parse_linux.proxy_of_url(url, "environment") is None


def test_proxies_of_the_environment_in_either_case_each_once() -> None:
    environment = {"HTTP_PROXY": "http://a:1", "https_proxy": "http://a:1", "ALL_PROXY": "socks5://b:2"}
    assert parse_linux.environment_proxies(environment) == (
        Proxy("manual", "environment", "a", 1),
        Proxy("manual", "environment", "b", 2),
    )
    assert parse_linux.environment_proxies({"HTTP_PROXY": "http://a:1", "REQUEST_METHOD": "GET"}) == ()


GNOME = """org.gnome.system.proxy autoconfig-url '{url}'
org.gnome.system.proxy ignore-hosts ['localhost', '127.0.0.0/8', '::1']
org.gnome.system.proxy mode '{mode}'
org.gnome.system.proxy use-same-proxy true
org.gnome.system.proxy.ftp host ''
org.gnome.system.proxy.ftp port 0
org.gnome.system.proxy.http authentication-password 'secret'
org.gnome.system.proxy.http host 'proxy.example'
org.gnome.system.proxy.http port 3128
org.gnome.system.proxy.https host ''
org.gnome.system.proxy.https port 0
org.gnome.system.proxy.socks host ''
org.gnome.system.proxy.socks port 0
"""


@pytest.mark.parametrize(
    ("mode", "url", "proxy"),
    [
        ("none", "", None),
        ("manual", "", Proxy("manual", "desktop", "proxy.example", 3128)),
        (
            "auto",
            "http://u:secret@pac.example/p.pac?k=secret",
            Proxy("pac", "desktop", pac_url="http://pac.example/p.pac"),
        ),
        ("auto", "", Proxy("wpad", "desktop")),
    ],
)
def test_gnome(mode: str, url: str, proxy: Proxy | None) -> None:
    assert parse_linux.gnome_proxy(GNOME.format(mode=mode, url=url)) == proxy


@pytest.mark.parametrize(
    ("kind", "proxy"),
    [
        (0, None),
        (1, Proxy("manual", "desktop", "proxy.example", 3128)),
        (2, Proxy("pac", "desktop", pac_url="http://pac.example/p.pac")),
        (3, Proxy("wpad", "desktop")),
        (4, None),
    ],
)
def test_kde(kind: int, proxy: Proxy | None) -> None:
    text = f"[Proxy Settings]\nProxyType={kind}\nProxy Config Script=http://pac.example/p.pac\n"
    assert parse_linux.kde_proxy(text + "httpProxy=http://proxy.example 3128\n") == proxy


@given(st.text(max_size=300))
def test_any_text_is_parsed_without_a_traceback(text: str) -> None:
    parse_linux.assignments(text)
    parse_linux.sections(text)
    parse_linux.resolv_conf(text)
    parse_linux.hosts_entries(text, ["a"])
    parse_linux.proxy_of_url(text, "environment")
    parse_linux.script_url(text)
    parse_linux.gnome_proxy(text)
    parse_linux.kde_proxy("[Proxy Settings]\nProxyType=1\nhttpProxy=" + text)
    linux_leases.dhclient("lease {\n" + text + "\n}\n")
    linux_leases.systemd("eth0", text, None)
    linux_settings.nmcli_blocks(text)
    settings = Settings()
    settings.ifupdown("iface eth0 inet static\n" + text)
    settings.networkd("eth0", "[Network]\n" + text)
    settings.dhcpcd(text)
    resolvectl_servers(text)


def test_the_desktop_comes_first_and_is_asked_only_where_something_is_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/home/x")
    monkeypatch.setenv("https_proxy", "http://u:secret@env.example:1")
    asked: list[str] = []

    def run(name: str, *_args: str, **_options: float) -> Ran | None:
        asked.append(name)
        return Ran(0, GNOME.format(mode="manual", url=""))

    local = LinuxLocal(tmp_path, run)
    environment = Proxy("manual", "environment", "env.example", 1)
    assert asyncio.run(local.proxies()) == (environment,)
    assert asked == []
    put(tmp_path, "home/x/.config/dconf/user", b"")
    assert asyncio.run(local.proxies()) == (Proxy("manual", "desktop", "proxy.example", 3128), environment)
    assert asked == ["gsettings"]


def test_os_release_of_any_root(tmp_path: Path) -> None:
    bare = asyncio.run(LinuxLocal(tmp_path, nothing).os_release())
    assert (bare.family, bare.id, bare.version) == ("linux", "linux", "")
    put(tmp_path, "usr/lib/os-release", 'ID=Fedora\nVERSION_ID=43\nPRETTY_NAME="Fed\u202eora \x1b[2J43"\n')
    release = asyncio.run(LinuxLocal(tmp_path, nothing).os_release())
    assert (release.id, release.version, release.name) == ("fedora", "43", "Fedora [2J43")


def test_hosts_file_of_this_root(tmp_path: Path) -> None:
    put(tmp_path, "etc/hosts", "10.0.0.9 example.com\n")
    found = asyncio.run(LinuxLocal(tmp_path, nothing).hosts_overrides(["example.com"]))
    assert found == (HostsEntry("example.com", "10.0.0.9"),)


# ------------------------------------------------------------------ dialling


@pytest.mark.parametrize(
    ("file", "text", "dials"),
    [
        ("etc/ppp/peers/provider", b'connect "/usr/sbin/chat -v -f /etc/chatscripts/pap"\n/dev/modem\n', False),
        ("etc/ppp/peers/dsl-provider", b"plugin rp-pppoe.so eth0\nuser alice\n", True),
        ("etc/ppp/peers/dsl-provider", b'#user me@isp\npty "/usr/sbin/pppoe -I eth0"\n', False),
        ("etc/ppp/peers/work", b'pty "pptp vpn.example --nolaunchpppd"\nname alice\n', True),
        ("etc/network/interfaces", b"iface dsl inet ppp\n", True),
        ("etc/hostname", b"h\n", False),
    ],
)
def test_a_connection_to_the_provider_is_set_up(tmp_path: Path, file: str, text: bytes, dials: bool) -> None:
    put(tmp_path, file, text)
    assert linux_dial.dials_a_provider(tmp_path) is dials


def test_what_networkmanager_dials() -> None:
    text = "".join(
        f"0f4b2c1e-0000-4000-8000-00000000000{number}:{row}\n"
        for number, row in enumerate(
            ("pppoe:activated", "802-3-ethernet:activated", "vpn:activating", "gsm:deactivating", "wireguard:activated",
             "pppoe:", "vpn:--")
        )
    )  # fmt: skip
    assert [(one.kind, one.state) for one in linux_dial.nm_active(text)] == [
        ("pppoe", "connected"),
        ("vpn", "connecting"),
        ("cellular", "idle"),
        ("vpn", "connected"),
    ]


def test_ppp_interfaces_and_what_carries_them(tmp_path: Path) -> None:
    rows = [
        LinkRow(index, name, kind, flags, None, None, None, None, "", None, None)
        for index, name, kind, flags in ((5, "ppp0", 512, 0x11), (6, "ppp1", 512, 0x10), (7, "eth0", 1, 1))
    ]
    kinds = {5: NicKind.PPP, 6: NicKind.PPP, 7: NicKind.ETHERNET}
    assert [one.kind for one in linux_dial.ppp_interfaces(tmp_path, rows, kinds)] == ["vpn", "vpn"]
    heading = "PPPoL2TP driver info, V2.0\nTUNNEL name, user-data-ok session-count\n  SESSION name, addr/port\n"
    put(tmp_path, "proc/net/pppol2tp", heading)
    assert linux_dial.session_kind(tmp_path) == "vpn"
    put(tmp_path, "proc/net/pppol2tp", heading + "\nTUNNEL 'tunl 7', Y 1\n  SESSION 'sess 7/1' 0A000001/1701\n")
    assert linux_dial.session_kind(tmp_path) == "l2tp"
    put(tmp_path, "proc/net/pppoe", "Id       Address              Device\n00000001 3c:a6:2f:00:00:01     eth0\n")
    found = linux_dial.ppp_interfaces(tmp_path, rows, kinds)
    assert [(one.kind, one.state, one.source) for one in found] == [
        ("pppoe", "connected", "pppd"),
        ("pppoe", "connecting", "pppd"),
    ]


# ------------------------------------------------------------------ pseudonyms, support table


def test_hardware_addresses_leave_only_hashed() -> None:
    raw = bytes.fromhex("3ca62f123456")
    assert (station(raw) or "").startswith("3c:a6:2f/")
    assert "123456" not in (station(raw) or "")
    assert station(raw) == station_of_text("3C-A6-2F-12-34-56") != station(raw[:5] + b"\0")
    assert (station(bytes.fromhex("020000000001")) or "").startswith("local/")
    for none in (None, b"", bytes(6), b"\xff" * 6, b"\1\0\x5e\0\0\1", b"\0" * 20):
        assert station(none) is None
    assert station_of_text("nonsense") is None
    assert network_name("Home") == network_name("Home") != network_name("home")
    assert network_name("") is None


def test_support_table() -> None:
    assert support_end("debian", "12") == SUPPORT_END[("debian", "12")]
    assert support_end("rhel", "9.4") == SUPPORT_END[("rhel", "9")]
    for system, version in (("debian", "99"), ("fedora", "44"), ("macos", "26.1"), ("windows", "11-24H2 Enterprise")):
        assert support_end(system, version) is None, "without a published end it is unknown, never over"
    assert support_end("", "") is None
    assert all(date.fromisoformat(end).isoformat() == end for end in (TABLE_DATE, *SUPPORT_END.values()))


# ------------------------------------------------------------------ leases

DHCLIENT = """lease {{
  interface "eth0";
  fixed-address 192.0.2.50;
  option subnet-mask 255.255.255.0;
  option routers 192.0.2.1;
  option dhcp-lease-time 600;
  option domain-name-servers 192.0.2.1,192.0.2.2;
  option dhcp-server-identifier 192.0.2.1;
  expire {expire};
}}
"""


def test_dhclient_lease_last_one_counts(tmp_path: Path) -> None:
    old = DHCLIENT.replace("192.0.2.50", "192.0.2.40").format(expire=f"epoch {int(NOW - 500)}")
    put(tmp_path, "var/lib/dhcp/dhclient.eth0.leases", old + DHCLIENT.format(expire=f"epoch {int(NOW + 400)}"))
    (lease,) = linux_leases.newest(linux_leases.read_leases(tmp_path, NAMES, NOW), NAMES, NOW)
    assert lease == Lease(
        "eth0", "192.0.2.50", "192.0.2.1", "192.0.2.1", 24, ("192.0.2.1", "192.0.2.2"), obtained_age_s=200, valid_s=600
    )


def test_dhclient_dates_are_utc() -> None:
    (kept,) = linux_leases.dhclient(DHCLIENT.format(expire="4 2026/11/19 10:00:00"))
    assert kept.began == 1_795_082_400 - 600


def test_an_expired_lease_is_none(tmp_path: Path) -> None:
    put(tmp_path, "var/lib/dhcp/dhclient.leases", DHCLIENT.format(expire=f"epoch {int(NOW - 1)}"))
    assert linux_leases.newest(linux_leases.read_leases(tmp_path, NAMES, NOW), NAMES, NOW) == ()


def test_a_lease_of_an_interface_that_is_gone_is_none(tmp_path: Path) -> None:
    put(tmp_path, "var/lib/dhcp/dhclient.leases", DHCLIENT.format(expire="never").replace("eth0", "eth7"))
    assert linux_leases.newest(linux_leases.read_leases(tmp_path, NAMES, NOW), NAMES, NOW) == ()


NETWORKD_LEASE = (
    "# This is private data. Do not parse.\nADDRESS=192.0.2.60\nNETMASK=255.255.255.128\nROUTER=192.0.2.1\n"
)
NETWORKD_LEASE += "SERVER_ADDRESS=192.0.2.1\nLIFETIME=3600\nDNS=192.0.2.1 192.0.2.3\n"


@pytest.mark.parametrize("path", ["run/systemd/netif/leases/2", "var/lib/NetworkManager/internal-0a1b-2c3d-eth0.lease"])
def test_networkd_and_networkmanager_leases(tmp_path: Path, path: str) -> None:
    put(tmp_path, path, NETWORKD_LEASE, age_s=100)
    (lease,) = linux_leases.newest(linux_leases.read_leases(tmp_path, NAMES, NOW), NAMES, NOW)
    assert (lease.nic, lease.address, lease.prefix_len, lease.router) == ("eth0", "192.0.2.60", 25, "192.0.2.1")
    assert (lease.obtained_age_s, lease.valid_s, lease.resolvers) == (100, 3600, ("192.0.2.1", "192.0.2.3"))


def ack(options: bytes) -> bytes:
    head = bytearray(236)
    head[16:20] = bytes([192, 0, 2, 70])
    return bytes(head) + b"\x63\x82\x53\x63" + options


def test_dhcpcd_keeps_the_servers_packet(tmp_path: Path) -> None:
    options = b"\x00\x36\x04\xc0\x00\x02\x01" + b"\x03\x04\xc0\x00\x02\x01" + b"\x01\x04\xff\xff\xff\x00"
    options += b"\x06\x08\xc0\x00\x02\x01\xc0\x00\x02\x02" + b"\x33\x04" + struct.pack("!I", 900) + b"\xff"
    put(tmp_path, "var/lib/dhcpcd/wlan0-HomeNet.lease", ack(options), age_s=30)
    (lease,) = linux_leases.newest(linux_leases.read_leases(tmp_path, NAMES, NOW), NAMES, NOW)
    assert lease == Lease(
        "wlan0", "192.0.2.70", "192.0.2.1", "192.0.2.1", 24, ("192.0.2.1", "192.0.2.2"), obtained_age_s=30, valid_s=900
    )


@given(st.binary(max_size=400))
def test_any_bytes_as_a_kept_packet(data: bytes) -> None:
    linux_leases.packet("eth0", data, None)
    linux_leases.packet("eth0", ack(data), None)


def test_nmcli_tells_a_lease() -> None:
    text = "GENERAL.DEVICE:eth0\nGENERAL.STATE:100 (connected)\nDHCP4.OPTION[1]:dhcp_lease_time = 3600\n"
    text += f"DHCP4.OPTION[2]:expiry = {int(NOW + 3000)}\nDHCP4.OPTION[3]:ip_address = 192.0.2.80\n"
    text += "DHCP4.OPTION[4]:domain_name_servers = 192.0.2.1 192.0.2.2\nDHCP4.OPTION[5]:routers = 192.0.2.1\n\n"
    text += "GENERAL.DEVICE:wlan0\nGENERAL.REASON:7 (No secrets\\: none)\n"
    first, second = linux_settings.nmcli_blocks(text)
    kept = linux_leases.nmcli("eth0", linux_settings.nmcli_options(first))
    assert kept is not None
    assert (kept.began, kept.lease.address, kept.lease.resolvers) == (
        NOW - 600,
        "192.0.2.80",
        ("192.0.2.1", "192.0.2.2"),
    )
    assert second == {"GENERAL.DEVICE": "wlan0", "GENERAL.REASON": "7 (No secrets: none)"}


# ------------------------------------------------------------------ settings


def test_ifupdown(tmp_path: Path) -> None:
    put(
        tmp_path,
        "etc/network/interfaces",
        "auto lo\niface lo inet loopback\n\nallow-hotplug wlan0\niface wlan0 inet dhcp\n",
    )
    put(
        tmp_path,
        "etc/network/interfaces.d/eth0",
        "iface eth0 inet static\n address 192.0.2.9/24\n gateway 192.0.2.1\n dns-nameservers 192.0.2.53 192.0.2.54\n",
    )
    settings = linux_settings.read_settings(tmp_path, NAMES, nothing, [])
    assert settings.configured == {"eth0": "static", "wlan0": "dhcp"}
    assert settings.addresses == {"192.0.2.9"}
    assert settings.dns_nic == {"192.0.2.53": "eth0", "192.0.2.54": "eth0"}


def test_networkd(tmp_path: Path) -> None:
    put(tmp_path, "run/systemd/netif/links/2", "ADMIN_STATE=configured\nNETWORK_FILE=/etc/systemd/network/a.network\n")
    put(tmp_path, "run/systemd/netif/links/3", "NETWORK_FILE=/run/systemd/network/b.network\n")
    put(
        tmp_path,
        "etc/systemd/network/a.network",
        "[Network]\nDHCP=no\nAddress=192.0.2.9/24\nDNS=192.0.2.53#dns.example\n",
    )
    put(tmp_path, "run/systemd/network/b.network", "[Match]\nName=wl*\n[Network]\nDHCP=yes\n")
    settings = linux_settings.read_settings(tmp_path, NAMES, nothing, [])
    assert settings.configured == {"eth0": "static", "wlan0": "dhcp"}
    assert settings.resolvers == {"192.0.2.53"}


def test_networkd_file_outside_is_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    put(tmp_path, "secret", "[Network]\nDHCP=yes\n")
    put(root, "run/systemd/netif/links/2", "NETWORK_FILE=/../secret\n")
    assert linux_settings.read_settings(root, NAMES, nothing, []).configured == {}


KEYFILE = """[connection]
id=Home
uuid=u-1
type=ethernet

[wifi-security]
psk=secret

[ipv4]
address1=192.0.2.9/24,192.0.2.1
dns=192.0.2.53;
ignore-auto-dns=true
method={method}
"""


def test_networkmanager_keyfile_by_the_device_that_uses_it(tmp_path: Path) -> None:
    put(tmp_path, "etc/NetworkManager/system-connections/Home.nmconnection", KEYFILE.format(method="manual"))
    put(tmp_path, "run/NetworkManager/devices/3", "[device]\nconnection-uuid=u-1\n")
    settings = linux_settings.read_settings(tmp_path, NAMES, nothing, [])
    assert settings.configured == {"wlan0": "static"}
    assert settings.resolvers == {"192.0.2.53"}
    assert "secret" not in repr(linux_settings.nm_profiles(tmp_path))


def test_networkmanager_through_nmcli_when_the_keyfile_is_roots(tmp_path: Path) -> None:
    def run(name: str, *args: str, **_options: float) -> Ran | None:
        assert name == "nmcli"
        assert args[-1] == "u-1"
        text = "connection.uuid:u-1\nipv4.method:manual\nipv4.dns:192.0.2.53,192.0.2.54\nipv4.addresses:192.0.2.9/24\n"
        return Ran(0, text + "ipv6.dns:2001\\:db8\\:\\:53\nipv6.addresses:\n")

    devices = [{"GENERAL.DEVICE": "eth0", "GENERAL.CON-UUID": "u-1"}]
    settings = linux_settings.read_settings(tmp_path, NAMES, run, devices)
    assert settings.configured == {"eth0": "static"}
    assert settings.resolvers == {"192.0.2.53", "192.0.2.54", "2001:db8::53"}


def test_dhcpcd_conf(tmp_path: Path) -> None:
    text = "hostname\ninterface eth0\nstatic ip_address=192.0.2.9/24\nstatic domain_name_servers=192.0.2.53\n"
    put(tmp_path, "etc/dhcpcd.conf", text)
    settings = linux_settings.read_settings(tmp_path, NAMES, nothing, [])
    assert (settings.configured, settings.resolvers) == ({"eth0": "static"}, {"192.0.2.53"})


def process(root: Path, pid: int, comm: str, netns: str, cmdline: str = "") -> None:
    put(root, f"{pid}/comm", comm + "\n")
    put(root, f"{pid}/cmdline", cmdline)
    place = put(root, f"net-{netns}", "")
    (root / f"{pid}/ns").mkdir()
    (root / f"{pid}/ns/net").symlink_to(place)


@pytest.mark.parametrize(
    ("comm", "netns", "cmdline", "runs"),
    [
        ("dhclient", "a", "", True),
        ("systemd-network", "a", "", True),
        ("busybox", "a", "busybox\0udhcpc\0-i", True),
        ("busybox", "a", "busybox\0httpd", False),
        ("dhclient", "b", "", False),
        ("dhclient-not", "a", "", False),
    ],
)
def test_dhcp_client_in_our_network_namespace(tmp_path: Path, comm: str, netns: str, cmdline: str, runs: bool) -> None:
    process(tmp_path, 1, "init", "a")
    process(tmp_path, 70, comm, netns, cmdline)
    (tmp_path / "self").symlink_to(tmp_path / "1")
    assert linux_settings.dhcp_client_runs(tmp_path) is runs


def test_hidden_processes_leave_the_dhcp_client_unknown(tmp_path: Path) -> None:
    process(tmp_path, 70, "python", "a")
    (tmp_path / "self").symlink_to(tmp_path / "70")
    assert linux_settings.dhcp_client_runs(tmp_path) is None
    assert linux_settings.dhcp_client_runs(tmp_path / "absent") is None


# ------------------------------------------------------------------ resolvers


def resolvers(
    root: Path, leases: tuple[Lease, ...] = (), tunnels: frozenset[str] = frozenset()
) -> list[tuple[object, ...]]:
    settings = linux_settings.read_settings(root, NAMES, nothing, [])
    return [tuple(one) for one in read_resolvers(root, NAMES, tunnels, leases, settings, nothing).resolvers]


def test_a_plain_resolv_conf_does_not_say_where_it_came_from(tmp_path: Path) -> None:
    put(tmp_path, "etc/resolv.conf", "search x\nnameserver 192.0.2.1\nnameserver fe80::1%eth0\nnameserver nonsense\n")
    assert resolvers(tmp_path) == [
        ("192.0.2.1", None, Origin.UNKNOWN, "off"),
        ("fe80::1%eth0", "eth0", Origin.UNKNOWN, "off"),
    ]


def test_a_resolver_that_the_lease_offers_is_dhcp_even_when_written_down_too(tmp_path: Path) -> None:
    put(tmp_path, "etc/resolv.conf", "nameserver 192.0.2.1\nnameserver 192.0.2.53\n")
    put(tmp_path, "etc/network/interfaces", "iface eth0 inet dhcp\n  dns-nameservers 192.0.2.1 192.0.2.53\n")
    lease = Lease("wlan0", resolvers=("192.0.2.1",))
    assert resolvers(tmp_path, (lease,)) == [
        ("192.0.2.1", "wlan0", Origin.DHCP, "off"),
        ("192.0.2.53", "eth0", Origin.STATIC, "off"),
    ]


def test_behind_the_stub_of_systemd_resolved(tmp_path: Path) -> None:
    put(tmp_path, "etc/resolv.conf", "nameserver 127.0.0.53\noptions edns0 trust-ad\n")
    put(
        tmp_path,
        "run/systemd/resolve/resolv.conf",
        "nameserver 192.0.2.1\nnameserver 192.0.2.53\nnameserver 10.8.0.1\n",
    )
    put(tmp_path, "run/systemd/resolve/netif/3", "SERVERS=10.8.0.1\n")
    put(tmp_path, "run/systemd/netif/links/2", "DNS=192.0.2.1\n")
    put(tmp_path, "etc/systemd/resolved.conf", "[Resolve]\nDNS=192.0.2.53#dns.example\nDNSOverTLS=opportunistic\n")
    assert resolvers(tmp_path, tunnels=frozenset({"wlan0"})) == [
        ("192.0.2.1", "eth0", Origin.UNKNOWN, "opportunistic"),
        ("192.0.2.53", None, Origin.STATIC, "opportunistic"),
        ("10.8.0.1", "wlan0", Origin.TUNNEL, "opportunistic"),
    ]


def test_a_stub_whose_state_is_hidden_is_asked_of_resolvectl_or_kept(tmp_path: Path) -> None:
    put(tmp_path, "etc/resolv.conf", "nameserver 127.0.0.53\n")
    assert resolvers(tmp_path) == [("127.0.0.53", None, Origin.UNKNOWN, None)]

    def run(name: str, *_args: str, **_options: float) -> Ran | None:
        return (
            Ran(0, "Global:\nLink 2 (eth0): 192.0.2.1 2001:db8::1\nLink 3 (wlan0):\n") if name == "resolvectl" else None
        )

    found = read_resolvers(tmp_path, NAMES, frozenset(), (), Settings(), run)
    assert [one.address for one in found.resolvers] == ["192.0.2.1", "2001:db8::1"]


def test_resolvconf_and_dhcpcd_name_their_sources(tmp_path: Path) -> None:
    put(tmp_path, "etc/resolv.conf", "# Generated by dhcpcd from eth0.dhcp\nnameserver 192.0.2.1\n")
    assert resolvers(tmp_path)[0][2] is Origin.DHCP
    put(tmp_path, "etc/resolv.conf", "# Generated by dhcpcd from eth0.dhcp, eth0.ra\nnameserver 192.0.2.1\n")
    assert resolvers(tmp_path)[0][2] is Origin.UNKNOWN
    put(tmp_path, "run/resolvconf/interface/wlan0.udhcpc", "nameserver 192.0.2.1\n")
    assert resolvers(tmp_path)[0][1:3] == ("wlan0", Origin.DHCP)


def test_five_hundred_servers_are_counted_and_sixteen_kept(tmp_path: Path) -> None:
    put(tmp_path, "etc/resolv.conf", "".join(f"nameserver 10.0.{i // 250}.{i % 250}\n" for i in range(500)))
    found = read_resolvers(tmp_path, NAMES, frozenset(), (), Settings(), nothing)
    assert (len(found.resolvers), found.total) == (16, 500)


# ------------------------------------------------------------------ origins


@pytest.mark.parametrize(
    ("row", "kind", "origin"),
    [
        (AddressRow(2, AF_INET, "192.0.2.9", 24, 0, 0x80, None, None), NicKind.ETHERNET, Origin.UNKNOWN),
        (AddressRow(2, AF_INET, "192.0.2.7", 24, 0, 0x80, None, None), NicKind.ETHERNET, Origin.STATIC),
        (AddressRow(2, AF_INET, "192.0.2.8", 24, 0, 0x80, None, None), NicKind.ETHERNET, Origin.DHCP),
        (AddressRow(2, AF_INET, "192.0.2.9", 24, 0, 0, 600, None), NicKind.WIFI, Origin.DHCP),
        (AddressRow(2, AF_INET, "169.254.3.4", 16, 0, 0x80, None, None), NicKind.ETHERNET, Origin.LINK_LOCAL),
        (AddressRow(2, AF_INET, "192.0.2.9", 32, 0, 0x80, None, None), NicKind.PPP, Origin.PPP),
        (AddressRow(2, AF_INET, "10.8.0.2", 24, 0, 0x80, None, None), NicKind.TUNNEL, Origin.TUNNEL),
        (AddressRow(2, AF_INET6, "fe80::1", 64, 253, 0x80, None, 3), NicKind.ETHERNET, Origin.LINK_LOCAL),
        (AddressRow(2, AF_INET6, "2001:db8::1", 64, 0, 0x80, None, 2), NicKind.ETHERNET, Origin.RA),
        (AddressRow(2, AF_INET6, "2001:db8::1", 64, 0, 0, 600, None), NicKind.ETHERNET, Origin.RA),
        (AddressRow(2, AF_INET6, "2001:db8::1", 128, 0, 0, 600, None), NicKind.ETHERNET, Origin.DHCP),
        (AddressRow(2, AF_INET6, "2001:db8::1", 64, 0, 0x80, None, None), NicKind.ETHERNET, Origin.UNKNOWN),
    ],
)
def test_address_origin(row: AddressRow, kind: NicKind, origin: Origin) -> None:
    settings = Settings(addresses={"192.0.2.7"})
    assert linux_origin.of_address(row, "eth0", kind, [Lease("eth0", "192.0.2.8")], settings) is origin


@pytest.mark.parametrize(
    ("protocol", "gateway", "configured", "origin"),
    [
        (16, "192.0.2.1", {}, Origin.DHCP),
        (9, "fe80::1", {}, Origin.RA),
        (3, "192.0.2.1", {}, Origin.UNKNOWN),
        (3, "192.0.2.254", {}, Origin.DHCP),
        (4, "192.0.2.1", {}, Origin.UNKNOWN),
        (4, "192.0.2.1", {"eth0": "static"}, Origin.STATIC),
    ],
)
def test_route_origin(protocol: int, gateway: str, configured: dict[str, str], origin: Origin) -> None:
    row = RouteRow(2, AF_INET, "0.0.0.0/0", gateway, 0, protocol, 254)
    leases = [Lease("eth0", router="192.0.2.254")]
    assert linux_origin.of_route(row, "eth0", NicKind.ETHERNET, leases, Settings(configured)) is origin
