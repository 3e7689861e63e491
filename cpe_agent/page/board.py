"""The newest state of the page, numbered, and whoever waits for the next one."""

from __future__ import annotations

import asyncio

from cpe_agent.page.state import PageState


class Board:
    def __init__(self, state: PageState) -> None:
        self.state = state
        self.number = 1
        self._changed = asyncio.Event()

    def show(self, state: PageState) -> None:
        if state == self.state:
            return
        self.state = state
        self.number += 1
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def after(self, number: int) -> None:
        """Until there is a state newer than this one; states in between are never seen."""
        while self.number == number:
            await self._changed.wait()
