"""English words for the tests that decide between suspects."""

from __future__ import annotations

TESTS: dict[str, str] = {
    "run-again-deep": "Run the check again with --deep; it takes up to twenty seconds and measures more.",
    "swap-lan-cable": "Try another network cable and another socket of the router.",
}
