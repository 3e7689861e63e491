"""What a Mac's programs print, WRITTEN BY HAND from their manual pages and from descriptions: never read off a Mac.

A laptop on Wi-Fi at home: an empty wired socket, a VPN's interface that takes nothing, IPv4 by DHCP, IPv6 by router
advertisements. Addresses are those for documentation (RFC 5737, RFC 3849) or private ones.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cpe_agent.host import program
from cpe_agent.host.macos import MacosLocal
from cpe_agent.host.program import Ran

IFCONFIG = """\
lo0: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> mtu 16384 index 1
	eflags=11000000<SHAREDLOCK>
	options=1203<RXCSUM,TXCSUM,TXSTATUS,SW_TIMESTAMP>
	inet 127.0.0.1 netmask 0xff000000
	inet6 ::1 prefixlen 128
	inet6 fe80::1%lo0 prefixlen 64 scopeid 0x1
	nd6 options=201<PERFORMNUD,DAD>
	link quality: 100 (good)
gif0: flags=8010<POINTOPOINT,MULTICAST> mtu 1280 index 2
anpi0: flags=8863<UP,BROADCAST,SMART,RUNNING,SIMPLEX,MULTICAST> mtu 1500 index 4
	ether 5e:e9:1e:0:12:3
	media: none
	status: inactive
en5: flags=8863<UP,BROADCAST,SMART,RUNNING,SIMPLEX,MULTICAST> mtu 1500 index 7
	options=404<VLAN_MTU,CHANNEL_IO>
	ether 00:1b:21:0a:0b:0c
	nd6 options=201<PERFORMNUD,DAD>
	media: autoselect (none)
	status: inactive
	type: Ethernet
	link quality: 100 (good)
en1: flags=8963<UP,BROADCAST,SMART,RUNNING,PROMISC,SIMPLEX,MULTICAST> mtu 1500 index 9
	options=460<TSO4,TSO6,CHANNEL_IO>
	ether 36:e4:0:1:2:40
	media: autoselect <full-duplex>
	status: inactive
	type: Ethernet
bridge0: flags=8863<UP,BROADCAST,SMART,RUNNING,SIMPLEX,MULTICAST> mtu 1500 index 11
	options=63<RXCSUM,TXCSUM,TSO4,TSO6>
	ether 36:e4:0:1:2:40
	Configuration:
		id 0:0:0:0:0:0 priority 0 hellotime 0 fwddelay 0
	member: en1 flags=3<LEARNING,DISCOVER>
		ifmaxaddr 0 port 9 priority 0 path cost 0
	media: <unknown type>
	status: inactive
en0: flags=8863<UP,BROADCAST,SMART,RUNNING,SIMPLEX,MULTICAST> mtu 1500 index 12
	eflags=12000980<TXSTART,NOAUTOIPV6LL,ACCEPT_RTADV,ECN_ENABLE,CHANNEL_DRV>
	options=6460<TSO4,TSO6,CHANNEL_IO,PARTIAL_CSUM,ZEROINVERT_CSUM>
	ether 3c:22:fb:1:a2:3
	inet6 fe80::1c3a:4b5c:6d7e:8f90%en0 prefixlen 64 secured scopeid 0xc pltime infty vltime infty
	inet 192.168.178.34 netmask 0xffffff00 broadcast 192.168.178.255
	inet6 2001:db8:40:1:8a2:31ff:fe5d:7c01 prefixlen 64 autoconf secured pltime 3512 vltime 7112
	inet6 2001:db8:40:1:dd02:1b7e:4c1:9a55 prefixlen 64 deprecated autoconf temporary pltime 0 vltime 6010
	inet6 2001:db8:40:1::39 prefixlen 64 dynamic pltime 1800 vltime 3600
	nd6 options=201<PERFORMNUD,DAD>
	media: autoselect
	status: active
	type: Wi-Fi
	link quality: 100 (good)
	state availability: 0 (true)
	scheduler: FQ_CODEL
	uplink rate: 585.00 Mbps [eff] / 866.00 Mbps
	downlink rate: 585.00 Mbps [eff] / 866.00 Mbps [max]
awdl0: flags=8943<UP,BROADCAST,RUNNING,PROMISC,SIMPLEX,MULTICAST> mtu 1500 index 13
	ether 7e:5:c1:24:14:ca
	inet6 fe80::7c05:c1ff:fe24:14ca%awdl0 prefixlen 64 scopeid 0xd
	media: autoselect
	status: active
