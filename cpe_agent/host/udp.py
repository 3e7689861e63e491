"""UDP to closed high ports: for hops and sizes where ICMP may not be sent. Needs no rights, because the kernel keeps
the routers' errors for the socket that caused them."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

from cpe_agent.facts import Failure
from cpe_agent.host.datagram import Wire
from cpe_agent.host.endpoint import Endpoint, bind_to_nic
from cpe_agent.host.icmp import forbid_fragments, set_ttl
from cpe_agent.host.icmp_error import HAS_QUEUE
from cpe_agent.host.prober import NotAllowedError, Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_agent.host.icmp_error import SocketError

_FIRST_PORT = 33434  # where traceroute has always begun: nothing listens there
_SMALLEST = 12


class UdpProber:
    """Probe ``index`` goes to its own port: a router need quote only eight bytes of our packet, and they hold the
    port and nothing of the payload. Raises ``NotAllowedError`` where no router's error would be heard."""

    method = "udp"

    def __init__(
        self, address: str, on_reply: Callable[[Reply], None], *, nic: str | None = None, whole: bool = False
    ) -> None:
        if not HAS_QUEUE:
            raise NotAllowedError("this system keeps no errors of routers for a UDP socket")
        self._endpoint = Endpoint(address, _FIRST_PORT)
        self._on_reply = on_reply
        sock = socket.socket(self._endpoint.family, socket.SOCK_DGRAM)
        try:
            if nic is not None:
                bind_to_nic(sock, nic)
            if whole:
                forbid_fragments(sock)
        except BaseException:
            sock.close()
            raise
        self._wire = Wire(sock, lambda _: None, self._trouble)

    def close(self) -> None:
        self._wire.close()

    def send(self, index: int, *, ttl: int | None = None, size: int = 0) -> Failure | None:
        headers = (40 if self._endpoint.v6 else 20) + 8
        if ttl is not None:
            set_ttl(self._wire.sock, ttl)
        return self._wire.send(bytes(max(_SMALLEST, size - headers)), self._endpoint.with_port(_FIRST_PORT + index))

    def _trouble(self, error: SocketError) -> None:
        index = error.target_port - _FIRST_PORT
        target = error.sender == self._endpoint.address[0]
        failure = None if target and error.failure is Failure.PORT_UNREACHABLE else error.failure
        self._on_reply(
            Reply(index if index >= 0 else -1, error.at_ns or time.time_ns(), error.sender, failure, error.mtu)
        )
