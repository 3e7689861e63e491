"""What a machine must have before a lab can stand on it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

TOOLS = (
    "ip", "nft", "dnsmasq", "dhclient", "busybox", "openssl", "faketime", "ethtool", "ping", "nsenter", "unshare",
    "setpriv",
)  # fmt: skip
LAB_FILES = Path(__file__).resolve().parent
PROJECT = LAB_FILES.parent.parent


def missing() -> str | None:
    """Why no lab can stand here, in one sentence, or None when one can."""
    if not sys.platform.startswith("linux"):
        return f"the lab needs Linux network namespaces; this is {sys.platform}"
    if os.geteuid() != 0:
        return "the lab needs root: it makes network namespaces"
    lacking = [tool for tool in TOOLS if shutil.which(tool, path=search_path()) is None]
    if lacking:
        return f"missing tools: {' '.join(lacking)} (Debian packages in tests/lab/packages.txt)"
    tried = subprocess.run(
        ["unshare", "--net", "--mount", "--pid", "--fork", "true"], check=False, capture_output=True, text=True,
        env=clean_environment(),
    )  # fmt: skip
    if tried.returncode:
        return f"this root may not make namespaces: {tried.stderr.strip()}"
    return None


def search_path() -> str:
    """PATH for everything the lab starts: the system's own directories, nothing of the caller's."""
    return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def clean_environment() -> dict[str, str]:
    """No proxy, certificate or locale variable of the caller leaks into a lab."""
    return {"PATH": search_path(), "LANG": "C.UTF-8"}
