"""DNS questions as echoes: the smallest real question, for paths where ICMP may not be sent or is not answered."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

from cpe_agent.host.datagram import Heard, Wire
from cpe_agent.host.dns_wire import query
from cpe_agent.host.endpoint import Endpoint, bind_to_nic
from cpe_agent.host.icmp import forbid_fragments
from cpe_agent.host.prober import Reply
from cpe_agent.host.stamp import now_ns

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_agent.facts import Failure
    from cpe_agent.host.icmp_error import SocketError


class DnsProber:
    """Any answer that carries our identifier counts, a refusal too: the packet went there and one came back."""

    method = "dns"

    def __init__(
        self, address: str, on_reply: Callable[[Reply], None], *, nic: str | None = None, whole: bool = False
    ) -> None:
        self._endpoint = Endpoint(address, 53)
        self._on_reply = on_reply
        self._first_id = int.from_bytes(os.urandom(2), "big")
        sock = socket.socket(self._endpoint.family, socket.SOCK_DGRAM)
        try:
            if nic is not None:
                bind_to_nic(sock, nic)
            if whole:
                forbid_fragments(sock)
            sock.connect(self._endpoint.address)
        except BaseException:
            sock.close()
            raise
        self._wire = Wire(sock, self._heard, self._trouble)

    def close(self) -> None:
        self._wire.close()

    def send(self, index: int, *, ttl: int | None = None, size: int = 0) -> Failure | None:
        del ttl  # a question that dies on the way is no echo
        headers = (40 if self._endpoint.v6 else 20) + 8
        identifier = (self._first_id + index) & 0xFFFF
        return self._wire.send(query(".", "NS", identifier, size=max(0, size - headers)))

    def _index(self, data: bytes) -> int:
        return (int.from_bytes(data[:2], "big") - self._first_id) & 0xFFFF

    def _heard(self, heard: Heard) -> None:
        if len(heard.data) >= 12 and heard.data[2] & 0x80:
            self._on_reply(Reply(self._index(heard.data), heard.at_ns, heard.sender))

    def _trouble(self, error: SocketError) -> None:
        # Many routers quote only the eight bytes of the UDP header: then which one it was stays unknown.
        index = self._index(error.quoted) if len(error.quoted) >= 12 else -1
        self._on_reply(Reply(index, error.at_ns or now_ns(), error.sender, error.failure, error.mtu))
