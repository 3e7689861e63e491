"""One message over HTTP: to an address that was checked, under the name that was listed, following nothing."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from cpe_agent.desk.webhooks.targets import NotAllowed, Target, reachable

if TYPE_CHECKING:
    import httpx

TIMEOUT_S = 10.0
Resolve = Callable[[str, int], Sequence[str]]


class Silent(Exception):
    """No answer came: no address, no connection, no time."""


def resolve(host: str, port: int) -> list[str]:
    """Raises OSError."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class Sender:
    """``listed``: the targets of the settings."""

    def __init__(self, listed: Sequence[str], resolve: Resolve = resolve) -> None:
        self._listed = listed
        self._resolve = resolve
        self._opened = False

    def post(self, to: Target, body: bytes, headers: Mapping[str, str]) -> int:
        """The answer's status. Raises Silent, NotAllowed."""
        import httpx

        try:
            found = [str(to.literal)] if to.literal is not None else self._resolve(to.host, to.port)
        except OSError:
            raise Silent from None
        where = reachable(found, self._listed)
        # To that address and no other: a second look-up could give another one. The certificate must be the name's.
        url = httpx.URL(scheme=to.scheme, host=where, port=to.port, raw_path=to.path.encode("ascii"))
        about = {"Host": to.netloc, "Content-Type": "application/json", "User-Agent": "cpe-agent-desk"}
        try:
            request = self._client.build_request(
                "POST", url, content=body, headers={**about, **headers}, extensions={"sni_hostname": to.host}
            )
            answer = self._client.send(request, stream=True)
            answer.close()  # what it says beside its status is nobody's concern
            return answer.status_code
        except (httpx.HTTPError, httpx.InvalidURL):
            raise Silent from None

    @cached_property
    def _client(self) -> httpx.Client:
        import ssl

        import httpx

        self._opened = True
        # The system's certificates (SSL_CERT_FILE), no proxy of the environment: it would look the name up anew.
        return httpx.Client(
            verify=ssl.create_default_context(), trust_env=False, follow_redirects=False, timeout=TIMEOUT_S
        )

    def close(self) -> None:
        if self._opened:
            self._client.close()


__all__ = ["TIMEOUT_S", "NotAllowed", "Sender", "Silent", "resolve"]
