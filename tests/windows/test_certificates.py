"""Windows' own word about a certificate, asked of CryptoAPI: wine has the calls, a list of authorities, and none of
Microsoft's to fetch from.

Each state of the lists is a program of its own, because CryptoAPI reads them once. What is put into the lists of the
wine prefix is taken out again.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import json
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

MADE = "CPE_AGENT_WINCHECK_CERTIFICATES"
pytestmark = [
    pytest.mark.skipif(sys.platform != "win32", reason=f"only a Windows Python can run it; this is {sys.platform}"),
    pytest.mark.skipif(MADE not in os.environ, reason="make wincheck makes the certificates, where openssl is"),
]
TRUSTED = r"Software\Microsoft\SystemCertificates\Root\Certificates"
LISTED = r"SOFTWARE\Microsoft\SystemCertificates\AuthRoot\AutoUpdate"

# The words of CryptoAPI about the whole chain, the server's own certificate alone, and no certificate at all; then a
# handshake with a server that shows it. ``trust``: an authority (DER, in hexadecimal) that this user trusts only after
# Python has read its list.
_ASK = """
import ctypes, json, socket, ssl, sys, threading
from pathlib import Path
from cpe_agent.collector import CannotMeasure
from cpe_agent.host import loop, tls, windows_api
from cpe_agent.host.net import Probes

folder, trust = Path(sys.argv[1]), bytes.fromhex(sys.argv[2])
leaf, root = (ssl.PEM_cert_to_DER_cert((folder / n).read_text()) for n in ("good.pem", "authority.pem"))
tls._system_store()
if trust:
    library = windows_api.load("crypt32")
    void, word = ctypes.c_void_p, ctypes.c_uint32
    library.CertOpenStore.argtypes = (void, word, void, word, ctypes.c_wchar_p)
    library.CertOpenStore.restype = void
    library.CertAddEncodedCertificateToStore.argtypes = (void, word, ctypes.c_char_p, word, word, void)
    library.CertCloseStore.argtypes = (void, word)
    store = library.CertOpenStore(10, 0, None, 0x10000, "ROOT")
    assert library.CertAddEncodedCertificateToStore(store, 1, trust, len(trust), 3, None)
    library.CertCloseStore(store, 0)

def word_of(*chain):
    try:
        return tls._windows_word(chain, 500)[0]
    except OSError as error:
        return type(error).__name__

words = [word_of(leaf, root), word_of(leaf), word_of(b"garbage"), word_of(leaf, b"garbage"), word_of(b"")]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(folder / "good.pem", folder / "good.key")
listening = socket.create_server(("127.0.0.1", 0))

def serve():
    while True:
        connection, _ = listening.accept()
        try:
            with context.wrap_socket(connection, server_side=True) as session:
                session.recv(1)
        except OSError:
            connection.close()

threading.Thread(target=serve, daemon=True).start()
try:
    port = listening.getsockname()[1]
    answer = loop.run(Probes().tls("good.test", address="127.0.0.1", port=port, timeout_s=20))
    said = [answer.ok, answer.failure, answer.issuer]
except CannotMeasure as error:
    said = error.outcome
print(json.dumps([words, said]))
"""


def ask(trust: bytes = b"") -> Any:
    command = [sys.executable, "-c", _ASK, os.environ[MADE], trust.hex()]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    return json.loads(done.stdout)


@pytest.fixture
def authority() -> Iterator[bytes]:
    der = ssl.PEM_cert_to_DER_cert(Path(os.environ[MADE], "authority.pem").read_text())
    yield der
    registry: Any = importlib.import_module("winreg")
    with contextlib.suppress(OSError):
        registry.DeleteKey(registry.HKEY_CURRENT_USER, rf"{TRUSTED}\{hashlib.sha1(der).hexdigest().upper()}")


@contextlib.contextmanager
def fetched(hashes: bytes) -> Iterator[None]:
    """What Windows keeps of Microsoft's list."""
    registry: Any = importlib.import_module("winreg")
    with registry.CreateKey(registry.HKEY_LOCAL_MACHINE, LISTED) as key:
        registry.SetValueEx(key, "EncodedCtl", 0, registry.REG_BINARY, hashes)
        try:
            yield
        finally:
            registry.DeleteValue(key, "EncodedCtl")


def test_a_stranger_is_untrusted() -> None:
    with fetched(b"a list of others"):
        words, said = ask()
    assert words == [False, False, "OSError", False, "OSError"]
    assert said == [False, "tls_untrusted", "Wincheck Stranger"]


def test_a_stranger_is_nobody_as_long_as_windows_has_no_list() -> None:
    words, said = ask()
    assert words == [None, None, "OSError", None, "OSError"]
    assert said == "unsupported"


def test_an_authority_in_microsofts_list_is_no_stranger(authority: bytes) -> None:
    with fetched(hashlib.sha1(authority).digest()):
        words, _ = ask()
    assert words[0] is None


def test_whom_this_user_trusts_is_trusted_and_known_to_us_from_then_on(authority: bytes) -> None:
    words, said = ask(trust=authority)
    assert words == [True, True, "OSError", True, "OSError"]
    assert said == [True, None, "Wincheck Stranger"]
