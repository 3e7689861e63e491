"""The lab's web: the pages that systems check, ordinary sites, a captive portal and a provider's payment page."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from email.utils import formatdate
from typing import TYPE_CHECKING

from tests.lab import plan
from tests.lab.certificates import LEAVES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.world import Behaviour

_LONGEST_REQUEST = 8192
_contexts: dict[str, ssl.SSLContext] = {}


def _reply(status: str, headers: dict[str, str], body: bytes, skew_s: float) -> bytes:
    head = {"Date": formatdate(time.time() + skew_s, usegmt=True), "Content-Length": str(len(body)), **headers}
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in head.items()), "Connection: close"]
    return "\r\n".join(lines).encode("ascii") + b"\r\n\r\n" + body


def page(host: str, path: str, mood: str, skew_s: float) -> bytes:
    """What a server says to ``GET path`` for this host, in this mood."""
    html = {"Content-Type": "text/html; charset=utf-8"}
    if mood == "error":
        return _reply("503 Service Unavailable", {"Retry-After": "120", **html}, b"<title>503</title>", skew_s)
    if mood == "portal" and host != "login.hotel.example":
        where = {"Location": f"http://login.hotel.example/welcome?from={host}"}
        return _reply("302 Found", {**where, **html}, b"<title>Welcome</title>", skew_s)
    if mood == "walled" and host != "pay.isp.example":
        return _reply("302 Found", {"Location": "http://pay.isp.example/", **html}, b"<title>Moved</title>", skew_s)
    if host == "connectivitycheck.gstatic.com" and path == "/generate_204":
        return _reply("204 No Content", {"Cross-Origin-Resource-Policy": "cross-origin"}, b"", skew_s)
    if host == "detectportal.firefox.com" and path == "/success.txt":
        headers = {"Server": "nginx", "Content-Type": "text/plain", "Via": "1.1 google"}
        headers["Cache-Control"] = "public,must-revalidate,max-age=0,s-maxage=3600"
        return _reply("200 OK", headers, b"success\n", skew_s)
    title = {"pay.isp.example": "Please settle your bill", "login.hotel.example": "Log in to our Wi-Fi"}.get(host, host)
    body = f"<!doctype html><title>{title}</title><p>{title}</p>\n".encode()
    return _reply("200 OK", {"Server": "nginx", **html}, body, skew_s)


def context(leaf: str, certificates: Path) -> ssl.SSLContext:
    if leaf not in _contexts:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(certificates / f"{leaf}.pem")
        _contexts[leaf] = made
    return _contexts[leaf]


async def serve_pages(behaviour: Behaviour, address: str, certificates: Path) -> None:
    """Ports 80 and 443 of one address."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, ssl.SSLError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            request = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
            mood = behaviour.of("http", address)
            if mood == "hang":
                await reader.read(_LONGEST_REQUEST)  # until the other side gives up
            else:
                lines = request.decode("latin-1").split("\r\n")
                path = lines[0].split(" ")[1] if lines[0].count(" ") >= 1 else "/"
                hosts = [line[5:].strip() for line in lines if line[:5].lower() == "host:"]
                host = hosts[0].rpartition(":")[0] or hosts[0] if hosts else address
                writer.write(page(host, path, mood, behaviour.now["clock_skew_s"]))
                await writer.drain()
        with contextlib.suppress(TimeoutError):
            writer.close()

    def choose(connection: ssl.SSLObject, name: str | None, first: ssl.SSLContext) -> None:
        connection.context = context(behaviour.of("https", address), certificates)

    front = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    front.load_cert_chain(certificates / f"{LEAVES[0]}.pem")
    front.sni_callback = choose  # also called when the client names nobody
    await asyncio.start_server(talk, address, 80, limit=_LONGEST_REQUEST)
    if address != plan.PORTAL:  # a portal cannot show a certificate for other people's names: it has none
        await asyncio.start_server(talk, address, 443, limit=_LONGEST_REQUEST, ssl=front)
