"""Known faults that no section can show yet. Their numbers are taken; each waits for one probe."""

from __future__ import annotations

from typing import NamedTuple


class Waiting(NamedTuple):
    number: int
    code: str
    owner: str
    probe: str


WAITING: tuple[Waiting, ...] = (
    Waiting(25, "dial-profile-missing", "device", "PPPoE discovery on the wire, beside this computer's dial entries"),
    Waiting(63, "bridge-without-dialer", "cpe", "PPPoE discovery on the wire"),
    Waiting(67, "auth-protocol-mismatch", "cpe", "PPP negotiation on the wire"),
    Waiting(76, "access-sync-rate-low", "access", "the rate that was ordered, and the line's rate"),
    Waiting(78, "access-area-outage", "access", "the provider's list of outages"),
    Waiting(79, "access-wholesale-misroute", "access", "PPPoE discovery on the wire: whose concentrator answers"),
    Waiting(82, "credentials-username-malformed", "account", "the shape of what is typed, at the login test"),
    Waiting(83, "credentials-keyboard-layout", "account", "the shape of what is typed, at the login test"),
    Waiting(86, "credentials-stale-on-router", "account", "the login test, beside the router's own state"),
    Waiting(89, "account-auth-lockout", "account", "a history of rejects, and the login test"),
    Waiting(92, "account-quota-throttled", "account", "a speed measurement, and the plan"),
    Waiting(110, "isp-speed-profile-wrong", "isp-core", "a speed measurement, and the plan"),
    Waiting(117, "cloud-provider-outage", "remote", "which network a site belongs to"),
)

HEALTHY_NUMBER = 118  # "healthy" is no fault; the spoken code writes it as 0
