"""A local forwarder that asks its resolver over TLS and no other way, as systemd-resolved with ``DNSOverTLS=yes`` does:
what cannot be asked so gets SERVFAIL.

    python -S tests/lab/stub.py RESOLVER          answers on 127.0.0.53, UDP port 53
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import sys

_PATIENCE_S = 1.0
_SERVFAIL = 2


def _ask(resolver: str, query: bytes, context: ssl.SSLContext) -> bytes:
    with (
        socket.create_connection((resolver, 853), _PATIENCE_S) as plain,
        context.wrap_socket(plain) as secure,
        secure.makefile("rb") as answers,
    ):
        secure.sendall(struct.pack("!H", len(query)) + query)
        return answers.read(struct.unpack("!H", answers.read(2))[0])


def main() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here:
        here.bind(("127.0.0.53", 53))
        while True:
            query, asker = here.recvfrom(4096)
            answer = query[:2] + bytes((query[2] | 0x80, 0x80 | _SERVFAIL)) + query[4:]
            with contextlib.suppress(OSError, struct.error):
                answer = _ask(sys.argv[1], query, context)
            here.sendto(answer, asker)


if __name__ == "__main__":
    main()
