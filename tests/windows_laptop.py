"""A Windows 11 laptop in the bytes that Windows would hand out, made by hand from Microsoft's headers and documents;
never seen on a real machine. ``install`` puts it behind the calls, so that ``WindowsLocal`` itself reads it.

It lives on Wi-Fi. A dock's wired socket has no cable and still the office's static settings; VirtualBox, Hyper-V and a
VPN that is off left adapters behind, most of which say that they are hardware; Wi-Fi Direct, Bluetooth, the WAN
miniports and Teredo are there as on every Windows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from cpe_agent.host import windows_api, windows_registry, windows_services
from tests import windows_bytes as made

if TYPE_CHECKING:
    import pytest

    from cpe_agent.host.windows_api import Memory

DOWN: dict[str, Any] = {"oper_status": 2, "media_state": 2}
ROUTER, ROUTER_V6 = "192.168.1.1", "fe80::a691:b1ff:fe77:d2e0"
ROUTER_MAC = bytes.fromhex("a491b177d2e0")
_WIFI, _DOCK, _DIRECT, _BLUETOOTH, _BOX, _SWITCH, _VPN, _TEREDO = 8, 4, 15, 6, 21, 31, 22, 14
_DIALLED, DIALLED = 40, "Somebody's line"
_OWN_V6 = "2a10:44:1::9c1e:77aa:5d02:e6f1"


class Laptop(NamedTuple):
    """``joined``: to the Wi-Fi. ``leased``: the router gave it an address. ``v6``: and one of IPv6. ``docked``: the
    wire was in use since this computer started. ``dialled``: over which of Windows' miniports a connection stands."""

    joined: bool = True
    leased: bool = True
    v6: bool = True
    docked: bool = True
    dialled: str | None = None


