"""What a desk is started with."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from cpe_agent.desk.card.records import Provider

MEBI = 1024 * 1024


class Settings(NamedTuple):
    """``data``: the folder of the databases and the secret. ``database``: ``postgresql://...``, or None for SQLite in
    that folder. ``address``: what people type into a browser, and where customers' programs send to."""

    data: Path
    database: str | None = None
    host: str = "127.0.0.1"
    port: int = 8642
    public_url: str | None = None
    provider: Provider | None = None  # as its profile gives it; without one a verified report's word is taken
    most_wire: int = MEBI // 4
    most_raw: int = MEBI
    most_waiting: int = 512  # reports between the network and the disk; more are told to come back
    webhook_targets: tuple[str, ...] = ()  # hosts and addresses that may be told what happens; nobody else is
    log: str | None = None  # a file, or "-" for stderr: every request; None: warnings only, on stderr

    @property
    def address(self) -> str:
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def secure(self) -> bool:
        return self.address.startswith("https:")
