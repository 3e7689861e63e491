"""A router that describes itself by TR-064 or UPnP IGD and, with ``--password``, answers only to HTTP Digest.

    python -m tests.tr064_box ADDRESS [--port 49000] [--kind tr064|igd1|igd2] [--password TEXT] [--offer MD5 ...]

The user's name is dana, the realm "F!Box SOAP-Auth"; a nonce is good for one request. ``test_tr064`` lets curl log in
to it as well.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import secrets
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer

REALM = "F!Box SOAP-Auth"
USER = "dana"
OPAQUE = "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"
URN = {"tr064": "dslforum-org", "igd1": "schemas-upnp-org", "igd2": "schemas-upnp-org"}
VALUES = {
    "GetStatusInfo": {
        "NewConnectionStatus": "Disconnected",
        "NewLastConnectionError": "ERROR_AUTHENTICATION_FAILURE",
        "NewUptime": "0",
    },
    "GetExternalIPAddress": {"NewExternalIPAddress": "0.0.0.0"},
    "GetCommonLinkProperties": {
        "NewWANAccessType": "DSL",
        "NewLayer1UpstreamMaxBitRate": "40000000",
        "NewLayer1DownstreamMaxBitRate": "100000000",
        "NewPhysicalLinkStatus": "Up",
    },
    "GetInfo": {
        "NewUpTime": "93784",
        "NewSerialNumber": "3CA62F000000",
        "NewDeviceLog": "22.11.26 06:00:00 Internet connection failed for customer-4711@isp.example",
        "NewEnable": "1",
        "NewConnectionStatus": "Disconnected",
        "NewUserName": "customer-4711@isp.example",
        "NewPassword": "hunter2hunter2",
        "NewLastConnectionError": "ERROR_AUTHENTICATION_FAILURE",
    },
}


def description(kind: str) -> str:
    version = 2 if kind == "igd2" else 1
    wan = f"WANIPConnection:{version}" if kind == "igd2" else "WANPPPConnection:1"

    def service(name: str) -> str:
        short = name.partition(":")[0]
        return (
            f"<service><serviceType>urn:{URN[kind]}:service:{name}</serviceType><serviceId>urn:x:{short}</serviceId>"
            f"<controlURL>/upnp/control/{short}</controlURL><eventSubURL/><SCPDURL/></service>"
        )

    def device(name: str, inner: str) -> str:
        return f"<device><deviceType>urn:{URN[kind]}:device:{name}:{version}</deviceType>{inner}</device>"

    lines = "<manufacturer>AVM</manufacturer><modelName>FRITZ!Box 7590</modelName>"
    common = f"<serviceList>{service('DeviceInfo:1')}{service('WANCommonInterfaceConfig:1')}</serviceList>"
    inner = device("WANConnectionDevice", f"<serviceList>{service('WANPPPConnection:1')}{service(wan)}</serviceList>")
    wan_device = device("WANDevice", f"{common}<deviceList>{inner}</deviceList>")
    root = device("InternetGatewayDevice", f"{lines}<deviceList>{wan_device}</deviceList>")
    return f'<?xml version="1.0"?><root xmlns="urn:{URN[kind]}:device-1-0">{root}</root>'


class Box(ThreadingHTTPServer):
    """One router. ``nonces`` are those given out and not used yet."""

    daemon_threads = True

    def __init__(self, address: str, port: int, kind: str, password: str | None, offers: list[str]) -> None:
        self.kind, self.password, self.offers = kind, password, offers
        self.nonces: set[str] = set()
        super().__init__((address, port), Handler)

    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # HTTPServer's own asks the DNS for its name
        self.server_name, self.server_port = "box", self.server_address[1]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Box

    def do_GET(self) -> None:
        if self.path == "/tr64desc.xml":
            self._send(200, description(self.server.kind))
        else:
            self._send(404, "no")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        urn, _, action = (self.headers.get("SOAPAction") or "").strip('"').rpartition("#")
        if self.server.password is not None and not self._knows_the_password(self.server.password):
            self._send(401, "<html>401</html>")
            return
        values = VALUES.get(action)
        if values is None:
            fault = "<s:Fault><detail><UPnPError><errorCode>401</errorCode></UPnPError></detail></s:Fault>"
            self._send(500, self._envelope(fault))
            return
        inner = "".join(f"<{name}>{value}</{name}>" for name, value in values.items())
        self._send(200, self._envelope(f'<u:{action}Response xmlns:u="{urn}">{inner}</u:{action}Response>'))

    @staticmethod
    def _envelope(inner: str) -> str:
        space = "http://schemas.xmlsoap.org/soap/envelope/"
        return f'<?xml version="1.0"?><s:Envelope xmlns:s="{space}"><s:Body>{inner}</s:Body></s:Envelope>'

    def _knows_the_password(self, password: str) -> bool:
        given = self.headers.get("Authorization") or ""
        words = {name: quoted or plain for name, quoted, plain in re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', given)}
        make = hashlib.sha256 if words.get("algorithm", "MD5").upper() == "SHA-256" else hashlib.md5
        if not given.startswith("Digest ") or words.get("nonce") not in self.server.nonces:
            return False
        self.server.nonces.discard(words["nonce"])

        def digest(*parts: str) -> str:
            return make(":".join(parts).encode()).hexdigest()

        secret, place = digest(USER, REALM, password), digest(self.command, self.path)
        wanted = digest(secret, words["nonce"], words["nc"], words["cnonce"], words["qop"], place)
        same = (words["username"], words["realm"], words["uri"], words["opaque"]) == (USER, REALM, self.path, OPAQUE)
        return same and secrets.compare_digest(wanted, words["response"])

    def _send(self, status: int, body: str) -> None:
        data = body.encode()
        self.send_response(status)
        if status == 401:
            nonce = secrets.token_hex(12)
            self.server.nonces.add(nonce)
            for name in self.server.offers:
                self.send_header(
                    "WWW-Authenticate",
                    f'Digest realm="{REALM}", qop="auth,auth-int", algorithm={name}, nonce="{nonce}", opaque="{OPAQUE}"'
                    if name != "Basic"
                    else f'Basic realm="{REALM}"',
                )
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name in the library
        """Silent: the test speaks."""


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("address")
    options.add_argument("--port", type=int, default=49000)
    options.add_argument("--kind", choices=URN, default="tr064")
    options.add_argument("--password")
    options.add_argument("--offer", nargs="+", default=["MD5"])
    given = options.parse_args()
    Box(given.address, given.port, given.kind, given.password, given.offer).serve_forever(0.05)


if __name__ == "__main__":
    main()
