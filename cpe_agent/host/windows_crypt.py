"""The calls to Windows' CryptoAPI, as in ``windows_api``: bytes come out, OSError where one fails."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

from cpe_agent.host.windows_api import failed, last_error, load
from cpe_agent.host.windows_chain import (
    MOST_ELEMENTS,
    CertificateRecord,
    ChainRecord,
    ContextRecord,
    ElementRecord,
    ParametersRecord,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_X509 = 1  # X509_ASN_ENCODING
_MEMORY = 2  # CERT_STORE_PROV_MEMORY
_KEEP = 2  # CERT_STORE_ADD_USE_EXISTING
_SERVER = b"1.3.6.1.5.5.7.3.1"  # id-kp-serverAuth: an authority may be trusted for other things alone
# CERT_CHAIN_DISABLE_AIA: no certificate is fetched from where a certificate says; strangers write that address.
# CERT_CHAIN_REVOCATION_CHECK_CACHE_ONLY: nothing is fetched for revocation, which is not asked about at all.
# Left out are CERT_CHAIN_DISABLE_AUTH_ROOT_AUTO_UPDATE and CERT_CHAIN_CACHE_ONLY_URL_RETRIEVAL ("the Internet and
# intranet are not searched"): that Windows fetches an authority of its own list is what this call is for.
_FLAGS = 0x2000 | 0x80000000
_LONGEST_DER = 65536


def build_chain(chain: Sequence[bytes], timeout_ms: int) -> tuple[bytes, list[bytes]]:
    """CertGetCertificateChain of this user for a server's certificate, the first of ``chain``; the others are what it
    sent along. CERT_CHAIN_CONTEXT, and the certificates (DER) of the first chain inside. ``timeout_ms`` bounds each
    fetch, not the call: it blocks."""
    library = _library()
    store = library.CertOpenStore(_MEMORY, 0, None, 0, None)
    leaf = library.CertCreateCertificateContext(_X509, chain[0], len(chain[0]))
    found = ctypes.c_void_p()
    try:
        if not store or not leaf:
            raise failed(last_error())
        for der in chain[1:MOST_ELEMENTS]:  # one that Windows cannot read is left out
            library.CertAddEncodedCertificateToStore(store, _X509, der, len(der), _KEEP, None)
        usages = (ctypes.c_char_p * 1)(_SERVER)
        wanted = ParametersRecord(
            size=ctypes.sizeof(ParametersRecord),
            usages=1,
            usages_at=ctypes.addressof(usages),
            url_timeout_ms=timeout_ms,
        )
        where = (ctypes.byref(wanted), _FLAGS, None, ctypes.byref(found))
        if not library.CertGetCertificateChain(None, leaf, None, store, *where) or not found.value:
            raise failed(last_error())
        return _copied(found.value)
    finally:
        if found.value:
            library.CertFreeCertificateChain(found)
        if leaf:
            library.CertFreeCertificateContext(leaf)
        if store:
            library.CertCloseStore(store, 0)


def _library() -> Any:
    library = load("crypt32")
    void, word, text = ctypes.c_void_p, ctypes.c_uint32, ctypes.c_char_p
    library.CertOpenStore.argtypes, library.CertOpenStore.restype = (void, word, void, word, void), void
    library.CertCreateCertificateContext.argtypes = (word, text, word)
    library.CertCreateCertificateContext.restype = void
    library.CertAddEncodedCertificateToStore.argtypes = (void, word, text, word, word, void)
    library.CertGetCertificateChain.argtypes = (void, void, void, void, void, word, void, void)
    library.CertFreeCertificateChain.argtypes = (void,)
    library.CertFreeCertificateChain.restype = None
    library.CertFreeCertificateContext.argtypes = (void,)
    library.CertCloseStore.argtypes = (void, word)
    return library


def _copied(at: int) -> tuple[bytes, list[bytes]]:
    context = ctypes.string_at(at, ctypes.sizeof(ContextRecord))
    row = ContextRecord.from_buffer_copy(context)
    built: list[bytes] = []
    if row.chains and row.chains_at:
        first = ctypes.c_uint64.from_address(row.chains_at).value
        simple = ChainRecord.from_address(first)
        places = (ctypes.c_uint64 * min(simple.elements, MOST_ELEMENTS)).from_address(simple.elements_at)
        for place in places:
            certificate = CertificateRecord.from_address(ElementRecord.from_address(place).certificate_at)
            built.append(ctypes.string_at(certificate.der_at, min(certificate.der_bytes, _LONGEST_DER)))
    return context, built
