"""The lab's own certificate authorities and the leaves its servers show, made by openssl once and kept a few days.

Each chain is a leaf and the intermediate that signed it, RSA as most of the web's still are: more than one packet
carries, so a path that swallows large packets stalls every handshake here as it does outside.

``good`` covers every name and literal of the lab. ``expired``, ``self-signed`` and ``other-name`` are what they say.
``foreign`` is a good leaf of an authority that nobody trusts: an interceptor's.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from tests.lab import plan
from tests.lab.needs import clean_environment

KEPT_S = 5 * 86400
LEAVES = ("good", "expired", "self-signed", "other-name", "foreign")


def directory() -> Path:
    """Where they lie, made when missing or too old: ``ca.pem`` and NAME.pem (key and chain) for each leaf.

    The whole directory appears at once, so labs that start side by side never mix two generations.
    """
    family = f"cpe-chains-{os.getuid()}-"
    temporary = Path(tempfile.gettempdir())
    place = temporary / f"{family}{int(time.time() / KEPT_S)}"
    if place.exists():
        if place.stat().st_uid != os.getuid():
            raise RuntimeError(f"{place} belongs to somebody else")
        return place
    for old in temporary.glob(f"{family}[0-9]*"):
        shutil.rmtree(old, ignore_errors=True)
    fresh = Path(tempfile.mkdtemp(prefix=f"{family}new-"))
    try:
        _make(fresh)
        for file in fresh.iterdir():
            if file.suffix == ".pem":
                file.chmod(0o644)  # an ordinary user in the lab must read ca.pem; the keys guard nothing
            else:
                file.unlink()
        fresh.chmod(0o755)
        with contextlib.suppress(OSError):  # another lab was first: its set is as good
            fresh.rename(place)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return place


def _openssl(where: Path, *arguments: str, days_ago: int = 2) -> None:
    done = subprocess.run(
        ["faketime", "-f", f"-{days_ago}d", "openssl", *arguments],
        cwd=where, check=False, capture_output=True, text=True, env=clean_environment(),
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"openssl {arguments[0]}: {done.stderr.strip()}")


def _authority(where: Path, name: str, common_name: str) -> None:
    _openssl(
        where, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650",
        "-keyout", f"{name}.key", "-out", f"{name}.crt", "-subj", f"/O={common_name}/CN={common_name} root",
        "-addext", "keyUsage=critical,keyCertSign,cRLSign",
    )  # fmt: skip


def _intermediate(where: Path, name: str, authority: str, common_name: str) -> None:
    extensions = where / f"{name}.ext"
    extensions.write_text("basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign\n", encoding="ascii")
    _request(where, name, f"/O={common_name}/CN={common_name} issuing")
    _sign(where, name, authority, days=3650)


def _request(where: Path, name: str, subject: str) -> None:
    _openssl(
        where, "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr",
        "-subj", subject,
    )  # fmt: skip


def _sign(where: Path, name: str, authority: str, *, days: int, days_ago: int = 2) -> None:
    _openssl(
        where, "x509", "-req", "-in", f"{name}.csr", "-CA", f"{authority}.crt", "-CAkey", f"{authority}.key",
        "-CAcreateserial", "-days", str(days), "-extfile", f"{name}.ext", "-out", f"{name}.crt", days_ago=days_ago,
    )  # fmt: skip


def _leaf(where: Path, name: str, authority: str, names: tuple[str, ...], *, days_ago: int = 2, days: int = 90) -> None:
    extensions = where / f"{name}.ext"
    listed = ",".join(f"{'IP' if plan.is_address(n) else 'DNS'}:{n}" for n in names)
    extensions.write_text(f"subjectAltName={listed}\nextendedKeyUsage=serverAuth\n", encoding="ascii")
    _request(where, name, f"/CN={names[0]}")
    _sign(where, name, f"{authority}-issuing", days=days, days_ago=days_ago)
    parts = (f"{name}.key", f"{name}.crt", f"{authority}-issuing.crt")
    chain = "".join((where / part).read_text(encoding="ascii") for part in parts)
    (where / f"{name}.pem").write_text(chain, encoding="ascii")


def _make(where: Path) -> None:
    names = (*plan.NAMES, *plan.INTERNET_ADDRESSES)
    _authority(where, "ca", "Lab Trust")
    _authority(where, "interceptor", "Safe Web Shield")
    _intermediate(where, "ca-issuing", "ca", "Lab Trust")
    _intermediate(where, "interceptor-issuing", "interceptor", "Safe Web Shield")
    _leaf(where, "good", "ca", names)
    _leaf(where, "expired", "ca", names, days_ago=100)
    _leaf(where, "other-name", "ca", ("someone-else.example",))
    _leaf(where, "foreign", "interceptor", names)
    _authority(where, "self-signed", plan.NAMES[0])
    shutil.copyfile(where / "ca.crt", where / "ca.pem")
    chain = "".join((where / f"self-signed.{part}").read_text(encoding="ascii") for part in ("key", "crt"))
    (where / "self-signed.pem").write_text(chain, encoding="ascii")
