"""TLS handshakes against the system's certificate store, and what a failed one says."""

from __future__ import annotations

import asyncio
import contextlib
import os
import ssl
import sys
import threading
from functools import cache
from typing import TYPE_CHECKING, Any

from cpe_agent.collector import CannotMeasure, Outcome
from cpe_agent.facts import Failure, TlsAnswer
from cpe_agent.host.certificate import issuer
from cpe_agent.host.icmp_error import failure_of
from cpe_agent.host.stream import open_stream
from cpe_agent.host.thread import in_thread
from cpe_agent.host.trust import system_store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_agent.host.stream import Stream

_WINDOWS: bool = sys.platform == "win32"
_VERIFY = {  # X509_V_ERR_* of OpenSSL's x509_vfy.h
    9: Failure.TLS_NOT_YET_VALID,
    10: Failure.TLS_EXPIRED,
    18: Failure.TLS_SELF_SIGNED,
    19: Failure.TLS_SELF_SIGNED,
    62: Failure.TLS_WRONG_NAME,
    63: Failure.TLS_WRONG_NAME,
    64: Failure.TLS_WRONG_NAME,
}
# Nobody known vouches for it. Windows loads an authority only when one of its own programs first meets it, so there
# this may be a new computer as well as a stranger in between: Windows itself is asked.
_NOBODY_VOUCHES = (2, 19, 20, 21)
_SELF_SIGNED = 18
_ASKED_S = 1.2  # the rest of a probe's time is for the handshake that follows
_LONGEST_CHAIN = 8
_DER = 2  # _ssl.ENCODING_DER
_ROOT_LIST = r"SOFTWARE\Microsoft\SystemCertificates\AuthRoot\AutoUpdate"
_VERSION_REASONS = ("PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "NO_PROTOCOLS_AVAILABLE", "VERSION_TOO_LOW")


_one_at_a_time = threading.Lock()  # ``cache`` alone lets several threads read the store at once


@cache
def _system_store() -> ssl.SSLContext:
    return system_store()


def _verified() -> ssl.SSLContext:
    with _one_at_a_time:
        return _system_store()


@cache
def unverified() -> ssl.SSLContext:
    """For looking at a certificate that is not trusted. Nothing is ever sent or believed over it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def verified(*, timeout_s: float) -> ssl.SSLContext:
    """The system's store. Reading it takes some 60 ms: in a thread, once. Raises ``TimeoutError``, and
    ``CannotMeasure`` where there is none."""
    return await in_thread(_verified, timeout_s=timeout_s)


def handshake_failure(error: OSError, vouched: bool | None = None) -> Failure:
    """What an error of a TLS stream means. ``certificate_required`` and its like are alerts; a plain-text answer on
    the port is garbage. ``vouched``: see ``system_word``. Raises ``CannotMeasure`` for a certificate that this system
    cannot judge."""
    if isinstance(error, ssl.SSLCertVerificationError):
        if _WINDOWS and error.verify_code in _NOBODY_VOUCHES and vouched is not False:
            raise CannotMeasure(Outcome.UNSUPPORTED, "its authority is not in Windows' list, or not yet")
        return _VERIFY.get(error.verify_code, Failure.TLS_UNTRUSTED)
    if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return Failure.CLOSED
    if isinstance(error, ssl.SSLError):
        reason = error.reason or ""
        if any(word in reason for word in _VERSION_REASONS):
            return Failure.TLS_VERSION
        return Failure.TLS_ALERT if "ALERT" in reason else Failure.GARBAGE
    return failure_of(error)


async def system_word(error: OSError, stream: Stream, *, timeout_s: float) -> bool | None:
    """Does Windows itself trust the certificate whose authority Python's copy of its list does not have? True: the
    authority is in our list from now on, and the handshake is to be made again. False: no. None: it does not say, or
    nothing was to be asked."""
    if not _WINDOWS or not isinstance(error, ssl.SSLCertVerificationError) or stream.refused is None:
        return None
    if error.verify_code not in (*_NOBODY_VOUCHES, _SELF_SIGNED):
        return None
    if os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR"):
        return None  # a list that the user named is the only one
    chain, bound_s = _chain(stream.refused), min(_ASKED_S, timeout_s)
    if not chain or bound_s <= 0:
        return None
    try:
        vouched, authorities = await in_thread(_windows_word, chain, int(bound_s * 1000), timeout_s=bound_s)
        if vouched:
            (await verified(timeout_s=timeout_s)).load_verify_locations(cadata=authorities)
    except (OSError, ValueError):  # TimeoutError and SSLError are OSErrors
        return None
    return vouched


def _windows_word(chain: Sequence[bytes], timeout_ms: int) -> tuple[bool | None, bytes]:
    from cpe_agent.host import windows_chain, windows_crypt, windows_registry

    context, built = windows_crypt.build_chain(chain, timeout_ms)
    listed = windows_registry.values(_ROOT_LIST).get("EncodedCtl")
    word = windows_chain.word(context, built, listed if isinstance(listed, bytes) else b"")
    return word, windows_chain.authorities(built)


def _chain(tls: ssl.SSLObject) -> list[bytes]:
    """What the server sent, its own certificate first. Python has no public way to it before 3.13."""
    own: Any = getattr(tls, "_sslobj", None)
    with contextlib.suppress(AttributeError, ssl.SSLError):
        return [one.public_bytes(_DER) for one in (own.get_unverified_chain() or ())[:_LONGEST_CHAIN]]
    return []


def issuer_of(tls: ssl.SSLObject) -> str | None:
    der = tls.getpeercert(binary_form=True)
    return issuer(der) if der else None


async def _look_at_issuer(host: str, address: str, port: int, *, timeout_s: float, nic: str | None) -> str | None:
    """Only the leaf of a handshake that failed; a second connection, because a failed one shows nothing."""
    start = asyncio.get_running_loop().time()
    stream, _ = await open_stream(address, port, timeout_s=timeout_s, nic=nic)
    if stream is None:
        return None
    with stream:
        try:
            async with asyncio.timeout_at(start + timeout_s):
                return issuer_of(await stream.start_tls(unverified(), host))
        except (OSError, EOFError, ValueError):  # TimeoutError is an OSError
            return None


async def tls(
    host: str, *, address: str, port: int, timeout_s: float, nic: str | None, again: bool = False
) -> TlsAnswer:
    """One handshake with a given address; see ``Net.tls``. ``ms`` counts from the first SYN to the end. ``again``: with
    an authority that the system vouched for."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    blank = TlsAnswer(host, address, ok=False)
    context_ready = asyncio.ensure_future(verified(timeout_s=timeout_s))
    try:
        stream, connect = await open_stream(address, port, timeout_s=timeout_s, nic=nic)
        if stream is None:
            return blank._replace(ms=connect.ms, failure=connect.failure, failure_from=connect.failure_from)
        with stream:
            blank = blank._replace(connected=True)
            try:
                context = await context_ready
                async with asyncio.timeout_at(start + timeout_s):
                    session = await stream.start_tls(context, host)
            except TimeoutError:
                failure = Failure.TOO_SLOW if stream.received else Failure.TIMED_OUT
            except EOFError:
                failure = Failure.CLOSED
            except OSError as error:  # before ValueError: a failed verification is both
                vouched = await system_word(error, stream, timeout_s=start + timeout_s - loop.time())
                left = start + timeout_s - loop.time()
                if vouched and not again and left > 0:
                    return await tls(host, address=address, port=port, timeout_s=left, nic=nic, again=True)
                failure = handshake_failure(error, vouched)
            except ValueError:  # a host that is no name for a certificate
                failure = Failure.OTHER
            else:
                ms = round((loop.time() - start) * 1000, 3)
                return blank._replace(ok=True, version=session.version(), issuer=issuer_of(session), ms=ms)
    finally:
        context_ready.cancel()
        await asyncio.gather(context_ready, return_exceptions=True)
    ms = round((loop.time() - start) * 1000, 3)
    left = start + timeout_s - loop.time()
    seen = None
    if failure.startswith("tls_") and failure not in (Failure.TLS_ALERT, Failure.TLS_VERSION) and left > 0:
        seen = await _look_at_issuer(host, address, port, timeout_s=left, nic=nic)
    return blank._replace(ms=ms, failure=failure, issuer=seen)
