"""What CertGetCertificateChain says of a certificate (wincrypt.h). Pure.

Names and dates are not read here: OpenSSL judges those itself, once it has the authority that Windows found.
"""

from __future__ import annotations

import ctypes
from hashlib import sha1
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_U32, _U64 = ctypes.c_uint32, ctypes.c_uint64


class ParametersRecord(ctypes.Structure):
    """CERT_CHAIN_PARA with its extra fields, 96 bytes."""

    _fields_ = (
        ("size", _U32), ("usage_match", _U32 * 2), ("usages", _U64), ("usages_at", _U64), ("policy_match", _U64),
        ("policies", _U64), ("policies_at", _U64), ("url_timeout_ms", _U32), ("check_freshness", _U32),
        ("freshness_s", _U64), ("resync_at", _U64), ("strong_sign_at", _U64), ("strong_sign_flags", _U64),
    )  # fmt: skip


class ContextRecord(ctypes.Structure):
    """CERT_CHAIN_CONTEXT up to what later versions added at its end, 48 bytes."""

    _fields_ = (
        ("size", _U32), ("error", _U32), ("info", _U32), ("chains", _U32), ("chains_at", _U64), ("worse", _U64),
        ("worse_at", _U64), ("freshness", _U32 * 2),
    )  # fmt: skip


class ChainRecord(ctypes.Structure):
    """CERT_SIMPLE_CHAIN, 40 bytes."""

    _fields_ = (
        ("size", _U32), ("error", _U32), ("info", _U32), ("elements", _U32), ("elements_at", _U64),
        ("trust_list_at", _U64), ("freshness", _U32 * 2),
    )  # fmt: skip


class ElementRecord(ctypes.Structure):
    """CERT_CHAIN_ELEMENT, 56 bytes."""

    _fields_ = (
        ("size", _U32), ("certificate_at", _U64), ("error", _U32), ("info", _U32), ("revocation_at", _U64),
        ("issuance_at", _U64), ("application_at", _U64), ("text_at", _U64),
    )  # fmt: skip


class CertificateRecord(ctypes.Structure):
    """CERT_CONTEXT, 40 bytes."""

    _fields_ = (("encoding", _U32), ("der_at", _U64), ("der_bytes", _U32), ("info_at", _U64), ("store_at", _U64))


MOST_ELEMENTS = 16
# CERT_TRUST_STATUS.dwErrorStatus
_DATES = 0x1 | 0x2  # not time valid, not time nested
_BAD_SIGNATURE = 0x8
_UNTRUSTED_ROOT = 0x20
_PARTIAL = 0x10000
# AuthorityInfoAccess: where the issuer's certificate can be fetched (RFC 5280 4.2.2.1, id-ad-caIssuers), as DER.
_CA_ISSUERS = b"\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x02"


def word(context: bytes, built: Sequence[bytes], listed: bytes) -> bool | None:
    """True: Windows trusts whoever vouches for it. False: a stranger vouches. None: it cannot be told.

    ``context``: CERT_CHAIN_CONTEXT. ``built``: the certificates of the chain that Windows found, in DER, the server's
    own first. ``listed``: the list of authorities (a CTL of their SHA-1 hashes) that Windows last fetched. Where the
    network keeps Windows from fetching, a well-known authority looks untrusted too; so nobody is a stranger without
    that list, and nobody who stands in it."""
    if len(context) < ctypes.sizeof(ContextRecord) or not built:
        return None
    row = ContextRecord.from_buffer_copy(context)
    if row.chains != 1:  # none, or several that trust lists connect
        return None
    if row.error & ~_DATES == 0:
        return True
    if row.error & _BAD_SIGNATURE or not listed:
        return None
    if row.error & _UNTRUSTED_ROOT:
        return None if sha1(built[-1], usedforsecurity=False).digest() in listed else False
    if row.error & _PARTIAL:
        # Servers leave out certificates that a browser fetches; one that names no place for them cannot be completed.
        return None if _CA_ISSUERS in built[-1] else False
    return None


def authorities(built: Sequence[bytes]) -> bytes:
    """What OpenSSL needs to come to the same end: all but the server's own, or that one where it stands alone."""
    return b"".join(built[1:] or built)