utun0: flags=8051<UP,POINTOPOINT,RUNNING,MULTICAST> mtu 1380 index 15
	inet6 fe80::4c5d:6e7f:8091:a2b3%utun0 prefixlen 64 scopeid 0xf
	nd6 options=201<PERFORMNUD,DAD>
"""

IFCONFIG_APPLE = """\
lo0: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> mtu 16384 index 1
	inet 127.0.0.1 netmask 0xff000000
anpi0: flags=8863<UP,BROADCAST,SMART,RUNNING,SIMPLEX,MULTICAST> mtu 1500 index 4
	ether 5e:e9:1e:0:12:3
	media: none
	status: inactive
en4: flags=8863<UP,BROADCAST,SMART,RUNNING,SIMPLEX,MULTICAST> mtu 1500 index 5
	options=400<CHANNEL_IO>
	ether 5e:e9:1e:0:12:e3
	nd6 options=201<PERFORMNUD,DAD>
	media: none
	status: inactive
	type: Ethernet
en1: flags=8963<UP,BROADCAST,SMART,RUNNING,PROMISC,SIMPLEX,MULTICAST> mtu 1500 index 6
	ether 36:e4:0:1:2:40
	media: autoselect <full-duplex>
	status: inactive
	type: Ethernet
en0: flags=8863<UP,BROADCAST,SMART,RUNNING,SIMPLEX,MULTICAST> mtu 1500 index 12
	ether 3c:22:fb:1:a2:3
	media: autoselect
	status: inactive
	type: Wi-Fi
"""
"""A laptop with Apple's own processor, its Wi-Fi joined to nothing."""

NETSTAT_I = """\
Name       Mtu   Network       Address            Ipkts Ierrs     Ibytes    Opkts Oerrs     Obytes  Coll
lo0        16384 <Link#1>                        266339     0   91877120   266339     0   91877120     0
lo0        16384 127           127.0.0.1         266339     -   91877120   266339     -   91877120     -
lo0        16384 ::1/128     ::1                 266339     -   91877120   266339     -   91877120     -
gif0*      1280  <Link#2>                             0     0          0        0     0          0     0
anpi0      1500  <Link#4>    5e:e9:1e:00:12:03        0     0          0        0     0          0     0
en5        1500  <Link#7>    00:1b:21:0a:0b:0c        0     0          0        0     0          0     0
en1        1500  <Link#9>    36:e4:00:01:02:40        0     0          0        0     0          0     0
bridge     1500  <Link#11>   36:e4:00:01:02:40        0     0          0        1     0        342     0
en0        1500  <Link#12>   3c:22:fb:01:a2:03  1403291     3 1718334464   402337     1   61203456     0
en0        1500  fe80::1c3a: fe80:c::1c3a:4b5c: 1403291     - 1718334464   402337     -   61203456     -
en0        1500  192.168.178   192.168.178.34   1403291     - 1718334464   402337     -   61203456     -
awdl0      1500  <Link#13>   7e:05:c1:24:14:ca      112     0      20418      460     0     106338     0
utun0      1380  <Link#15>                            0     0          0        4     0        288     0
"""

NETSTAT_R = """\
Routing tables

Internet:
Destination        Gateway            Flags               Netif Expire
default            192.168.178.1      UGScg                 en0
127                127.0.0.1          UCS                   lo0
127.0.0.1          127.0.0.1          UH                    lo0
169.254            link#12            UCS                   en0      !
192.168.178        link#12            UCS                   en0      !
192.168.178.1/32   link#12            UCS                   en0      !
192.168.178.1      c8:e:14:a:b:c      UHLWIir               en0   1189
192.168.178.34/32  link#12            UCS                   en0      !
224.0.0/4          link#12            UmCS                  en0      !
255.255.255.255/32 link#12            UCS                   en0      !

Internet6:
Destination                             Gateway                         Flags               Netif Expire
default                                 fe80::ca0e:14ff:fe0a:b0c%en0    UGcg                  en0
default                                 fe80::%utun0                    UGcIg               utun0
::1                                     ::1                             UHL                   lo0
2001:db8:40:1::/64                      link#12                         UC                    en0
fe80::%en0/64                           link#12                         UCI                   en0
ff02::%en0/32                           link#12                         UmCI                  en0
"""

NETSTAT_R_OLD = """\
Routing tables

Internet:
Destination        Gateway            Flags        Refs      Use   Netif Expire
0/1                10.8.0.1           UGSc            5        0   utun3
default            10.0.0.138         UGSc           83       24     en0
128.0/1            10.8.0.1           UGSc            1        0   utun3
10.0.0/24          link#4             UCS             3        0     en0
default            10.0.1.1           UGScI           0        0     en4
"""

