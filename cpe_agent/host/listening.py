"""An address of this computer alone, before anything that serves it is loaded: who asks already waits in its queue."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from os import urandom
from socket import create_server, socket
from typing import NamedTuple


class Listening(NamedTuple):
    """``token`` is the secret part of the address."""

    sock: socket
    token: str

    @property
    def port(self) -> int:
        number: int = self.sock.getsockname()[1]
        return number

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/{self.token}/"


def listen() -> Listening:
    """On a free port of the loopback address. Raises OSError."""
    return Listening(create_server(("127.0.0.1", 0)), random_name())


def random_name() -> str:
    """192 random bits for a URL or a header."""
    return urlsafe_b64encode(urandom(24)).decode("ascii")
