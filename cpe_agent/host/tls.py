"""TLS handshakes against the system's certificate store, and what a failed one says."""

from __future__ import annotations

import asyncio
import ssl
import sys
import threading
from functools import cache

from cpe_agent.collector import CannotMeasure, Outcome
from cpe_agent.facts import Failure, TlsAnswer
from cpe_agent.host.certificate import issuer
from cpe_agent.host.icmp_error import failure_of
from cpe_agent.host.stream import open_stream
from cpe_agent.host.thread import in_thread
from cpe_agent.host.trust import system_store

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
# this may be a new computer as well as a stranger in between.
_NOBODY_VOUCHES = (2, 19, 20, 21)
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


def handshake_failure(error: OSError, system: str = sys.platform) -> Failure:
    """What an error of a TLS stream means. ``certificate_required`` and its like are alerts; a plain-text answer on
    the port is garbage. Raises ``CannotMeasure`` for a certificate that this system cannot judge."""
    if isinstance(error, ssl.SSLCertVerificationError):
        if system == "win32" and error.verify_code in _NOBODY_VOUCHES:
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


async def tls(host: str, *, address: str, port: int, timeout_s: float, nic: str | None) -> TlsAnswer:
    """One handshake with a given address; see ``Net.tls``. ``ms`` counts from the first SYN to the end."""
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
                failure = handshake_failure(error)
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