ARP = """\
? (169.254.81.142) at 60:93:17:3a:28:fc on en0 [ethernet]
? (192.168.178.1) at c8:e:14:a:b:c on en0 ifscope [ethernet]
? (192.168.178.20) at (incomplete) on en0 ifscope [ethernet]
? (192.168.178.34) at 3c:22:fb:1:a2:3 on en0 ifscope permanent [ethernet]
? (192.168.178.255) at ff:ff:ff:ff:ff:ff on en0 ifscope [ethernet]
? (224.0.0.251) at 1:0:5e:0:0:fb on en0 ifscope permanent [ethernet]
"""

NDP = """\
Neighbor                                Linklayer Address  Netif Expire    St Flgs Prbs
::1                                     (incomplete)         lo0 permanent R
2001:db8:40:1:8a2:31ff:fe5d:7c01        3c:22:fb:1:a2:3      en0 permanent R
fe80::1c3a:4b5c:6d7e:8f90%en0           3c:22:fb:1:a2:3      en0 permanent R
fe80::ca0e:14ff:fe0a:b0c%en0            c8:e:14:a:b:c        en0 12s       R  R
fe80::aa66:7fff:fe11:2233%en0           a8:66:7f:11:22:33    en0 23h59m2s  S
fe80::dead%en0                          (incomplete)         en0 expired   I
"""

PORTS = """\

Hardware Port: Ethernet
Device: en5
Ethernet Address: 00:1b:21:0a:0b:0c

Hardware Port: Thunderbolt Bridge
Device: bridge0
Ethernet Address: 36:e4:00:01:02:40

Hardware Port: Wi-Fi
Device: en0
Ethernet Address: 3c:22:fb:01:a2:03

Hardware Port: Thunderbolt 1
Device: en1
Ethernet Address: 36:e4:00:01:02:40

VLAN Configurations
===================
"""

PORTS_GERMAN = """\

Hardware Port: Ethernet-Adapter (en4)
Device: en4
Ethernet Address: 5e:e9:1e:00:12:e3

Hardware Port: WLAN
Device: en0
Ethernet Address: 3c:22:fb:01:a2:03

Hardware Port: Thunderbolt 1
Device: en1
Ethernet Address: 36:e4:00:01:02:40
"""

SERVICES = """\
An asterisk (*) denotes that a network service is disabled.
(1) Ethernet
(Hardware Port: Ethernet, Device: en5)

(*) Office dock
(Hardware Port: USB 10/100/1000 LAN, Device: en9)

(2) Thunderbolt Bridge
(Hardware Port: Thunderbolt Bridge, Device: bridge0)

(3) Wi-Fi
(Hardware Port: Wi-Fi, Device: en0)

(4) Office
(Hardware Port: com.example.vpn, Device: )

"""

INFO_DHCP = """\
DHCP Configuration
IP address: 192.168.178.34
Subnet mask: 255.255.255.0
Router: 192.168.178.1
Client ID:
IPv6: Automatic
IPv6 IP address: none
IPv6 Router: none
Wi-Fi ID: 3c:22:fb:01:a2:03
"""

INFO_MANUAL = """\
Manual Configuration
IP address: 192.168.178.34
Subnet mask: 255.255.255.0
Router: 192.168.178.1
IPv6: Automatic
IPv6 IP address: none
IPv6 Router: none
Ethernet Address: 00:1b:21:0a:0b:0c
"""

NO_SERVERS = "There aren't any DNS Servers set on Wi-Fi.\n"

PACKET = """\
op = BOOTREPLY
htype = 1
flags = 0
hlen = 6
hops = 0
xid = 0x6a1d03f7
secs = 0
ciaddr = 0.0.0.0
yiaddr = 192.168.178.34
siaddr = 192.168.178.1
giaddr = 0.0.0.0
chaddr = 3c:22:fb:1:a2:3
sname =
file =
options:
Options count is 9
dhcp_message_type (uint8): ACK 0x5
server_identifier (ip): 192.168.178.1
lease_time (uint32): 0xd2f00
renewal_t1_time_value (uint32): 0x69780
subnet_mask (ip): 255.255.255.0
router (ip_mult): {192.168.178.1}
domain_name_server (ip_mult): {192.168.178.1, 192.0.2.53}
domain_name (string): home.example
end (none):
"""

