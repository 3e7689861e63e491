"""Known faults that no section can show yet. Their numbers are taken; each waits for one probe."""

from __future__ import annotations

from typing import NamedTuple


class Waiting(NamedTuple):
    number: int
    code: str
    owner: str
    probe: str


WAITING: tuple[Waiting, ...] = (
    Waiting(76, "access-sync-rate-low", "access", "the rate that was ordered, and the line's rate"),
    Waiting(78, "access-area-outage", "access", "the provider's list of outages"),
    Waiting(92, "account-quota-throttled", "account", "a speed measurement, and the plan"),
    Waiting(110, "isp-speed-profile-wrong", "isp-core", "a speed measurement, and the plan"),
    Waiting(117, "cloud-provider-outage", "remote", "which network a site belongs to"),
)

HEALTHY_NUMBER = 118  # "healthy" is no fault; the spoken code writes it as 0
