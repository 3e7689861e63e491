"""The hostile router: every nasty server in one process, run inside the router's namespace of a lab home.

    python -S -m tests.hostile.router DIRECTORY

DIRECTORY/hostile.json is the mood of each service; DIRECTORY/hostile-ready appears when every socket is open. The
ports are its own: a test turns the well-known ones to them with a NAT rule.
"""

from __future__ import annotations

import asyncio
import ssl
import sys
from pathlib import Path

from tests.hostile.dns_server import DnsServer, serve_tcp
from tests.hostile.http_server import serve
from tests.hostile.moods import Moods
from tests.hostile.ssdp_server import SsdpServer

ADDRESS = "192.168.1.1"
OTHERS = [f"192.168.1.{n}" for n in range(201, 241)]
DESCRIPTION, PAGE, WEB, TLS, DNS = 49153, 8080, 8081, 8443, 5300
NOBODY = 9  # no server listens here


async def _tls(certificate: Path) -> None:
    """A handshake and no more, with a certificate of its own making."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    await asyncio.start_server(talk, ADDRESS, TLS, ssl=context)


async def _serve(directory: Path) -> None:
    loop = asyncio.get_running_loop()
    moods = Moods(directory / "hostile.json")
    ssdp = SsdpServer(moods, ADDRESS, DESCRIPTION, OTHERS)
    await loop.create_datagram_endpoint(lambda: ssdp, sock=ssdp.open())
    await serve(moods, {DESCRIPTION: "description", PAGE: "page", WEB: "web"})
    await loop.create_datagram_endpoint(lambda: DnsServer(moods), local_addr=(ADDRESS, DNS))
    await serve_tcp(moods, ADDRESS, DNS)
    await _tls(directory / "hostile.pem")
    (directory / "hostile-ready").touch()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))
