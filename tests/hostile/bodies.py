"""What a hostile router puts into its answers: device descriptions, SOAP envelopes, pages."""

from __future__ import annotations

BIDI = "\u202e\u2066\u200f"
"""Right-to-left override, isolate and mark: they turn "exe.txt" around on a screen."""
CONTROLS = "\x1b[2J\x07\r\n\x00\x9b"
NASTY = f"Good{BIDI}Box{CONTROLS}\x1b]0;owned\x07" + "\U000e0041\ufeff\u200b" + "Ä" * 9000
"""A name that clears the screen, renames the terminal's window, turns text around and does not end."""

_SERVICE = "urn:schemas-upnp-org:service:{}:1"


def _xml(text: str) -> str:
    """As much of ``text`` as XML can carry: most control characters are forbidden in it even as references."""
    kept = "".join(c for c in text if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff"))
    return kept.replace("&", "&amp;").replace("<", "&lt;")


def description(name: str = "HomeBox", *, inside: str = "", before: str = "", services: int = 1) -> bytes:
    one = "".join(
        f"<service><serviceType>{_SERVICE.format(kind)}</serviceType><serviceId>x</serviceId>"
        f"<controlURL>/ctl/{kind}</controlURL></service>"
        for kind in ("WANIPConnection", "WANCommonInterfaceConfig")
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?>{before}<root xmlns="urn:schemas-upnp-org:device-1-0">{inside}<device>'
        "<deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:1</deviceType>"
        f"<manufacturer>{_xml(name)}</manufacturer><modelName>{_xml(name)}</modelName>"
        f"<serviceList>{one * services}</serviceList></device></root>"
    ).encode()


def entity_bomb() -> bytes:
    """A billion laughs: nine levels of ten each."""
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    declared = f'<!DOCTYPE root [<!ENTITY e0 "ha">{levels}]>'
    return description(before=declared, inside="<x>&e9;</x>")


def external_dtd() -> bytes:
    """A document type that wants the reader to fetch another address, and a local file."""
    declared = '<!DOCTYPE root SYSTEM "http://192.168.1.1:49153/next.dtd" [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    return description(before=declared, inside="<x>&f;</x>")


def quadratic_blow_up() -> bytes:
    """One long entity, used often: passes readers that only count the depth."""
    declared = f'<!DOCTYPE root [<!ENTITY a "{"a" * 50000}">]>'
    return description(before=declared, inside="<x>" + "&a;" * 30000 + "</x>")


def nested() -> bytes:
    return b'<?xml version="1.0"?>' + b"<a>" * 60000


def attributes() -> bytes:
    many = " ".join(f'a{n}="{n}"' for n in range(15000))
    return description(inside=f"<x {many}/>")


def envelope(action: str, service: str, arguments: str) -> bytes:
    return (
        '<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<u:{action}Response xmlns:u="{_SERVICE.format(service)}">{arguments}</u:{action}Response>'
        "</s:Body></s:Envelope>"
    ).encode()


def soap(action: str, service: str, mood: str) -> bytes:
    """The status of the line as a healthy router gives it, spoiled as ``mood`` says."""
    values = {
        "NewConnectionStatus": "Connected",
        "NewLastConnectionError": "ERROR_NONE",
        "NewUptime": "86400",
        "NewExternalIPAddress": "25.44.7.20",
        "NewPhysicalLinkStatus": "Up",
        "NewWANAccessType": "Ethernet",
        "NewLayer1DownstreamMaxBitRate": "100000000",
        "NewLayer1UpstreamMaxBitRate": "20000000",
    }
    extra = ""
    if mood == "names":
        values = dict.fromkeys(values, _xml(NASTY))
    elif mood == "numbers":
        values |= {"NewUptime": "9" * 5000, "NewExternalIPAddress": "1" * 5000}
        values |= {"NewLayer1DownstreamMaxBitRate": "-1", "NewLayer1UpstreamMaxBitRate": "\u0664\u0662"}
    elif mood == "arguments":
        extra = "".join(f"<A{n}>{n}</A{n}>" for n in range(10000))
    elif mood == "values":
        values = dict.fromkeys(values, "Connected" * 3000)
    arguments = "".join(f"<{name}>{value}</{name}>" for name, value in values.items())
    return envelope(action, service, extra + arguments)


def page(title: str = "HomeBox 7 - log in") -> bytes:
    return f"<!doctype html><title>{title}</title><form method=post></form>\n".encode("utf-8", "surrogatepass")