DNS = """\
DNS configuration

resolver #1
  search domain[0] : home.example
  nameserver[0] : 192.168.178.1
  nameserver[1] : fe80::ca0e:14ff:fe0a:b0c%en0
  if_index : 12 (en0)
  flags    : Request A records, Request AAAA records
  reach    : 0x00020002 (Reachable,Directly Reachable Address)

resolver #2
  domain   : local
  options  : mdns
  timeout  : 5
  flags    : Request A records, Request AAAA records
  reach    : 0x00000000 (Not Reachable)
  order    : 300000

resolver #3
  domain   : corp.example
  nameserver[0] : 10.99.0.53
  if_index : 15 (utun0)
  flags    : Supplemental, Request A records
  reach    : 0x00000003 (Reachable,Transient Connection)
  order    : 101200

DNS configuration (for scoped queries)

resolver #1
  nameserver[0] : 198.51.100.53
  if_index : 7 (en5)
  flags    : Scoped, Request A records
  reach    : 0x00000002 (Reachable)
"""

PROXY = """\
<dictionary> {
  ExceptionsList : <array> {
    0 : *.local
    1 : 169.254/16
  }
  FTPPassive : 1
  HTTPEnable : 1
  HTTPPort : 3128
  HTTPProxy : proxy.example
  HTTPSEnable : 1
  HTTPSPort : 3128
  HTTPSProxy : proxy.example
  ProxyAutoConfigEnable : 1
  ProxyAutoConfigURLString : http://user:word@wpad.example/proxy.pac?u=1
  ProxyAutoDiscoveryEnable : 1
  SOCKSEnable : 0
  __SCOPED__ : <dictionary> {
    en5 : <dictionary> {
      SOCKSEnable : 1
      SOCKSPort : 1080
      SOCKSProxy : other.example
    }
  }
}
"""

NO_PROXY = """\
<dictionary> {
  ExceptionsList : <array> {
    0 : *.local
  }
  FTPPassive : 1
}
"""

NC_LIST = """\
Available network connection services in the current set (*=enabled):
* (Disconnected)   0F0E0D0C-1111-4222-8333-444455556666 PPP --> PPPoE          "Dana's line"         [PPP:PPPoE]
* (Connected)      0A0B0C0D-1111-4222-8333-444455556666 VPN (com.example.vpn) "Office"         [VPN:com.example.vpn]
"""

NC_STATUS = """\
Disconnected
Extended Status <dictionary> {
  PPP : <dictionary> {
    DeviceLastCause : 0
    LastCause : 19
    Status : 0
  }
  Status : 0
}
"""

AIRPORT = """\
{
  "SPAirPortDataType" : [
    {
      "spairport_airport_interfaces" : [
        {
          "_name" : "en0",
          "spairport_airdrop_channel" : "149",
          "spairport_airport_other_local_wireless_networks" : [
            {
              "_name" : "Neighbours",
              "spairport_network_channel" : "11 (2GHz, 20MHz)",
              "spairport_network_phymode" : "802.11b/g/n",
              "spairport_security_mode" : "spairport_security_mode_wpa2_personal",
              "spairport_signal_noise" : "-80 dBm / -92 dBm"
            }
          ],
          "spairport_caps_airdrop" : "spairport_caps_supported",
          "spairport_current_network_information" : {
            "_name" : "Home guests",
            "spairport_network_bssid" : "c8:0e:14:0a:0b:0d",
            "spairport_network_channel" : "36 (5GHz, 80MHz)",
            "spairport_network_country_code" : "DE",
            "spairport_network_mcs" : 7,
            "spairport_network_phymode" : "802.11ac",
            "spairport_network_rate" : 585,
            "spairport_network_type" : "spairport_network_type_station",
            "spairport_security_mode" : "spairport_security_mode_wpa2_personal",
            "spairport_signal_noise" : "-53 dBm / -92 dBm"
          },
          "spairport_status_information" : "spairport_status_connected"
        },
        { "_name" : "awdl0", "spairport_current_network_information" : { "_name" : "x" } }
      ],
      "spairport_software_information" : { "spairport_corewlan_version" : "16.0 (1657)" }
    }
  ]
}
"""
AIRPORT_HIDDEN = AIRPORT.replace("Neighbours", "<redacted>").replace("Home guests", "<redacted>")

