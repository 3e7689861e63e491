"""Routers, servers and neighbours that mean harm: every probe ends in its time, in little memory, with a plain answer.

Real sockets on the loopback interface; the servers run in threads of this process.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
import tracemalloc
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import pytest

from cpe_agent.facts import Failure
from cpe_agent.host import datagram, dns_answer, dns_wire, ssdp
from cpe_agent.host.net import Probes
from tests.stalls import Watch

T = TypeVar("T")

NET = Probes()
_MEBIBYTE = 1 << 20
_ALLOWED = 8 * _MEBIBYTE
WATCH = Watch()
SLACK_S = 1.0  # memory is traced meanwhile, on a computer that others use too; what hangs, hangs for longer


def measured(ask: Callable[[], Awaitable[T]], *, within_s: float) -> T:
    """Run it; fail when it takes longer than it may or holds more memory at any time."""

    async def main() -> T:
        tracemalloc.start()
        try:
            before, _ = tracemalloc.get_traced_memory()
            began = time.monotonic()
            answer = await ask()
            seconds = time.monotonic() - began
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert seconds < within_s + SLACK_S + WATCH.since(began), f"took {seconds:.2f} s"
        assert peak - before < _ALLOWED, f"held {(peak - before) / _MEBIBYTE:.1f} MiB"
        return answer

    return asyncio.run(main())


@contextlib.contextmanager
def tcp_server(serve: Callable[[socket.socket], None], port: int = 0) -> Iterator[int]:
    """``serve`` gets each accepted connection in a thread; an error there is the client's leaving."""
    listener = socket.create_server(("127.0.0.1", port))
    listener.settimeout(0.05)
    stopped = threading.Event()
    threads: list[threading.Thread] = []

    def one(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(2)
            serve(connection)

    def accept() -> None:
        while not stopped.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            thread = threading.Thread(target=one, args=(connection,))
            thread.start()
            threads.append(thread)

    main = threading.Thread(target=accept)
    main.start()
    try:
        yield listener.getsockname()[1]
    finally:
        stopped.set()
        main.join()
        listener.close()
        for thread in threads:
            thread.join(5)


@contextlib.contextmanager
def udp_server(answer: Callable[[bytes], list[bytes]]) -> Iterator[int]:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    sock.settimeout(0.05)
    stopped = threading.Event()

    def work() -> None:
        while not stopped.is_set():
            try:
                data, sender = sock.recvfrom(4096)
            except TimeoutError:
                continue
            for reply in answer(data):
                with contextlib.suppress(OSError):
                    sock.sendto(reply, sender)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield sock.getsockname()[1]
    finally:
        stopped.set()
        thread.join()
        sock.close()


def says(*pieces: bytes) -> Callable[[socket.socket], None]:
    def serve(connection: socket.socket) -> None:
        connection.recv(4096)
        for piece in pieces:
            connection.sendall(piece)

    return serve


def for_ever(head: bytes, piece: bytes, pause_s: float = 0.0) -> Callable[[socket.socket], None]:
    """As long as the client listens, and three seconds at most."""

    def serve(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(head)
        end = time.monotonic() + 3
        while time.monotonic() < end:
            connection.sendall(piece)
            time.sleep(pause_s)

    return serve


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("serve", "failure"),
    [
        pytest.param(
            for_ever(OK + b"Content-Length: 104857600\r\n\r\n", b"<a>" * 20000), Failure.TOO_LARGE, id="100 MB"
        ),
        pytest.param(
            for_ever(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"4000\r\n" + b"x" * 0x4000 + b"\r\n"),
            Failure.TOO_LARGE,
            id="endless chunks",
        ),
        pytest.param(
            for_ever(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1;" + b"e" * 2000 + b"\r\n"),
            Failure.GARBAGE,
            id="long chunk line",
        ),
        pytest.param(
            says(OK + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n"), Failure.GARBAGE, id="huge chunk"
        ),
        pytest.param(for_ever(OK, b"X: y\r\n"), Failure.TOO_LARGE, id="endless headers"),
        pytest.param(for_ever(OK, b"x" * 10000), Failure.GARBAGE, id="one endless header"),
        pytest.param(for_ever(b"", b"\x00\xff" * 5000), Failure.GARBAGE, id="no HTTP"),
        pytest.param(for_ever(b"", b"H", 0.1), Failure.TOO_SLOW, id="slow from the start"),
        pytest.param(
            for_ever(OK + b"Content-Length: 100000\r\n\r\n", b"x", 0.1), Failure.TOO_SLOW, id="ten bytes a second"
        ),
        pytest.param(for_ever(b"HTTP/1.1 100 Continue\r\n\r\n" * 3, b"", 0.5), Failure.TOO_SLOW, id="interim only"),
        pytest.param(says(OK + b"Content-Length: 50\r\n\r\nshort"), Failure.CLOSED, id="cut short"),
        pytest.param(says(OK + b"Content-Length: -5\r\n\r\n"), Failure.GARBAGE, id="negative length"),
        pytest.param(says(), Failure.CLOSED, id="closed at once"),
        pytest.param(lambda c: time.sleep(1.2), Failure.TIMED_OUT, id="silent"),
    ],
)
def test_http_answers(serve: Callable[[socket.socket], None], failure: Failure) -> None:
    with tcp_server(serve) as port:
        answer = measured(lambda: NET.http(f"http://127.0.0.1:{port}/", timeout_s=0.8), within_s=0.8)
        assert answer.failure is failure
        assert answer.body_bytes <= 65536
        described = measured(lambda: NET.igd_description(f"http://127.0.0.1:{port}/d.xml", timeout_s=0.8), within_s=0.8)
    assert described.failure is failure
    assert described.services == ()


def test_redirects_are_told_and_never_followed() -> None:
    asked = []

    def serve(connection: socket.socket) -> None:
        asked.append(connection.recv(4096))
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /again?who=me\r\nContent-Length: 0\r\n\r\n")

    with tcp_server(serve) as port:
        answer = measured(lambda: NET.http(f"http://127.0.0.1:{port}/", timeout_s=1), within_s=1)
    assert (answer.status, answer.location) == (302, f"http://127.0.0.1:{port}")
    assert len(asked) == 1


def _document(body: bytes) -> Callable[[socket.socket], None]:
    return says(OK + b"Connection: close\r\n\r\n" + body)


_BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    b'<!ENTITY %c "&%c;&%c;&%c;&%c;&%c;&%c;&%c;&%c;">' % (c + 1, c, c, c, c, c, c, c, c) for c in range(97, 110)
) + b"]><root><device>&n;</device></root>"  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(_BOMB, id="entity bomb"),
        pytest.param(b'<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x"><r/>', id="external type"),
        pytest.param(b"<root>" + b"<device>" * 5000, id="depth"),
        pytest.param(b"<root><device/></root", id="not closed"),
        pytest.param(b"<root/>", id="no device"),
        pytest.param(b"\xff\xfe\x00", id="bytes"),
    ],
)
def test_descriptions_that_are_refused(body: bytes) -> None:
    with tcp_server(_document(body)) as port:
        url = f"http://127.0.0.1:{port}/d.xml"
        described = measured(lambda: NET.igd_description(url, timeout_s=1), within_s=1)
        called = measured(lambda: NET.igd_call(url, "urn:x:service:WANIPConnection:1", "Get", timeout_s=1), within_s=1)
    assert described.failure is Failure.GARBAGE
    assert (called.failure, called.values) == (Failure.GARBAGE, {})


