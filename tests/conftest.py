"""What holds for every test: the words are English and as wide as a pipe's unless it asks for others, and nothing is
judged by the clock."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from tests.desk_stand_in import Desk

os.environ["LC_ALL"] = "C.UTF-8"
os.environ.pop("COLUMNS", None)
settings.register_profile("without-a-clock", deadline=None)
settings.load_profile("without-a-clock")


@pytest.fixture
def no_system_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine's own are none of the tests' business."""
    from cpe_agent.host import desk_link

    async def none() -> tuple[str, ...]:
        return ()

    monkeypatch.setattr(desk_link, "system_proxies", none)


@pytest.fixture
def desk() -> Iterator[Desk]:
    from tests.desk_stand_in import Desk

    with Desk() as running:
        yield running
