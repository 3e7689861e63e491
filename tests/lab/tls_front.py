"""TLS in front of a server that speaks plain HTTP, as an installation of the desk has it.

    python -m tests.lab.tls_front CERTIFICATE ADDRESS PORT INNER-PORT

Bytes go through as they are: a stream of events stays a stream.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import sys

PIECE = 65536


async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, ssl.SSLError):
        while piece := await reader.read(PIECE):
            writer.write(piece)
            await writer.drain()
    writer.close()


async def serve(certificate: str, address: str, port: int, inner: int) -> None:
    async def through(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", inner)
        except OSError:
            writer.close()
            return
        await asyncio.gather(pour(reader, inner_writer), pour(inner_reader, writer))

    front = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    front.load_cert_chain(certificate)
    server = await asyncio.start_server(through, address, port, ssl=front)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
