"""A real PostgreSQL of the tests' own: one server a session, on a socket in a folder that only its user may enter."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg

_BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: int(file.parts[4]))
_SETTINGS = {
    "listen_addresses": "", "max_connections": "60", "shared_buffers": "64MB", "log_min_messages": "fatal",
    "autovacuum": "off",
}  # fmt: skip


def missing() -> str | None:
    """Why there can be none here."""
    if not _BINARIES:
        return "needs the Debian package postgresql"
    if os.geteuid() == 0 and _user() is None:
        return "needs an ordinary user, postgres or nobody: the server does not run as root"
    return None


def _user() -> str | None:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    return None


class Server:
    """``settings`` are lines of postgresql.conf on top of the tests' own."""

    def __init__(self, **settings: str) -> None:
        self._bin = _BINARIES[-1].parent
        self.folder = Path(tempfile.mkdtemp(prefix="desk-pg-"))
        self._as: dict[str, str] = {}
        if os.geteuid() == 0:
            user = _user()
            assert user is not None
            self._as = {"user": user}
            shutil.chown(self.folder, user)
        self._numbers = itertools.count(1)
        try:
            self._run("initdb", "--username=desk", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8")
            lines = {**_SETTINGS, "unix_socket_directories": str(self.folder), **settings}
            with open(self.folder / "data" / "postgresql.conf", "a") as file:
                file.writelines(f"{name} = '{value}'\n" for name, value in lines.items())
            self.start()
        except BaseException:
            shutil.rmtree(self.folder)
            raise

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._bin / program, "-D", self.folder / "data", *arguments], check=True, cwd=self.folder,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, timeout=60,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}, **self._as,  # type: ignore[call-overload]
        )  # fmt: skip

    def start(self) -> None:
        self._run("pg_ctl", "start", "--wait", "--silent", "--log", str(self.folder / "log"))

    def crash(self) -> None:
        """All its processes end at once; what was not on the disk comes from its log, or not at all."""
        self._run("pg_ctl", "stop", "--mode=immediate", "--wait", "--silent")

    def close(self) -> None:
        self.crash()
        shutil.rmtree(self.folder)

    def url(self, database: str) -> str:
        return f"postgresql://desk@/{database}?host={self.folder}"

    def program(self, name: str) -> Path:
        return self._bin / name

    def create(self) -> str:
        """A new, empty database; its URL."""
        name = f"desk{next(self._numbers)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def drop(self, url: str) -> None:
        name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
