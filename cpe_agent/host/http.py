"""A small HTTP/1.1 client (RFC 9112): one request, one answer, everything bounded, nothing followed.

General libraries follow redirects, keep pools, read proxies from the environment and wait per read; a diagnosis needs
none of that, and a deadline over the whole answer.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cpe_agent.facts import Failure, HttpAnswer
from cpe_agent.host import http_date
from cpe_agent.host.clean import clean
from cpe_agent.host.http_message import Message, leads_to, read_message, same_body, short_location, title
from cpe_agent.host.icmp_error import failure_of
from cpe_agent.host.lookup import lookup
from cpe_agent.host.stream import open_stream
from cpe_agent.host.tls import handshake_failure, system_word, verified

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping

    from cpe_agent.host.stream import Stream


@dataclass
class Exchange:
    """One request and what came of it. ``message`` grows while bytes come, so that a deadline keeps what is there."""

    url: str
    address: str | None = None
    message: Message = field(default_factory=Message)
    ms: float | None = None
    round_trip_s: float = 0.0  # of the TCP handshake
    answered_at: float = 0.0  # this computer's clock (Unix seconds) when the first byte of the answer came
    failure: Failure | None = None
    failure_from: str | None = None


@dataclass(frozen=True)
class Where:
    """The parts of a URL that a request needs."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.scheme == "https" else 80) else f"{host}:{self.port}"


def where(url: str) -> Where:
    """Raises ``ValueError`` for anything that is no http(s) URL, or holds what could break a request line."""
    from urllib.parse import urlsplit

    if len(url) > 2048 or not url.isascii() or any(c <= " " or c == "\x7f" for c in url):
        raise ValueError("not a URL")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("not an http URL")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Where(parts.scheme, parts.hostname, port, path)


async def exchange(
    url: str,
    *,
    address: str | None = None,
    proxy: str | None = None,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    timeout_s: float,
    max_bytes: int,
    accept: Callable[[ssl.SSLObject], bool] | None = None,
) -> Exchange:
    """One request. ``address`` overrides the look-up of the host; ``proxy`` is "host:port" or a URL of one. ``accept``
    is asked about the session before anything is sent inside it."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    result = Exchange(url)
    try:
        target = where(url)
        via = where(proxy if "://" in proxy else f"http://{proxy}") if proxy else None
    except ValueError:
        result.failure = Failure.OTHER
        return result
    try:
        async with asyncio.timeout_at(start + timeout_s):
            await _run(result, target, via, address, method, headers or {}, body, max_bytes, start + timeout_s, accept)
    except TimeoutError:
        # Bytes that trickle are another fault than silence.
        result.failure = Failure.TOO_SLOW if result.message.received else Failure.TIMED_OUT
    except EOFError:
        result.failure = Failure.CLOSED
    except ValueError:
        result.failure = Failure.GARBAGE
    result.ms = round((loop.time() - start) * 1000, 3)
    return result


async def _run(
    result: Exchange,
    target: Where,
    via: Where | None,
    address: str | None,
    method: str,
    headers: Mapping[str, str],
    body: bytes,
    max_bytes: int,
    deadline: float,
    accept: Callable[[ssl.SSLObject], bool] | None,
    again: bool = False,
) -> None:
    """``again``: with an authority that the system vouched for."""
    loop = asyncio.get_running_loop()
    peer = via or target
    if address is None:
        found = await lookup(peer.host, family=None, timeout_s=deadline - loop.time())
        if not found.addresses:
            result.failure = found.failure or Failure.OTHER
            return
        address = found.addresses[0]
    result.address = address
    stream, connect = await open_stream(address, peer.port, timeout_s=max(0.01, deadline - loop.time()))
    if stream is None:
        result.failure, result.failure_from = connect.failure, connect.failure_from
        return
    result.round_trip_s = (connect.ms or 0.0) / 1000
    with stream:
        secure = target.scheme == "https"
        try:
            if secure and via is not None:
                await stream.write(_request("CONNECT", f"{target.host}:{target.port}", target, {}, b""))
                await read_message(stream, result.message, has_body=False, max_bytes=0)
                if result.message.status != 200:
                    return  # the proxy's own answer, 407 for one, is what there is to say
                result.message = Message()
            if secure:
                context = await verified(timeout_s=max(0.01, deadline - loop.time()))
                session = await stream.start_tls(context, target.host)
                if accept is not None and not accept(session):
                    result.failure = Failure.TLS_UNTRUSTED
                    return
            form = f"http://{target.authority}{target.path}" if via is not None and not secure else target.path
            await stream.write(_request(method, form, target, headers, body))
            await _answer(stream, result, method, max_bytes)
        except TimeoutError:
            raise
        except OSError as error:
            if not secure:
                result.failure = failure_of(error)
                return
            vouched = await system_word(error, stream, timeout_s=deadline - loop.time())
            if not vouched or again:
                result.failure = handshake_failure(error, vouched)
                return
            again = True
        else:
            return
    await _run(result, target, via, address, method, headers, body, max_bytes, deadline, accept, again)


async def _answer(stream: Stream, result: Exchange, method: str, max_bytes: int) -> None:
    result.message.on_first_byte = lambda: setattr(result, "answered_at", time.time())
    await read_message(stream, result.message, has_body=method != "HEAD", max_bytes=max_bytes)
    if result.message.too_large:
        result.failure = Failure.TOO_LARGE
    elif 300 <= (result.message.status or 0) < 400 and leads_to(result.url, result.message.headers.get("location")):
        result.failure = Failure.REDIRECT_LOOP


def _request(method: str, form: str, target: Where, headers: Mapping[str, str], body: bytes) -> bytes:
    lines = [
        f"{method} {form} HTTP/1.1",
        f"Host: {target.authority}",
        "User-Agent: cpe-agent",
        "Accept: */*",
        "Cache-Control: no-cache",
        "Connection: close",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body


def _skew_s(result: Exchange) -> float | None:
    """This clock minus theirs, half a round trip taken off; their Date has whole seconds only."""
    stamp = result.message.headers.get("date")
    theirs = None if stamp is None or not result.answered_at else http_date.seconds(stamp)
    if theirs is None:
        return None
    return round(result.answered_at - theirs - result.round_trip_s / 2, 3)


async def http(
    url: str, *, address: str | None, proxy: str | None, expect_body: str | None, timeout_s: float, max_bytes: int
) -> HttpAnswer:
    """One GET as ``HttpAnswer``; see ``Net.http``."""
    got = await exchange(url, address=address, proxy=proxy, timeout_s=timeout_s, max_bytes=max_bytes)
    message = got.message
    return HttpAnswer(
        url=url,
        address=got.address,
        status=message.status,
        location=short_location(url, message.headers.get("location")),
        title=title(bytes(message.body)),
        server=clean(message.headers.get("server")),
        body_bytes=len(message.body),
        body_as_expected=None if expect_body is None or message.status is None else same_body(message, expect_body),
        date_skew_s=_skew_s(got),
        ms=got.ms,
        failure=got.failure,
        failure_from=got.failure_from,
    )
