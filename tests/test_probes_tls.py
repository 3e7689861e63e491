"""TLS and HTTP over it, with certificates of our own making: each way a handshake fails has its own name."""

from __future__ import annotations

import asyncio
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cpe_agent.collector import CannotMeasure, Outcome
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


# ------------------------------------------------------------------ the system's own word (Windows)

Word = Callable[[list[bytes], int], tuple[bool | None, bytes]]


@pytest.fixture
def windows_says(monkeypatch: pytest.MonkeyPatch) -> Callable[[Word], None]:
    """A program on Windows, whose system says this of a chain. The list that Python has was read before."""
    tls._system_store()
    monkeypatch.delenv("SSL_CERT_FILE")
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    monkeypatch.setattr(tls, "_WINDOWS", True)
    return lambda word: monkeypatch.setattr(tls, "_windows_word", word)


def _der(certificates: Path, name: str) -> bytes:
    return ssl.PEM_cert_to_DER_cert((certificates / f"{name}.pem").read_text())


def test_a_certificate_that_windows_trusts_is_judged_again_with_its_authority(
    certificates: Path, windows_says: Callable[[Word], None]
) -> None:
    asked: list[list[bytes]] = []

    def word(chain: list[bytes], timeout_ms: int) -> tuple[bool, bytes]:
        asked.append(chain)
        return True, _der(certificates, "stranger")

    windows_says(word)
    with tcp_server(_secure(certificates, "unknown")) as port:
        answer = asyncio.run(NET.tls("good.test", address="127.0.0.1", port=port))
        page = asyncio.run(NET.http(f"https://good.test:{port}/", address="127.0.0.1"))
        other = asyncio.run(NET.tls("other.test", address="127.0.0.1", port=port))
    assert (answer.ok, answer.issuer, page.status) == (True, "stranger Ltd", 200)
    assert other.failure is Failure.TLS_WRONG_NAME, "an authority is no pass for every name"
    assert asked == [[_der(certificates, "unknown")]], "it is in our own list from then on"


def test_a_page_whose_authority_windows_knows_is_read(certificates: Path, windows_says: Callable[[Word], None]) -> None:
    windows_says(lambda chain, timeout_ms: (True, _der(certificates, "stranger")))
    with tcp_server(_secure(certificates, "unknown")) as port:
        page = asyncio.run(NET.http(f"https://good.test:{port}/", address="127.0.0.1", expect_body="ok"))
    assert (page.status, page.body_as_expected, page.failure) == (200, True, None)


@pytest.mark.parametrize(
    ("name", "host", "failure"),
    [("unknown", "good.test", Failure.TLS_UNTRUSTED), ("stranger", "stranger", Failure.TLS_SELF_SIGNED)],
)
def test_a_stranger_by_windows_own_word_is_named_as_on_linux(
    certificates: Path, windows_says: Callable[[Word], None], name: str, host: str, failure: Failure
) -> None:
    windows_says(lambda chain, timeout_ms: (False, b""))
    with tcp_server(_secure(certificates, name)) as port:
        answer = asyncio.run(NET.tls(host, address="127.0.0.1", port=port))
        page = asyncio.run(NET.http(f"https://{host}:{port}/", address="127.0.0.1"))
    assert (answer.ok, answer.failure, answer.issuer) == (False, failure, "stranger Ltd")
    assert page.failure is failure


_over = threading.Event()


def _never(chain: list[bytes], timeout_ms: int) -> tuple[None, bytes]:
    _over.wait(5)
    return None, b""


def _fails(chain: list[bytes], timeout_ms: int) -> tuple[None, bytes]:
    raise OSError("crypt32")


@pytest.mark.parametrize(
    "word",
    [
        pytest.param(lambda chain, timeout_ms: (None, b""), id="does not say"),
        pytest.param(lambda chain, timeout_ms: (True, b"no certificate"), id="garbage"),
        pytest.param(lambda chain, timeout_ms: (True, chain[0]), id="an authority that does not fit"),
        pytest.param(_fails, id="fails"),
        pytest.param(_never, id="takes too long"),
    ],
)
def test_without_a_clear_word_nothing_is_judged(
    certificates: Path, windows_says: Callable[[Word], None], word: Word, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tls, "_ASKED_S", 0.2)
    windows_says(word)
    with tcp_server(_secure(certificates, "unknown")) as port:
        for ask in (
            NET.tls("good.test", address="127.0.0.1", port=port),
            NET.http(f"https://good.test:{port}/", address="127.0.0.1"),
        ):
            with pytest.raises(CannotMeasure) as caught:
                asyncio.run(ask)
            assert caught.value.outcome is Outcome.UNSUPPORTED
    _over.set()


def test_windows_is_asked_about_strangers_alone(certificates: Path, windows_says: Callable[[Word], None]) -> None:
    asked: list[list[bytes]] = []

    def word(chain: list[bytes], timeout_ms: int) -> tuple[None, bytes]:
        asked.append(chain)
        return None, b""

    windows_says(word)
    with tcp_server(_secure(certificates, "expired")) as port:
        assert asyncio.run(NET.tls("good.test", address="127.0.0.1", port=port)).failure is Failure.TLS_EXPIRED
    with tcp_server(says(b"no TLS at all")) as port:
        assert asyncio.run(NET.tls("good.test", address="127.0.0.1", port=port)).failure is Failure.GARBAGE
    assert asked == []


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_a_list_that_the_user_named_is_the_only_one(
    certificates: Path, windows_says: Callable[[Word], None], monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    windows_says(lambda chain, timeout_ms: (True, _der(certificates, "stranger")))
    monkeypatch.setenv(variable, str(certificates / "trusted.pem"))
    with tcp_server(_secure(certificates, "unknown")) as port, pytest.raises(CannotMeasure):
        asyncio.run(NET.tls("good.test", address="127.0.0.1", port=port))


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
