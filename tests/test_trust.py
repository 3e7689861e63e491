"""Where the list of certificate authorities is looked for, and what is said where there is none: nothing about the
line, the home or the far side."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from collectors import web
from cpe_agent.collector import CannotMeasure, Outcome
from cpe_agent.facts import Connect, Family, HttpAnswer
from cpe_agent.host import SystemLookup, tls, trust
from cpe_agent.host.program import Ran
from cpe_agent.host.trust import system_store
from tests.test_probes_tls import _authority


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    _authority(tmp_path, "trusted")
    return tmp_path / "trusted.pem"


@pytest.fixture(autouse=True)
def _openssl_finds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program whose OpenSSL was built for another system's folders."""
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    monkeypatch.setattr(ssl.SSLContext, "load_default_certs", lambda *_: None)
    paths = ssl.get_default_verify_paths()._replace(capath=str(tmp_path / "hashed"))
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths)


def said(text: str, status: int | None = 0) -> Callable[..., Ran | None]:
    return lambda *_args, **_more: Ran(status, text)


def test_a_list_is_found_where_this_system_keeps_it(authority: Path) -> None:
    context = system_store(places=("/nowhere/at/all", str(authority), "/never/reached"), system="linux")
    assert context.cert_store_stats()["x509_ca"] == 1
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_a_hashed_folder_is_a_list(tmp_path: Path) -> None:
    (tmp_path / "hashed").mkdir()
    (tmp_path / "hashed/3513523f.0").touch()
    assert system_store(places=(), system="linux").verify_mode is ssl.CERT_REQUIRED


@pytest.mark.parametrize("places", [(), ("/nowhere",), ("broken",)])
def test_without_any_list_no_certificate_can_be_judged(places: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "broken").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    found = tuple(str(tmp_path / place) if place == "broken" else place for place in places)
    with pytest.raises(CannotMeasure) as caught:
        system_store(places=found, system="linux")
    assert caught.value.outcome is Outcome.UNSUPPORTED


def test_what_was_added_on_a_mac_counts_too(authority: Path) -> None:
    added = said(authority.read_text())
    assert system_store(places=(), system="darwin", run=added).cert_store_stats()["x509_ca"] == 1
    for useless in (said("", 1), said(authority.read_text(), None), said("garbage"), lambda *_a, **_m: None):
        with pytest.raises(CannotMeasure):
            system_store(places=(), system="darwin", run=useless)


def test_a_file_that_the_user_named_is_the_only_one(authority: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))

    def never(*_args: Any, **_more: Any) -> None:
        raise AssertionError("nobody else is asked")

    system_store(places=(str(authority),), system="darwin", run=never)


def test_the_places_of_this_machine_work(monkeypatch: pytest.MonkeyPatch) -> None:
    if not any(Path(place).is_file() for place in trust.PLACES):
        pytest.skip("none of the known lists is on this machine")
    assert system_store(system="linux").cert_store_stats()["x509_ca"] > 10


def test_the_web_is_measured_without_its_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    """A probe that raises ``CannotMeasure`` costs its own answer and no other."""

    class Net:
        async def lookup(self, name: str, **_: Any) -> SystemLookup:
            return SystemLookup(True, ("192.0.2.7",), 1.0, None)

        async def connect(self, address: str, port: int, **_: Any) -> Connect:
            return Connect(address, port, ok=True, ms=1.0)

        async def tls(self, *_: Any, **__: Any) -> None:
            raise CannotMeasure(Outcome.UNSUPPORTED, "no list")

        async def http(self, url: str, **_: Any) -> HttpAnswer:
            raise CannotMeasure(Outcome.UNSUPPORTED, "no list")

    class Host:
        net = Net()

    look = asyncio.run(web._target(Host(), "https://example.com/", 1.0))  # type: ignore[arg-type]
    assert look is not None
    assert look.connect is not None
    assert look.connect.ok
    assert (look.tls, look.http) == (None, None)
    names = web._Names(Host(), web.SYSTEM, 1e9)  # type: ignore[arg-type]

    async def one() -> object:
        return await web._tls(Host(), names, "https://example.com/", Family.V4)  # type: ignore[arg-type]

    assert asyncio.run(one()) is None


def test_a_probe_without_a_list_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls, "system_store", lambda: system_store(places=(), system="linux"))
    tls._system_store.cache_clear()
    try:
        with pytest.raises(CannotMeasure):
            asyncio.run(tls.verified(timeout_s=5))
    finally:
        tls._system_store.cache_clear()
