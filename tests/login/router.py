"""The lab's UPnP gateway device alone: ``python -m tests.login.router FILE``, FILE says service and status."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.lab.world_igd import HTTP_PORT, SsdpServer, serve_description

IGD = {"answers": True, "external": "", "last_error": "ERROR_NONE", "uptime": 1, "phys": "Up", "access": "DSL"}


async def _serve(said: dict[str, Any]) -> None:
    behaviour: Any = SimpleNamespace(now={"igd": {**IGD, "down_bps": 0, "up_bps": 0, **said}})
    ssdp = SsdpServer(behaviour)
    await asyncio.get_running_loop().create_datagram_endpoint(lambda: ssdp, sock=ssdp.open())
    await serve_description(behaviour, HTTP_PORT)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(json.loads(Path(sys.argv[1]).read_text())))
