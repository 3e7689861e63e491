"""How full the processors are, without this program's own share."""

from __future__ import annotations

import os
import time

import pytest

from cpe_agent.host import linux_busy
from cpe_agent.host.linux_busy import cpu_percent, cpu_ticks, others


def stat(user: int, idle: int) -> str:
    return f"cpu  {user} 0 0 {idle} 0 0 0 0 0 0\ncpu0 1 2 3 4\n"


@pytest.mark.parametrize("text", ["", "cpu  1 2 3", "cpu  a b c d e f g h", "intr 1 2 3 4 5 6 7 8 9"])
def test_what_is_no_such_line_tells_nothing(text: str) -> None:
    assert cpu_ticks(text) is None
    assert others(None) is None


def test_this_program_s_own_time_is_not_the_computer_s(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = os.sysconf("SC_CLK_TCK")
    monkeypatch.setattr(time, "process_time", iter((1.0, 1.0 + 30 / ticks)).__next__)
    before = others(cpu_ticks(stat(1000, 5000)))
    after = others(cpu_ticks(stat(1080, 5020)))  # 80 of 100 ticks were busy, 30 of them ours
    assert cpu_percent(before, after) == 50.0


def test_more_of_its_own_than_the_system_has_counted_is_none() -> None:
    assert cpu_percent((100, 1000), (90, 1100)) == 0.0
    assert cpu_percent((100, 1000), (100, 1000)) is None


def test_a_real_look() -> None:
    found = linux_busy.look(0.05)
    assert found.cpu_percent is None or 0 <= found.cpu_percent <= 100
    assert found.memory_percent is not None
