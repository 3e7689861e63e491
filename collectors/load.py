"""How busy this computer is while it measures, and how late its own timers fire."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cpe_agent.collector import CannotMeasure, Collector, Facts
from cpe_agent.facts import Load
from cpe_agent.host import Busy

if TYPE_CHECKING:
    from cpe_agent.host import Host

SECONDS = 0.35
TICK_S = 0.005


def p95(values: list[float]) -> float | None:
    """Nearest-rank 95th percentile; None of nothing."""
    return sorted(values)[max(0, -(-95 * len(values) // 100) - 1)] if values else None


async def timer_lag_ms(seconds: float) -> list[float]:
    """How much later than asked each of many short sleeps ended. A busy computer, and our own event loop held up by
    anything, both show here; either would be read as the line's delay."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    late: list[float] = []
    while (before := loop.time()) < end:
        await asyncio.sleep(TICK_S)
        late.append(max(0.0, (loop.time() - before - TICK_S) * 1000))
    return late


async def _busy(host: Host) -> Busy:
    try:
        return await host.local.busy(SECONDS)
    except CannotMeasure:
        return Busy(None, None)


async def collect(host: Host, _facts: Facts) -> Load:
    late, busy = await asyncio.gather(timer_lag_ms(SECONDS), _busy(host))
    lag = p95(late)
    return Load(
        sampled_s=SECONDS,
        cpu_percent=busy.cpu_percent,
        memory_percent=busy.memory_percent,
        lag_p95_ms=None if lag is None else round(lag, 2),
        lag_samples=len(late),
    )


COLLECTOR = Collector(collect=collect, makes=Load, seconds=3.0)