def install(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    def put(module: Any, **answers: Any) -> None:
        for name, answer in answers.items():
            monkeypatch.setattr(module, name, lambda *_, answer=answer: answer)

    put(
        windows_api,
        adapters=_adapters(laptop),
        interface_table=_interfaces(laptop),
        route_table=_routes(laptop),
        neighbour_tables=[_neighbours(laptop)],
        version=made.version(10, 0, 26200),
        since_boot_ms=262_812_400,
        is_administrator=False,
        processor_times=bytes(24),
        memory_status=bytes(64),
        service_state=4,
        device_problem=0,
        proxy_settings=(False, "", ""),
    )
    state = 1 if laptop.joined else 4
    radio = made.wlan_radio((1, 1))
    put(windows_services, wlan=(made.wlan_list((_WIFI, state)), {_key(_WIFI): {"radio": radio}}), events=b"")
    standing = [] if laptop.dialled is None else [made.ras_connection(7, *_miniport(laptop.dialled))]
    put(windows_services, ras_connections=b"".join(map(bytes, standing)), ras_status=made.ras_status(0x2000))
    monkeypatch.setattr(windows_registry, "values", lambda path: dict(_registry(laptop).get(path, {})))
    monkeypatch.setattr(windows_registry, "keys", lambda _: [_guid(index) for index in _DEVICES])


def _miniport(protocol: str) -> tuple[str, str]:
    return "PPPoE" if protocol == "PPPOE" else "vpn", f"WAN Miniport ({protocol})"


def _key(index: int) -> str:
    return bytes([index] + [0] * 15).hex()


def _guid(index: int) -> str:
    return f"{{000000{index:02X}-0000-0000-0000-000000000000}}"


def _interfaces(laptop: Laptop) -> bytes:
    dialled = [] if laptop.dialled is None else [made.interface(_DIALLED, DIALLED, if_type=23, flags=0)]
    radio = {"if_type": 71, "physical_medium": 9}
    used = {"in_unicast": 812_345, "in_octets": 918_273_645}
    return made.table(
        made.interface(1, "Loopback Pseudo-Interface 1", if_type=24, flags=0),
        made.interface(_DOCK, "Ethernet", flags=0x15, **DOWN, **(used if laptop.docked else {})),
        made.interface(_DIRECT, "Local Area Connection* 1", description="Wi-Fi Direct", **radio, **DOWN),
        made.interface(_BLUETOOTH, "Bluetooth Network Connection", **(DOWN | {"physical_medium": 10})),
        made.interface(_BOX, "Ethernet 3", description="VirtualBox Host-Only Ethernet Adapter", **used),
        made.interface(_SWITCH, "vEthernet (Default Switch)", flags=0, description="Hyper-V Virtual Ethernet Adapter"),
        made.interface(_VPN, "Ethernet 4", description="A VPN's Virtual Miniport", **DOWN),
        made.interface(_WIFI, "Wi-Fi", **radio, **used, **({} if laptop.joined else DOWN)),
        made.interface(3, "Wi-Fi-Native WiFi Filter Driver-0000", flags=0x02, **radio),
        made.interface(17, "Local Area Connection* 5", if_type=23, flags=0, **DOWN),
        made.interface(18, "Local Area Connection* 6", if_type=131, flags=0, **DOWN),
        made.interface(19, "Local Area Connection* 8", flags=0, physical_medium=0, description="WAN Miniport (IP)"),
        made.interface(_TEREDO, "Teredo Tunneling Pseudo-Interface", if_type=131, flags=0, tunnel_type=14),
        *dialled,
    )


_DEVICES = {
    _WIFI: "PCI\\VEN_8086&DEV_51F0\\3&11583659&0&A3",
    _DOCK: "USB\\VID_0BDA&PID_8153\\000001",
    _DIRECT: "{5d624f94-8850-40c3-a3fa-a4fd2080baf3}\\vwifimp_wfd\\5&21eba7d2&0&11",
    _BLUETOOTH: "BTH\\MS_BTHPAN\\8&2f6e1b&0&2",
    _BOX: "ROOT\\NET\\0000",
    _SWITCH: "ROOT\\VMS_MP\\0000",
    _VPN: "ROOT\\NET\\0001",
}


def _adapters(laptop: Laptop) -> Memory:
    fresh, waiting = {"dad_state": 4}, {"dad_state": 1}
    dhcp = [("192.168.1.100", 24, {"prefix_origin": 3, **fresh})]
    none = [("169.254.77.12", 16, {"prefix_origin": 2, **fresh})]
    own = dhcp if laptop.leased else none
    if laptop.v6:
        own += [(_OWN_V6, 64, {"prefix_origin": 4, **fresh})]
    own += [("fe80::2d41:8f0e:11b2:73c5", 64, {"prefix_origin": 2, **fresh})]
    if not laptop.joined:
        own = [("fe80::2d41:8f0e:11b2:73c5", 64, {"prefix_origin": 2, **waiting})]
    up, down = {"oper_status": 1}, {"oper_status": 2}
    wifi = {"if_index": _WIFI, "if_type": 71, "metric4": 35, "metric6": 35, **(up if laptop.joined else down)}
    manual = {"prefix_origin": 1}
    rows = [
        (_WIFI, "Wi-Fi", own, [ROUTER] if laptop.leased and laptop.joined else [], wifi),
        (_DOCK, "Ethernet", [("10.20.0.15", 24, {**manual, **waiting})], ["10.20.0.5"], {"if_type": 6, **down}),
        (_DIRECT, "Local Area Connection* 1", [("169.254.9.9", 16, {**waiting})], [], {"if_type": 71, **down}),
        (_BOX, "Ethernet 3", [("192.168.56.1", 24, {**manual, **fresh})], ["fec0:0:0:ffff::1"], {"if_type": 6, **up}),
        (_SWITCH, "vEthernet (Default Switch)", [("172.28.112.1", 20, {**manual, **fresh})], [], {"if_type": 6, **up}),
        (_TEREDO, "Teredo Tunneling Pseudo-Interface", [("2001:0:1::9", 64, fresh)], [],
         {"if_type": 131, "tunnel_type": 14, **up}),
    ]  # fmt: skip
    if laptop.dialled is not None:
        rows.append((_DIALLED, DIALLED, [("10.8.0.6", 32, fresh)], ["10.8.0.1"], {"if_type": 23, **up}))
    return made.adapters(
        *(
            {"name": name, "unicast": unicast, "resolvers": resolvers, "guid": _guid(at), "if_index": at} | fields
            for at, name, unicast, resolvers, fields in rows
        )
    )


def _routes(laptop: Laptop) -> bytes:
    rows = [
        made.route(_DOCK, "0.0.0.0/0", "10.20.0.1", metric=1),  # Windows keeps it while the cable is out
        made.route(_TEREDO, "::/0", "::", metric=8005),
    ]
    if laptop.joined and laptop.leased:
        rows.append(made.route(_WIFI, "0.0.0.0/0", ROUTER, origin=2))
    if laptop.joined and laptop.v6:
        rows.append(made.route(_WIFI, "::/0", ROUTER_V6, metric=256, origin=3))
    if laptop.dialled is not None:
        rows.append(made.route(_DIALLED, "0.0.0.0/0", "0.0.0.0"))
    return made.table(*rows)


def _neighbours(laptop: Laptop) -> bytes:
    rows = [made.neighbour(_DOCK, "10.20.0.1", bytes(6), 0)]
    if laptop.joined and laptop.leased:
        rows.append(made.neighbour(_WIFI, ROUTER, ROUTER_MAC, 5))
    return made.table(*rows)


def _registry(laptop: Laptop) -> dict[str, dict[str, object]]:
    interfaces = "SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters\\Interfaces\\"
    connections = "SYSTEM\\CurrentControlSet\\Control\\Network\\{4D36E972-E325-11CE-BFC1-08002BE10318}\\"
    lease = {
        "EnableDHCP": 1, "DhcpIPAddress": "192.168.1.100", "DhcpSubnetMask": "255.255.255.0", "DhcpServer": ROUTER,
        "DhcpDefaultGateway": [ROUTER], "DhcpNameServer": ROUTER, "NameServer": "",
    }  # fmt: skip
    office = {
        "EnableDHCP": 0, "IPAddress": ["10.20.0.15"], "DefaultGateway": ["10.20.0.1"], "NameServer": "10.20.0.5",
    }  # fmt: skip
    box = {"EnableDHCP": 0, "IPAddress": ["192.168.56.1"]}
    found: dict[str, dict[str, object]] = {
        interfaces + _guid(_WIFI): lease,  # it stays there when the Wi-Fi is gone
        interfaces + _guid(_DOCK): office,
        interfaces + _guid(_BOX): box,
        r"SOFTWARE\Microsoft\Windows NT\CurrentVersion": {
            "ProductName": "Windows 10 Home", "EditionID": "Core", "DisplayVersion": "25H2",
        },
    }  # fmt: skip
    for index, device in _DEVICES.items():
        medium = 2 if index in (_WIFI, _DIRECT) else 1
        found[f"{connections}{_guid(index)}\\Connection"] = {
            "Name": f"Connection {index}", "PnPInstanceId": device, "MediaSubType": medium,
        }  # fmt: skip
    return found
