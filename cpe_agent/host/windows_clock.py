"""Does Windows set its clock from the network? By the settings of its time service (W32Time)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_agent.host.windows_registry import number, text

if TYPE_CHECKING:
    from collections.abc import Callable

_SERVICE = r"SYSTEM\CurrentControlSet\Services\W32Time"
_POLICY = r"SOFTWARE\Policies\Microsoft\W32Time\Parameters"
_DISABLED = 4  # winsvc.h, SERVICE_DISABLED
_TYPES = {"NTP": True, "NT5DS": True, "ALLSYNC": True, "NOSYNC": False}


def read(values: Callable[[str], dict[str, object]]) -> bool | None:
    """``values`` reads the registry. The policy decides where there is one."""
    if number(values(_SERVICE), "Start") == _DISABLED:
        return False
    kind = text(values(_POLICY), "Type") or text(values(rf"{_SERVICE}\Parameters"), "Type")
    return _TYPES.get(kind.upper())