SW_VERS = "ProductName:\t\tmacOS\nProductVersion:\t\t15.5\nBuildVersion:\t\t24F74\n"
BOOT = "kern.boottime: { sec = 1795000000, usec = 613021 } Wed Nov 18 09:46:40 2026\n"
SESSION = "kern.bootsessionuuid: 8C8B7A69-5847-4362-9112-00FFEEDDCCBB\n"
MEMORY = "kern.memorystatus_level: 61\n"
IOSTAT = """\
              cpu    load average
    us sy id   1m   5m   15m
     6  4 90  1.75 1.62 1.57
     2  1 97  1.75 1.62 1.57
"""

IMAGES = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>framework</key>
	<string>671.100.2</string>
	<key>images</key>
	<array>
		<dict>
			<key>blockcount</key>
			<integer>65536</integer>
			<key>image-encrypted</key>
			<false/>
			<key>image-path</key>
			<string>/Users/dana/Downloads/cpe-agent-4F7K2Q9X (1).dmg</string>
			<key>image-type</key>
			<string>read-only disk image</string>
			<key>system-entities</key>
			<array>
				<dict>
					<key>content-hint</key>
					<string>GUID_partition_scheme</string>
					<key>dev-entry</key>
					<string>/dev/disk4</string>
				</dict>
				<dict>
					<key>dev-entry</key>
					<string>/dev/disk4s1</string>
					<key>mount-point</key>
					<string>/Volumes/Example Check</string>
				</dict>
			</array>
		</dict>
		<dict>
			<key>image-path</key>
			<string>/Users/dana/cpe-agent-ABCDEFGN/office.dmg</string>
			<key>system-entities</key>
			<array/>
		</dict>
	</array>
	<key>revision</key>
	<string>10.15</string>
</dict>
</plist>
"""

SAID: dict[str, dict[str, str]] = {
    # program -> arguments -> what it prints; anything else ends with status 1
    "/sbin/ifconfig": {"-a -L -v": IFCONFIG},
    "/usr/sbin/netstat": {"-rn": NETSTAT_R, "-ibn": NETSTAT_I},
    "/usr/sbin/arp": {"-an": ARP},
    "/usr/sbin/ndp": {"-an": NDP},
    "/usr/sbin/ipconfig": {"getpacket en0": PACKET},
    "/usr/sbin/networksetup": {
        "-listallhardwareports": PORTS,
        "-listnetworkserviceorder": SERVICES,
        "-getinfo Wi-Fi": INFO_DHCP,
        "-getinfo Ethernet": INFO_MANUAL,
        "-getdnsservers Wi-Fi": NO_SERVERS,
        "-getdnsservers Ethernet": "192.0.2.53\n2001:db8::53\n",
        "-getairportpower en0": "Wi-Fi Power (en0): On\n",
    },
    "/usr/sbin/scutil": {
        "--dns": DNS,
        "--proxy": PROXY,
        "--nc list": NC_LIST,
        "--nc status 0F0E0D0C-1111-4222-8333-444455556666": NC_STATUS,
    },
    "/usr/sbin/system_profiler": {"SPAirPortDataType -json": AIRPORT},
    "/usr/sbin/sysctl": {
        "kern.boottime": BOOT,
        "kern.boottime kern.bootsessionuuid": BOOT + SESSION,
        "kern.memorystatus_level": MEMORY,
    },
    "/usr/sbin/iostat": {"-n 0 -w 1 -c 2": IOSTAT},
    "/usr/bin/sw_vers": {"": SW_VERS},
}
"""A Mac's programs."""


def stand_in(folder: Path, said: dict[str, dict[str, str]] | None = None) -> MacosLocal:
    """The Mac's part over programs in ``folder`` that print what ``said`` holds."""
    if os.name != "posix":
        pytest.skip("the programs in a Mac's place are shell scripts")
    for path, answers in (SAID if said is None else said).items():
        place = folder / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        lines = ["#!/bin/sh", 'case "$*" in']
        for number, (arguments, text) in enumerate(answers.items()):
            place.with_suffix(f".{number}").write_text(text, encoding="utf-8")
            lines.append(f"'{arguments}') exec cat '{place}.{number}';;")
        place.write_text("\n".join([*lines, "esac", "exit 1", ""]), encoding="utf-8")
        place.chmod(0o755)
    etc = folder / "etc"
    etc.mkdir(exist_ok=True)
    (etc / "hosts").write_text("127.0.0.1\tlocalhost\n255.255.255.255\tbroadcasthost\n::1\tlocalhost\n")

    def run(name: str, *args: str, timeout_s: float = 0.5) -> Ran | None:
        return program.run(str(folder / name.lstrip("/")), *args, timeout_s=timeout_s)

    return MacosLocal(folder, run)
