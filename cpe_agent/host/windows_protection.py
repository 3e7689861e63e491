"""Firewalls and protection programs that are switched on, by Windows' registry. Only names are taken from there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_agent.host.protection import named
from cpe_agent.host.windows_registry import number, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cpe_agent.facts import Protection

    Values = Callable[[str], dict[str, object]]
    Keys = Callable[[str], list[str]]

_SETTINGS = r"SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy"
_POLICIES = r"SOFTWARE\Policies\Microsoft\WindowsFirewall"
_PROVIDERS = r"SOFTWARE\Microsoft\Security Center\Provider"
# A profile, and what policies call it.
_PROFILES = {
    "DomainProfile": ("DomainProfile",),
    "StandardProfile": ("PrivateProfile", "StandardProfile"),
    "PublicProfile": ("PublicProfile",),
}
FIREWALL, DEFENDER = "Windows Firewall", "Microsoft Defender Antivirus"
_DEFENDER = "{D68DDC3A-831F-4FAE-9E44-DA132C1ACF46}"
# Bits 12 to 15 of a product's state: off, on, snoozed, expired. Microsoft's headers name the states and not the bits.
_STATE, _ON = 0xF000, 0x1000


def read(values: Values, keys: Keys) -> Protection:
    """``values`` and ``keys`` read the registry: ``windows_registry``."""
    products = list(_products(values, keys))
    built_in = [FIREWALL] if any(_filters(values, profile) for profile in _PROFILES) else []
    built_in += [DEFENDER for guid, _ in products if guid == _DEFENDER][:1]
    return named((name for guid, name in products if guid != _DEFENDER), built_in)


def _filters(values: Values, profile: str) -> bool:
    """The policy decides where there is one. Which profile the network in use has is not told here."""
    places = [rf"{_POLICIES}\{name}" for name in _PROFILES[profile]]
    told = (number(values(place), "EnableFirewall") for place in (*places, rf"{_SETTINGS}\{profile}"))
    return next((word for word in told if word is not None), None) == 1


def _products(values: Values, keys: Keys) -> Iterator[tuple[str, str]]:
    """GUID and name of those that the Security Center holds for switched on. What an uninstalled program left behind
    may be among them."""
    for kind in ("Fw", "Av"):
        for guid in keys(rf"{_PROVIDERS}\{kind}"):
            product = values(rf"{_PROVIDERS}\{kind}\{guid}")
            name = text(product, "DISPLAYNAME")
            # "@" and a file with a number stand for a name; the file's place is nobody's business.
            if (number(product, "STATE") or 0) & _STATE == _ON and not name.startswith("@"):
                yield guid.upper(), name
