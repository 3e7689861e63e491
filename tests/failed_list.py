"""A plugin of pytest's that writes down what failed, a line each, into the file that ``CPE_AGENT_FAILED`` names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

FILE = "CPE_AGENT_FAILED"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    wrong = [report.nodeid for kind in ("failed", "error") for report in terminalreporter.stats.get(kind, ())]
    if FILE in os.environ:
        Path(os.environ[FILE]).write_text("".join(f"{name}\n" for name in dict.fromkeys(wrong)), "utf-8")
