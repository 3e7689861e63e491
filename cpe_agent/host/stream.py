"""Bytes over TCP, in the clear or inside TLS. No transports and no background tasks: what is not awaited does not
happen, and closing is one system call."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cpe_agent.host.tcp import open_tcp

if TYPE_CHECKING:
    import socket
    import ssl
    from types import TracebackType

    from cpe_agent.facts import Connect

_CHUNK = 16384


class Stream:
    """Reads and writes raise ``OSError`` (``ssl.SSLError`` is one) and ``EOFError`` at an early end. The caller sets
    the deadline around them."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.received = 0  # bytes off the wire, TLS included
        self._buffer = bytearray()
        self.refused: ssl.SSLObject | None = None  # whose handshake failed: it still knows what the server sent
        self._tls: ssl.SSLObject | None = None
        self._in: ssl.MemoryBIO | None = None
        self._out: ssl.MemoryBIO | None = None

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.sock.close()

    async def start_tls(self, context: ssl.SSLContext, host: str) -> ssl.SSLObject:
        """TLS handshake with ``host`` as SNI and as the name to check (an empty one: neither)."""
        import ssl

        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(self._in, self._out, server_hostname=host or None)
        while True:
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                await self._flush()
                await self._feed()
            except ssl.SSLError:
                self.refused = tls
                await self._flush()  # our alert is the other side's only explanation
                raise
            else:
                break
        await self._flush()
        self._tls = tls
        return tls

    async def write(self, data: bytes) -> None:
        if self._tls is None:
            await asyncio.get_running_loop().sock_sendall(self.sock, data)
        else:
            self._tls.write(data)
            await self._flush()

    async def read(self) -> bytes:
        """Some bytes, at most 16 kB; empty at the end."""
        if self._buffer:
            data = bytes(self._buffer[:_CHUNK])
            del self._buffer[:_CHUNK]
            return data
        if self._tls is None:
            return await self._receive()
        import ssl

        while True:
            try:
                return self._tls.read(_CHUNK)
            except ssl.SSLWantReadError:
                await self._flush()
                await self._feed()
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""

    async def read_exactly(self, count: int) -> bytes:
        data = bytearray()
        while len(data) < count:
            some = await self.read()
            if not some:
                raise EOFError
            data += some
        self.unread(data[count:])
        return bytes(data[:count])

    async def read_line(self, limit: int) -> bytes:
        """Up to and without the line's end. Raises ``ValueError`` when it is longer than ``limit``."""
        data = bytearray()
        while True:
            some = await self.read()
            if not some:
                raise EOFError
            end = some.find(b"\n")
            data += some if end < 0 else some[:end]
            if len(data) > limit:
                raise ValueError("line too long")
            if end >= 0:
                self.unread(some[end + 1 :])
                return bytes(data.rstrip(b"\r"))

    def unread(self, data: bytes | bytearray) -> None:
        """Give back what was read too far."""
        self._buffer[:0] = data

    async def _receive(self) -> bytes:
        data = await asyncio.get_running_loop().sock_recv(self.sock, _CHUNK)
        self.received += len(data)
        return data

    async def _flush(self) -> None:
        assert self._out is not None
        if self._out.pending:
            await asyncio.get_running_loop().sock_sendall(self.sock, self._out.read())

    async def _feed(self) -> None:
        assert self._in is not None
        data = await self._receive()
        if data:
            self._in.write(data)
        else:
            self._in.write_eof()


async def open_stream(
    address: str, port: int, *, timeout_s: float, nic: str | None = None
) -> tuple[Stream | None, Connect]:
    sock, connect = await open_tcp(address, port, timeout_s=timeout_s, nic=nic)
    return (None if sock is None else Stream(sock)), connect
