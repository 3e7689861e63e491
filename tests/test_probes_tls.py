"""TLS and HTTP over it, with certificates of our own making: each way a handshake fails has its own name."""

from __future__ import annotations

import asyncio
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cpe_agent.facts import Failure
from cpe_agent.host import tls
from cpe_agent.host.net import Probes
from tests.test_hostile import says, tcp_server

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")

NET = Probes()
_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def _openssl(*arguments: str, before: tuple[str, ...] = ()) -> None:
    subprocess.run([*before, "openssl", *arguments], check=True, capture_output=True)


def _authority(folder: Path, name: str) -> None:
    _openssl(
        "req", "-x509", *_KEY, "-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.pem", "-days", "99",
        "-subj", f"/O={name} Ltd/CN={name}",
    )  # fmt: skip


def _leaf(folder: Path, name: str, signer: str, days: int = 9, before: tuple[str, ...] = ()) -> None:
    (folder / "names").write_text("subjectAltName=DNS:good.test")
    _openssl("req", *_KEY, "-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.csr", "-subj", "/CN=good.test")
    _openssl(
        "x509", "-req", "-in", f"{folder}/{name}.csr", "-CA", f"{folder}/{signer}.pem", "-CAkey",
        f"{folder}/{signer}.key", "-days", str(days), "-out", f"{folder}/{name}.pem", "-extfile", f"{folder}/names",
        before=before,
    )  # fmt: skip


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    _authority(folder, "trusted")
    _authority(folder, "stranger")
    _leaf(folder, "good", "trusted")
    _leaf(folder, "expired", "trusted", days=-1)
    _leaf(folder, "unknown", "stranger")
    return folder


@pytest.fixture(autouse=True)
def _own_store(certificates: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates / "trusted.pem"))
    tls._system_store.cache_clear()
    yield
    tls._system_store.cache_clear()


def _secure(
    certificates: Path, name: str, change: Callable[[ssl.SSLContext], None] = lambda _: None
) -> Callable[[socket.socket], None]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / f"{name}.pem", certificates / f"{name}.key")
    change(context)

    def serve(connection: socket.socket) -> None:
        try:
            session = context.wrap_socket(connection, server_side=True)
        except OSError:
            return  # the client refused us, as it should
        with session:
            session.recv(4096)
            session.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    return serve


@pytest.mark.parametrize(
    ("name", "host", "failure", "issuer"),
    [
        ("good", "good.test", None, "trusted Ltd"),
        ("good", "other.test", Failure.TLS_WRONG_NAME, "trusted Ltd"),
        ("expired", "good.test", Failure.TLS_EXPIRED, "trusted Ltd"),
        ("unknown", "good.test", Failure.TLS_UNTRUSTED, "stranger Ltd"),
        ("stranger", "stranger", Failure.TLS_SELF_SIGNED, "stranger Ltd"),
    ],
)
def test_certificates(certificates: Path, name: str, host: str, failure: Failure | None, issuer: str) -> None:
    with tcp_server(_secure(certificates, name)) as port:
        answer = asyncio.run(NET.tls(host, address="127.0.0.1", port=port))
    assert (answer.ok, answer.connected, answer.failure) == (failure is None, True, failure)
    assert answer.issuer == issuer
    assert (answer.version == "TLSv1.3") is answer.ok


@pytest.mark.skipif(shutil.which("faketime") is None, reason="faketime is not installed")
def test_a_certificate_of_tomorrow(certificates: Path) -> None:
    _leaf(certificates, "early", "trusted", before=("faketime", "+5 days"))
    with tcp_server(_secure(certificates, "early")) as port:
        answer = asyncio.run(NET.tls("good.test", address="127.0.0.1", port=port))
    assert answer.failure is Failure.TLS_NOT_YET_VALID


def test_alerts_and_versions(certificates: Path) -> None:
    def wants_a_client_certificate(context: ssl.SSLContext) -> None:
        context.maximum_version = ssl.TLSVersion.TLSv1_2  # in 1.3 the refusal comes after the handshake
        context.verify_mode = ssl.CERT_REQUIRED

    with tcp_server(_secure(certificates, "good", wants_a_client_certificate)) as port:
        alert = asyncio.run(NET.tls("good.test", address="127.0.0.1", port=port))
    assert alert.failure is Failure.TLS_ALERT
    old = b"\x15\x03\x01\x00\x02\x02\x46"  # a fatal alert, protocol_version (RFC 8446 6.2)
    with tcp_server(says(old)) as port:
        version = asyncio.run(NET.tls("good.test", address="127.0.0.1", port=port))
    assert version.failure is Failure.TLS_VERSION


def test_https_pages_are_verified(certificates: Path) -> None:
    with tcp_server(_secure(certificates, "good")) as port:
        url = f"https://good.test:{port}/"
        good = asyncio.run(NET.http(url, address="127.0.0.1", expect_body="ok"))
    assert (good.status, good.body_as_expected, good.failure) == (200, True, None)
    with tcp_server(_secure(certificates, "expired")) as port:
        bad = asyncio.run(NET.http(f"https://good.test:{port}/", address="127.0.0.1"))
    assert (bad.status, bad.failure) == (None, Failure.TLS_EXPIRED)


def test_https_through_a_proxy(certificates: Path) -> None:
    asked = []
    secure = _secure(certificates, "good")

    def proxy(connection: socket.socket) -> None:
        asked.append(connection.recv(4096).split(b"\r\n")[0])
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        secure(connection)

    with tcp_server(proxy) as port:
        through = asyncio.run(NET.http("https://good.test/", proxy=f"127.0.0.1:{port}"))
    assert (through.status, through.failure) == (200, None)
    assert asked == [b"CONNECT good.test:443 HTTP/1.1"]


def test_what_a_proxy_itself_says() -> None:
    asked = []

    def proxy(connection: socket.socket) -> None:
        asked.append(connection.recv(4096).split(b"\r\n")[0])
        connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")

    with tcp_server(proxy) as port:
        secure = asyncio.run(NET.http("https://good.test/", proxy=f"127.0.0.1:{port}"))
        plain = asyncio.run(NET.http("http://good.test/x", proxy=f"http://127.0.0.1:{port}"))
    assert secure.status == plain.status == 407
    assert asked == [b"CONNECT good.test:443 HTTP/1.1", b"GET http://good.test/x HTTP/1.1"]


def test_dns_over_tls_speaks_to_its_port_only() -> None:
    answer = asyncio.run(NET.dns("127.0.0.1", "example.com", transport="dot", timeout_s=0.5))
    assert (answer.ok, answer.failure, answer.transport) == (False, Failure.REFUSED, "dot")
