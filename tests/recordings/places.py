"""Which scenarios are recorded, and where the files lie."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent
LAB = HERE.parent / "lab"

RECORDED = (
    "healthy",
    "cable-out",
    "dhcp-dead",
    "router-hung",
    "line-down",
    "core-down",
    "resolver-dead",
    "captive-portal",
    "login-rejected",
)
SYSTEMS = ("windows-11", "macos-15")


def lab_file(name: str) -> Path:
    return HERE / f"linux-lab-{name}.json"


def hand_made_file(system: str) -> Path:
    return HERE / f"{system}.json"
