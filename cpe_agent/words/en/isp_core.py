"""English texts of the faults whose owner is ``isp-core``."""

from __future__ import annotations

from cpe_agent.words import FaultText

FAULTS: dict[str, FaultText] = {}
