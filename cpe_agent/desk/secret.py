"""The one secret of a desk: 32 random bytes, in ``desk.secret`` (0600) beside the databases, or in the environment.

Every key is derived from it for one purpose (HKDF-SHA-256, RFC 5869); nobody uses it itself. A backup of the databases
without it holds nothing that can be read or forged.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cpe_agent.desk.records.store import Records

NAME = "desk.secret"
VARIABLE = "CPE_AGENT_DESK_SECRET"
BYTES = 32
_WRITTEN = re.compile(r"[0-9a-f]{64}", re.ASCII)


class NoSecret(Exception):
    """The secret is missing, damaged, open to others, or another desk's; the text says which, and never what it is."""


class Secret:
    def __init__(self, master: bytes) -> None:
        if len(master) != BYTES:
            raise NoSecret(f"the secret must have {BYTES} bytes")
        self._master = master

    def __repr__(self) -> str:
        return "Secret()"

    def key(self, purpose: str, length: int = 32) -> bytes:
        """The key for a purpose (``"locator"``, ``"phone:3"``); always the same one for the same purpose."""
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        info = b"cpe-agent desk 1: " + purpose.encode()
        return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(self._master)


def open_secret(folder: Path, environment: Mapping[str, str] = os.environ) -> Secret:
    """The desk's secret; made when there is none. Raises NoSecret."""
    if written := environment.get(VARIABLE):
        return _read(written, VARIABLE)
    file = folder / NAME
    if not file.exists():
        _make(file)
    if os.name == "posix" and file.stat().st_mode & 0o077:
        raise NoSecret(f"{file} can be read by others; it must have the rights 0600")
    return _read(file.read_text("ascii", "replace"), str(file))


def belongs(secret: Secret, records: Records) -> None:
    """Notes with a new database which secret it was made with. Raises NoSecret when it was another: everything in it
    that is sealed would be unreadable, and everything new unreadable to the right one."""
    own, kept = secret.key("fingerprint").hex(), records.setting("secret")
    if kept is None:
        records.keep("secret", own)
    elif kept != own:
        raise NoSecret("the database was made with another secret than this one; put the right desk.secret back")


def _read(written: str, where: str) -> Secret:
    if not _WRITTEN.fullmatch(written.strip().lower()):
        raise NoSecret(f"{where} does not hold 64 hexadecimal digits")
    return Secret(bytes.fromhex(written.strip()))


def _make(file: Path) -> None:
    """Whole or not at all, and never twice: the loser of two that start at once reads the winner's."""
    new = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(handle, "w", encoding="ascii") as out:
            out.write(secrets.token_hex(BYTES) + "\n")
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(new, file)
        except FileExistsError:
            return
    finally:
        os.unlink(new)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
