"""The options that every command of the desk has."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from cpe_agent.desk.settings import Settings


def default_data() -> Path:
    """Where a desk keeps its data when nobody says where."""
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "cpe-agent-desk"


def data_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--data`` and ``--database``."""
    database = click.option(
        "--database", metavar="URL", envvar="CPE_AGENT_DESK_DATABASE",
        help="postgresql://USER@HOST/NAME; without it, SQLite in the data folder.",
    )  # fmt: skip
    data = click.option(
        "--data", metavar="DIR", type=click.Path(path_type=Path, file_okay=False), envvar="CPE_AGENT_DESK_DATA",
        help="The folder of the databases and the secret.  [default: ~/.local/share/cpe-agent-desk]",
    )  # fmt: skip
    return data(database(command))


def settings_of(data: Path | None, database: str | None, **more: Any) -> Settings:
    return Settings(data=data or default_data(), database=database, **more)