def test_names_of_a_description_are_cleaned_and_led_nowhere() -> None:
    evil = "\u202eevil\u2066\u200b\x85" + "A" * 5000
    body = f"""<root><URLBase>http://192.0.2.66/</URLBase><device><manufacturer>{evil}</manufacturer>
    <modelName>\u0007 \u202d</modelName><serviceList>
    <service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType><controlURL>/c</controlURL></service>
    </serviceList></device></root>""".replace("\u0007", "")
    with tcp_server(_document(body.encode())) as port:
        described = measured(lambda: NET.igd_description(f"http://127.0.0.1:{port}/", timeout_s=1), within_s=1)
    assert described.failure is None
    assert described.manufacturer is not None
    assert described.manufacturer.isprintable()
    assert described.manufacturer.startswith("evil")
    assert len(described.manufacturer) <= 64
    assert described.model is None
    assert described.services == ()  # its control URL lies on another host


def test_page_texts_are_cleaned() -> None:
    page = b"<title>\xe2\x80\xaeevil\x1b[2J " + b"T" * 3000 + b"</title>"
    head = OK + b"Server: \xe2\x80\xae\x1b]0;x\x07" + b"S" * 300 + b"\r\nConnection: close\r\n\r\n"
    with tcp_server(says(head + page)) as port:
        answer = measured(lambda: NET.http(f"http://127.0.0.1:{port}/", timeout_s=1), within_s=1)
    assert answer.title is not None
    assert answer.title.isprintable()
    assert len(answer.title) <= 80
    assert answer.server is not None
    assert answer.server.isprintable()
    assert len(answer.server) <= 64


