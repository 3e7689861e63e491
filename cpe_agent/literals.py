"""Literal addresses: their family, and which of them this computer can ask."""

from __future__ import annotations

from cpe_agent.facts import Addressing, Family, LiteralTarget, Plan


def family_of(address: str) -> Family:
    return Family.V6 if ":" in address else Family.V4


def has_global(addressing: Addressing, family: Family) -> bool:
    """Does this computer have an address of that family that may leave the link?"""
    return any(a.family is family and a.scope == "global" for a in addressing.addresses)


def asked_literals(plan: Plan, addressing: Addressing) -> list[LiteralTarget]:
    """IPv4 always; IPv6 only where this computer has an address for it."""
    v6 = has_global(addressing, Family.V6)
    return [t for t in plan.literals if v6 or family_of(t.address) is Family.V4]


def first_of_each_family(plan: Plan, addressing: Addressing) -> list[str]:
    """At most one address a family, IPv4 first."""
    addresses = [target.address for target in asked_literals(plan, addressing)]
    return [found for family in Family if (found := next((a for a in addresses if family_of(a) is family), None))]


def with_scope(address: str, nic: str) -> str:
    """A link-local IPv6 address means nothing without its interface (RFC 4007)."""
    return f"{address}%{nic}" if address.lower().startswith("fe80:") else address
