"""The site that the customer misses, as seen by name servers and by this computer's own hosts file."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from cpe_agent.diagnose.predicate import reading
from cpe_agent.diagnose.readings.dns import SILENT
from cpe_agent.diagnose.readings.web import CERTIFICATE
from cpe_agent.facts import Dns, DnsAnswer, Failure, Web

_SAID_NO = (Failure.NXDOMAIN, Failure.NODATA)


def _asked(d: Dns, role: str) -> list[DnsAnswer]:
    return [a for s in d.servers if s.role == role for a in s.answers if a.kind == "target"]


def _blocks(answers: list[DnsAnswer]) -> set[str]:
    """The /16 (IPv4) or /32 (IPv6) blocks of the addresses: one operator's answers differ in the host part."""
    found = set()
    for text in (x for a in answers if a.ok for x in a.addresses):
        try:
            bits = 16 if ip_address(text).version == 4 else 32
            found.add(str(ip_network(f"{text}/{bits}", strict=False)))
        except ValueError:
            continue  # an address with a zone, or none at all: no public site lives there
    return found


@reading("site.name_agrees", Dns)
def name_agrees(d: Dns) -> bool | None:
    """This computer's resolvers and a public one give addresses of the same block for the asked site. Different
    blocks prove nothing: large sites answer by place."""
    return True if _blocks(_asked(d, "configured")) & _blocks(_asked(d, "public")) else None


@reading("site.name_dead_everywhere", Dns)
def name_dead_everywhere(d: Dns) -> bool | None:
    """Two public resolvers or more, and this computer's own, find the asked name's own servers failing: SERVFAIL or
    silence, although they know other names."""
    public, own = _asked(d, "public"), _asked(d, "configured")
    if not own or len({a.server for a in public}) < 2:
        return None
    return all(not a.ok and (a.failure is Failure.SERVFAIL or a.failure in SILENT) for a in public + own)


@reading("site.name_unknown_at", Dns)
def name_unknown_at(d: Dns) -> int | None:
    """How many name servers say that the asked name does not exist, when all that answered say so and a public one and
    this computer's own are among them; 0 when one knows it."""
    answers = {role: [a for a in _asked(d, role) if a.ok or a.failure in _SAID_NO] for role in ("configured", "public")}
    told = [*answers["configured"], *answers["public"]]
    if any(a.failure is not Failure.NXDOMAIN for a in told):
        return 0
    return len({a.server for a in told}) if all(answers.values()) else None


@reading("site.overridden", Dns, Web)
def overridden(d: Dns, w: Web) -> bool | None:
    """This computer's hosts file sends the asked site to an address that no name server gives for it."""
    if w.target is None:
        return None
    host = w.target.host.rstrip(".").lower()
    lines = {x.address for x in d.overrides if x.name.rstrip(".").lower() == host}
    if not lines:
        return False
    answers = [a for s in d.servers for a in s.answers if a.ok and a.name.rstrip(".").lower() == host]
    told = {x for a in answers for x in a.addresses}
    return not lines & told if told else None


@reading("site.works_by_name_server", Web)
def works_by_name_server(w: Web) -> bool | None:
    """The asked site's page comes from the address that a name server gives, although it failed where this computer
    itself went."""
    page = None if w.target is None else w.target.by_name_server
    return None if page is None else page.failure is None and (page.status or 999) < 400


@reading("site.step", Web)
def step(w: Web) -> str | None:
    """What the asked site itself did wrong first: connect, certificate, tls, http, server_error (status 5xx), refusal
    (403, 429, 451), other_status; none when it did nothing wrong; lookup when its address was not found, which is no
    answer of the site's."""
    t = w.target
    if t is None:
        return None
    if t.lookup_failure is not None:
        return "lookup"
    if t.connect is not None and not t.connect.ok:
        return "connect"
    if t.tls is not None and not t.tls.ok:
        return "certificate" if t.tls.failure in CERTIFICATE else "tls"
    if t.http is None:
        return "none" if t.connect is not None else None
    if t.http.failure is not None or t.http.status is None:
        return "http"
    return _by_status(t.http.status)


def _by_status(status: int) -> str:
    if status in (403, 429, 451):
        return "refusal"
    if status >= 500:
        return "server_error"
    return "none" if status < 400 else "other_status"