def test_tls_to_what_speaks_none() -> None:
    with tcp_server(says(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as port:
        answer = measured(lambda: NET.tls("example.com", address="127.0.0.1", port=port, timeout_s=1.5), within_s=1.5)
    assert (answer.ok, answer.connected, answer.failure) == (False, True, Failure.GARBAGE)
    with tcp_server(lambda c: time.sleep(0.8)) as port:
        silent = measured(lambda: NET.tls("example.com", address="127.0.0.1", port=port, timeout_s=0.5), within_s=0.5)
    assert (silent.connected, silent.failure) == (True, Failure.TIMED_OUT)


async def _dns(port: int, timeout_s: float = 0.5) -> datagram.Asked[dns_answer.Parsed]:
    """The question as ``Probes.dns`` asks it, of a server on a port that needs no rights."""
    asked = dns_wire.query("example.com", "A", 0x1234)

    async def accept(data: bytes) -> dns_answer.Parsed:
        if not dns_wire.answers_question(data, asked):
            raise datagram.AnswerError
        return dns_answer.parse(data, "A")

    return await datagram.ask("127.0.0.1", port, lambda _: asked, accept, resend_s=(0.2,), timeout_s=timeout_s)


def _header(identifier: bytes, flags: bytes) -> bytes:
    return identifier + flags + b"\0\1\0\1\0\0\0\0"


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(lambda q: [b"\xff" * 512], id="noise"),
        pytest.param(lambda q: [q[:2] + b"\x81"], id="cut short"),
        pytest.param(lambda q: [bytes([q[0] ^ 1]) + q[1:2] + b"\x81\x80" + q[4:]], id="wrong id"),
        pytest.param(lambda q: [_header(q[:2], b"\x81\x80") + b"\3abc\0\0\1\0\1"], id="wrong question"),
        pytest.param(lambda q: [_header(q[:2], b"\x81\x80") + q[12:29] + b"\xc0\x1d\0\1\0\1"], id="pointer loop"),
        pytest.param(lambda q: [q], id="our own question"),
        pytest.param(lambda q: [b""] * 50, id="empty"),
        pytest.param(lambda q: [b"\0" * 4000] * 400, id="flood"),
    ],
)
def test_dns_garbage(reply: Callable[[bytes], list[bytes]]) -> None:
    with udp_server(reply) as port:
        got = measured(lambda: _dns(port), within_s=0.5)
    assert got.answer is None
    assert got.failure is Failure.GARBAGE


def test_a_right_answer_behind_garbage_counts() -> None:
    import dns.message

    def reply(question: bytes) -> list[bytes]:
        good = dns.message.make_response(dns.message.from_wire(question)).to_wire()
        return [b"\xff" * 100, _header(question[:2], b"\x81\x80") + b"\3abc\0\0\1\0\1", good]

    with udp_server(reply) as port:
        got = measured(lambda: _dns(port), within_s=0.5)
    assert got.answer is not None
    assert got.answer.failure is Failure.NODATA


def test_ten_thousand_ssdp_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loopback has no multicast here, so the search goes to the server's own port."""

    def reply(_: bytes) -> list[bytes]:
        return [
            b"HTTP/1.1 200 OK\r\nLOCATION: http://127.0.0.%d:%d/" % (i % 250 + 1, i) + b"x" * 500
            + b"\r\nST: urn:schemas-upnp-org:device:WANDevice:1\r\n\r\n"
            for i in range(10000)
        ]  # fmt: skip

    with udp_server(reply) as port:
        monkeypatch.setattr(ssdp, "_PORT", port)
        monkeypatch.setattr(ssdp, "_GROUP", "127.0.0.1")
        found = measured(lambda: NET.ssdp("127.0.0.1", timeout_s=2.0), within_s=2.0)
    assert 0 < found.heard <= 256
    assert len(found.answers) <= 32
    assert all(len(answer.location) <= 256 for answer in found.answers)


@pytest.mark.parametrize("address", ["", "not an address", "999.1.1.1", "fe80::1%nosuch", "\u202e1.1.1.1", "a" * 9999])
def test_addresses_that_are_none(address: str) -> None:
    async def ask() -> list[object]:
        return [
            (await NET.connect(address, 80, timeout_s=0.2)).failure,
            (await NET.echo(address, timeout_s=0.2)).failure,
            (await NET.echo_dns(address, timeout_s=0.2)).failure,
            (await NET.dns(address, "example.com", timeout_s=0.2)).failure,
            (await NET.tls("x", address=address, timeout_s=0.2)).failure,
        ]

    assert set(measured(ask, within_s=0.5)) == {Failure.ADDRESS_UNUSABLE}
