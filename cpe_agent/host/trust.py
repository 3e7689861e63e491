"""The certificate authorities that this computer trusts, wherever its system keeps them.

OpenSSL looks where it was built to look. A packed program brings its own OpenSSL, and the computer that it runs on may
keep its list elsewhere: with no list at all every certificate would look forged.
"""

from __future__ import annotations

import contextlib
import os
import re
import ssl
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cpe_agent.collector import CannotMeasure, Outcome
from cpe_agent.host import program as programs
from cpe_agent.host.bounded_file import files_in

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cpe_agent.host.program import Ran

    Run = Callable[..., Ran | None]

PLACES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora, RHEL
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  # their newer releases
    "/etc/ssl/ca-bundle.pem",  # openSUSE
    "/etc/ssl/cert.pem",  # macOS, Alpine
)
# What an administrator or a protection program added on a Mac; Apple's own are in the file above.
_ADDED = ("/usr/bin/security", "find-certificate", "-a", "-p", "/Library/Keychains/System.keychain")
_ADDED_S = 0.8
_HASHED = re.compile(r"[0-9a-f]{8}\.\d{1,3}")


def system_store(
    *, places: Sequence[str] = PLACES, system: str = sys.platform, run: Run = programs.run
) -> ssl.SSLContext:
    """A context for clients (SSL_CERT_FILE and SSL_CERT_DIR honoured). Raises ``CannotMeasure`` where nobody is
    trusted: there no certificate can be judged."""
    context = ssl.create_default_context()
    if os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR"):
        return context
    if not _trusts_anybody(context):
        for place in places:
            with contextlib.suppress(OSError):
                context.load_verify_locations(place)
                break
    if system == "darwin":
        added = run(*_ADDED, timeout_s=_ADDED_S)
        if added is not None and added.status == 0:
            with contextlib.suppress(OSError, ValueError):
                context.load_verify_locations(cadata=added.text)
    if not _trusts_anybody(context):
        raise CannotMeasure(Outcome.UNSUPPORTED, "this system shows no list of certificate authorities")
    return context


def _trusts_anybody(context: ssl.SSLContext) -> bool:
    """Those of a folder are read when they are asked for: then its names tell."""
    if context.cert_store_stats()["x509_ca"]:
        return True
    folder: str | None = ssl.get_default_verify_paths().capath
    return folder is not None and any(_HASHED.fullmatch(Path(file).name) for file in files_in(folder, most=4096))
