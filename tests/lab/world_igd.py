"""The router's UPnP Internet Gateway Device: SSDP, description and the status actions, scripted by ``world.json``.

Follows UPnP Device Architecture 1.1 and WANIPConnection:1 / WANPPPConnection:1. ``igd`` in ``world.json``::

    {"answers": true, "service": "WANIPConnection" | "WANPPPConnection", "status": "Connected", "external": "...",
     "last_error": "ERROR_NONE", "uptime": 86400, "phys": "Up", "access": "DSL", "down_bps": 0, "up_bps": 0}

``since``, seconds since 1970, makes the uptime grow from then on in place of ``uptime``.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import struct
import time
from typing import TYPE_CHECKING, Any, cast

from tests.lab import plan

if TYPE_CHECKING:
    from tests.lab.world import Behaviour

HTTP_PORT = 49152
_GROUP, _PORT = "239.255.255.250", 1900
_DEVICE = "urn:schemas-upnp-org:device:InternetGatewayDevice:1"
_UUID = "uuid:6f1c7a52-0d0e-4c39-9c50-1a2b3c4d5e6f"
_SERVER = "Linux/5.10 UPnP/1.1 HomeBox/7.2"


def _service_type(name: str) -> str:
    return f"urn:schemas-upnp-org:service:{name}:1"


class SsdpServer(asyncio.DatagramProtocol):
    """Answers M-SEARCH, multicast and unicast, with the targets asked for."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self._transport: asyncio.DatagramTransport | None = None

    def open(self) -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        member = struct.pack("4s4s", socket.inet_aton(_GROUP), socket.inet_aton(plan.LAN_ROUTER))
        made.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
        made.setblocking(False)
        made.bind(("", _PORT))
        return made

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        text = data.decode("latin-1")
        igd = self._behaviour.now["igd"]
        if not igd["answers"] or not text.startswith("M-SEARCH") or self._transport is None:
            return
        wanted = re.search(r"(?im)^ST:\s*(\S+)", text)
        known = [_DEVICE, "upnp:rootdevice", _service_type(igd["service"])]
        known.append(_service_type("WANCommonInterfaceConfig"))
        target = wanted.group(1) if wanted else ""
        for found in known if target == "ssdp:all" else [t for t in known if t == target]:
            lines = [
                "HTTP/1.1 200 OK",
                "CACHE-CONTROL: max-age=1800",
                "EXT:",
                f"LOCATION: http://{plan.LAN_ROUTER}:{HTTP_PORT}/rootDesc.xml",
                f"SERVER: {_SERVER}",
                f"ST: {found}",
                f"USN: {_UUID}::{found}",
            ]
            self._transport.sendto("\r\n".join([*lines, "", ""]).encode("ascii"), addr)


def description(igd: dict[str, Any]) -> str:
    """The device description: root, WANDevice, WANConnectionDevice (UDA 1.1, 2.3)."""

    def service(name: str) -> str:
        return (
            f"<service><serviceType>{_service_type(name)}</serviceType>"
            f"<serviceId>urn:upnp-org:serviceId:{name}</serviceId><SCPDURL>/{name}.xml</SCPDURL>"
            f"<controlURL>/ctl/{name}</controlURL><eventSubURL>/evt/{name}</eventSubURL></service>"
        )

    def device(kind: str, inner: str) -> str:
        return (
            f"<device><deviceType>urn:schemas-upnp-org:device:{kind}:1</deviceType><friendlyName>HomeBox</friendlyName>"
            "<manufacturer>Lab Instruments</manufacturer><modelName>HomeBox 7</modelName>"
            f"<UDN>{_UUID}</UDN>{inner}</device>"
        )

    connection = device("WANConnectionDevice", f"<serviceList>{service(igd['service'])}</serviceList>")
    common = f"<serviceList>{service('WANCommonInterfaceConfig')}</serviceList>"
    wan = device("WANDevice", f"{common}<deviceList>{connection}</deviceList>")
    root = device("InternetGatewayDevice", f"<deviceList>{wan}</deviceList>")
    return (
        '<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><specVersion><major>1</major>'
        f"<minor>0</minor></specVersion>{root}</root>"
    )


def _values(igd: dict[str, Any], service: str, action: str) -> dict[str, object] | None:
    """The out-arguments of this action, or None when the service has no such action."""
    if service == igd["service"]:
        return {
            "GetStatusInfo": {
                "NewConnectionStatus": igd["status"],
                "NewLastConnectionError": igd["last_error"],
                "NewUptime": int(time.time()) - igd["since"] if igd.get("since") else igd["uptime"],
            },
            "GetExternalIPAddress": {"NewExternalIPAddress": igd["external"]},
            "GetConnectionTypeInfo": {"NewConnectionType": "IP_Routed", "NewPossibleConnectionTypes": "IP_Routed"},
        }.get(action)
    if service == "WANCommonInterfaceConfig":
        common = {
            "NewWANAccessType": igd["access"],
            "NewLayer1UpstreamMaxBitRate": igd["up_bps"],
            "NewLayer1DownstreamMaxBitRate": igd["down_bps"],
            "NewPhysicalLinkStatus": igd["phys"],
        }
        return {"GetCommonLinkProperties": common}.get(action)
    return None


def _soap(igd: dict[str, Any], service: str, action: str) -> tuple[str, str]:
    values = _values(igd, service, action)
    envelope = (
        '<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" '
        's:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>{}</s:Body></s:Envelope>'
    )
    if values is None:
        fault = (
            "<s:Fault><faultcode>s:Client</faultcode><faultstring>UPnPError</faultstring><detail>"
            '<UPnPError xmlns="urn:schemas-upnp-org:control-1-0"><errorCode>401</errorCode>'
            "<errorDescription>Invalid Action</errorDescription></UPnPError></detail></s:Fault>"
        )
        return "500 Internal Server Error", envelope.format(fault)
    arguments = "".join(f"<{name}>{value}</{name}>" for name, value in values.items())
    inner = f'<u:{action}Response xmlns:u="{_service_type(service)}">{arguments}</u:{action}Response>'
    return "200 OK", envelope.format(inner)


async def serve_description(behaviour: Behaviour, port: int) -> None:
    """Description and control on ``port``, and the router's own page on port 80, at its LAN address."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)).decode("latin-1")
            length = re.search(r"(?im)^content-length:\s*(\d+)", head)
            if length:
                await asyncio.wait_for(reader.readexactly(min(int(length.group(1)), 65536)), 5)
            igd = behaviour.now["igd"]
            called = re.search(r"(?im)^SOAPACTION:\s*\"?[^#\"]*:([A-Za-z]+):1#(\w+)", head)
            kind, status = 'text/xml; charset="utf-8"', "200 OK"
            if writer.get_extra_info("sockname")[1] == 80:
                kind, body = "text/html", "<!doctype html><title>HomeBox 7 - log in</title><form method=post></form>\n"
            elif not igd["answers"]:
                status, body = "404 Not Found", ""
            elif called:
                status, body = _soap(igd, called.group(1), called.group(2))
            else:
                body = description(igd)
            raw = body.encode("utf-8")
            server = _SERVER if kind.startswith("text/xml") else "HomeBox httpd"
            writer.write(
                f"HTTP/1.1 {status}\r\nServer: {server}\r\nContent-Type: {kind}\r\nContent-Length: {len(raw)}\r\n"
                f"Connection: close\r\n\r\n".encode("ascii")
                + raw
            )
            await writer.drain()
        writer.close()

    for each in (port, 80):
        await asyncio.start_server(talk, plan.LAN_ROUTER, each, limit=16384)
