"""What a router says about its WAN connection: UPnP InternetGatewayDevice description and SOAP calls
(UPnP Device Architecture 1.1 sections 2 and 3; WANPPPConnection:1, WANIPConnection:1 and :2,
WANCommonInterfaceConfig:1). TR-064 describes and answers in the same way, and mostly wants a login (``tr064``)."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from cpe_agent.facts import Failure
from cpe_agent.host import IgdDescription, IgdService, SoapAnswer
from cpe_agent.host.clean import clean
from cpe_agent.host.http import exchange, where
from cpe_agent.host.xml_tree import read_xml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_agent.host.http import Exchange
    from cpe_agent.host.xml_tree import Element

_MOST_BYTES = 256 * 1024
_MOST_SERVICES = 8
_KINDS = ("WANPPPConnection", "WANIPConnection", "WANCommonInterfaceConfig", "DeviceInfo")
_SOURCES = (
    ("urn:dslforum-org:device:InternetGatewayDevice:", "tr064"),
    ("urn:schemas-upnp-org:device:InternetGatewayDevice:2", "igd2"),
    ("urn:schemas-upnp-org:device:InternetGatewayDevice:", "igd1"),
)
_KEPT = (
    "NewConnectionStatus",
    "NewLastConnectionError",
    "NewUptime",
    "NewUpTime",  # DeviceInfo:1 spells it so
    "NewExternalIPAddress",
    "NewPhysicalLinkStatus",
    "NewWANAccessType",
    "NewLayer1DownstreamMaxBitRate",
    "NewLayer1UpstreamMaxBitRate",
)
_NOT_AUTHORISED = "606"  # UPnP Device Architecture 1.1, table 3-3


def at_home(url: str) -> bool:
    """Does the URL point, by plain HTTP, at a literal address that is not a public one? A description may lie about
    where to go next, and nothing on the home network may send us outside it."""
    try:
        target = where(url)
        address = ipaddress.ip_address(target.host.partition("%")[0])
    except ValueError:
        return False
    return target.scheme == "http" and not (address.is_global or address.is_multicast or address.is_unspecified)


async def igd_description(location: str, *, timeout_s: float) -> IgdDescription:
    """See ``Net.igd_description``. Services whose control URL points to another host are left out."""
    if not at_home(location):
        return IgdDescription(None, None, (), Failure.GARBAGE)
    got = await exchange(location, address=where(location).host, timeout_s=timeout_s, max_bytes=_MOST_BYTES)
    problem = _problem(got)
    if problem is not None:
        return IgdDescription(None, None, (), problem)
    try:
        root = read_xml(bytes(got.message.body))
    except ValueError:
        return IgdDescription(None, None, (), Failure.GARBAGE)
    device = root.child("device")
    if device is None:
        return IgdDescription(None, None, (), Failure.GARBAGE)
    return IgdDescription(
        clean(device.child_text("manufacturer")),
        clean(device.child_text("modelName")),
        _services(root, location),
        None,
        next((source for urn, source in _SOURCES if device.child_text("deviceType").startswith(urn)), None),
    )


def _services(root: Element, location: str) -> tuple[IgdService, ...]:
    from urllib.parse import urljoin

    base = root.child_text("URLBase") or location
    found: list[IgdService] = []
    for service in root.every("service"):
        service_type = clean(service.child_text("serviceType"), 128) or ""
        kind = next((k for k in _KINDS if f":service:{k}:" in service_type), None)
        path = clean(service.child_text("controlURL"), 512)
        if kind is None or path is None or len(found) >= _MOST_SERVICES:
            continue
        try:
            url = urljoin(base, path)
            same = where(url).host == where(location).host
        except ValueError:
            continue
        # The type goes into a header and a document of ours: only what an URN may hold.
        plain = service_type.replace(":", "").replace("-", "").replace(".", "").replace("_", "")
        if same and at_home(url) and plain.isascii() and plain.isalnum():
            found.append(IgdService(kind, service_type, url))
    return tuple(found)


async def igd_call(control_url: str, service_type: str, action: str, *, timeout_s: float) -> SoapAnswer:
    """See ``Net.igd_call``: one action without arguments."""
    if not at_home(control_url):
        return SoapAnswer({}, Failure.GARBAGE, None)
    return read_answer(await post(control_url, service_type, action, {}, timeout_s=timeout_s), action)


async def post(
    control_url: str, service_type: str, action: str, headers: Mapping[str, str], *, timeout_s: float
) -> Exchange:
    """One action without arguments, sent. ``headers`` go beside those of SOAP."""
    body = (
        '<?xml version="1.0"?>\r\n<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" '
        's:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>'
        f'<u:{action} xmlns:u="{service_type}"/></s:Body></s:Envelope>\r\n'
    )
    return await exchange(
        control_url,
        address=where(control_url).host,
        method="POST",
        headers={"Content-Type": 'text/xml; charset="utf-8"', "SOAPAction": f'"{service_type}#{action}"', **headers},
        body=body.encode("ascii"),
        timeout_s=timeout_s,
        max_bytes=_MOST_BYTES,
    )


def read_answer(got: Exchange, action: str) -> SoapAnswer:
    """What came back for an action."""
    if got.failure is None and got.message.status == 401:
        return SoapAnswer({}, None, _NOT_AUTHORISED)
    problem = _problem(got, soap=True)
    if problem is not None:
        return SoapAnswer({}, problem, None)
    try:
        root = read_xml(bytes(got.message.body))
    except ValueError:
        return SoapAnswer({}, Failure.GARBAGE, None)
    fault = root.every("Fault")
    if fault:
        code = fault[0].every("errorCode")
        return SoapAnswer({}, None, clean(code[0].text) if code else "unknown")
    answer = root.every(f"{action}Response")
    if not answer:
        return SoapAnswer({}, Failure.GARBAGE, None)
    values = {item.name: clean(item.text) or "" for item in reversed(answer[0].children) if item.name in _KEPT}
    return SoapAnswer(values, None, None)


def _problem(got: Exchange, soap: bool = False) -> Failure | None:
    """Why an answer cannot be used. SOAP faults come with status 500."""
    if got.failure is not None:
        return got.failure
    return None if got.message.status == 200 or (soap and got.message.status == 500) else Failure.OTHER
