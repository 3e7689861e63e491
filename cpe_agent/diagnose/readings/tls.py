"""How encrypted connections fail: dates, issuers, versions."""

from __future__ import annotations

from cpe_agent.diagnose.predicate import reading
from cpe_agent.facts import Failure, Web

LOCAL_FILTERS = (
    "adguard",
    "avast",
    "avg technologies",
    "avg web",
    "bitdefender",
    "doctor web",
    "do_not_trust_fiddler",
    "eset",
    "kaspersky",
    "net nanny",
    "norton web",
    "qustodio",
    "superfish",
)
"""Words in the issuer of certificates that a program on the computer itself writes. Filters that may sit in the
provider's network are left out on purpose: their certificates do not speak of this computer."""


def _hosts(w: Web, *failures: Failure) -> set[str]:
    return {t.answer.host for t in w.tls if t.answer.failure in failures}


@reading("tls.names_missing", Web)
def names_missing(w: Web) -> bool | None:
    """No secure site was tried at all, because none of their names gave an address: encryption was not seen failing."""
    return all(t.answer.address is None and not t.answer.connected for t in w.tls) if w.tls else None


@reading("tls.date_failures", Web)
def date_failures(w: Web) -> int | None:
    """Well-known sites whose certificate was refused for its dates."""
    return len(_hosts(w, Failure.TLS_EXPIRED, Failure.TLS_NOT_YET_VALID)) if w.tls else None


@reading("tls.unknown_issuers", Web)
def unknown_issuers(w: Web) -> int | None:
    """Well-known sites whose certificate nobody in this computer's list vouches for."""
    return len(_hosts(w, Failure.TLS_UNTRUSTED, Failure.TLS_SELF_SIGNED)) if w.tls else None


@reading("tls.distinct_refused_issuers", Web)
def distinct_refused_issuers(w: Web) -> int | None:
    """How many different issuers those certificates name. One for all sites: somebody in between writes them."""
    if not w.tls:
        return None
    refused = [t.answer for t in w.tls if t.answer.failure in (Failure.TLS_UNTRUSTED, Failure.TLS_SELF_SIGNED)]
    if any(a.issuer is None for a in refused):
        return None
    return len({a.issuer for a in refused})


@reading("tls.local_filter_sites", Web)
def local_filter_sites(w: Web) -> int | None:
    """Well-known sites whose refused certificate was written by a protection program of this computer."""
    if not w.tls:
        return None
    refused = [t.answer for t in w.tls if t.answer.failure is not None and t.answer.issuer is not None]
    return len({a.host for a in refused if any(word in (a.issuer or "").lower() for word in LOCAL_FILTERS)})


@reading("tls.version_failures", Web)
def version_failures(w: Web) -> int | None:
    """Well-known sites with which no common version of TLS was found."""
    return len(_hosts(w, Failure.TLS_VERSION)) if w.tls else None


@reading("tls.all_refused", Web)
def all_refused(w: Web) -> bool | None:
    """Every secure connection was refused at its first packet: a filter's forged answer, for no two well-known sites
    do that at once."""
    hosts = {t.answer.host for t in w.tls}
    return (
        len(hosts) > 1 and _hosts(w, Failure.REFUSED) == hosts and not any(t.answer.ok for t in w.tls)
        if hosts
        else None
    )
