"""English phrases of the interface."""

from __future__ import annotations

PHRASES: dict[str, str] = {}
