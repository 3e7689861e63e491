"""Why a report has not gone, or will not be taken: the reason that the outbox keeps, as a sentence."""

from __future__ import annotations

from cpe_agent.facts import Failure
from cpe_agent.words import phrase

_GROUPS: dict[str, tuple[Failure, ...]] = {
    "no-way": (
        Failure.HOST_UNREACHABLE, Failure.NET_UNREACHABLE, Failure.ADMIN_PROHIBITED, Failure.PORT_UNREACHABLE,
        Failure.TTL_EXCEEDED, Failure.TOO_BIG, Failure.NO_ROUTE, Failure.NOT_PERMITTED, Failure.ADDRESS_UNUSABLE,
        Failure.OTHER,
    ),
    "silent": (Failure.REFUSED, Failure.TIMED_OUT, Failure.TOO_SLOW),
    "name": (Failure.NXDOMAIN, Failure.NODATA, Failure.SERVFAIL, Failure.DNS_REFUSED, Failure.TRUNCATED),
    "cut": (Failure.RESET, Failure.CLOSED),
    "certificate": (
        Failure.TLS_EXPIRED, Failure.TLS_NOT_YET_VALID, Failure.TLS_UNTRUSTED, Failure.TLS_SELF_SIGNED,
        Failure.TLS_WRONG_NAME, Failure.TLS_ALERT, Failure.TLS_VERSION,
    ),
    "answer": (Failure.GARBAGE, Failure.TOO_LARGE, Failure.REDIRECT_LOOP),
}  # fmt: skip
_GROUP = {failure.value: group for group, failures in _GROUPS.items() for failure in failures}
_STATUS = {"429": "crowded", "503": "crowded", "other-answer": "answer", "other-desk": "other-desk"}
_REFUSED = ("400", "409", "413", "415", "422")


def reason_text(reason: str | None, language: str = "en") -> str:
    """``Kept.reason`` for a person. What the desk said is quoted as it stands."""
    token, _, said = (reason or "").partition(": ")
    if token in _REFUSED:
        return phrase("upload", f"reason.{token}", language).format(said=said).strip()
    group = _GROUP.get(token) or _STATUS.get(token) or ("trouble" if token.isdigit() else "no-way")
    return phrase("upload", f"reason.{group}", language).format(said=token)
