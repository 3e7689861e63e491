"""Whose word the diagnosis of a login rests on, and how far that word goes.

A  heard from the far end by this program itself, or a code that every look at the router repeats
B  an explicit code, once: the router's, or one out of a dialler's log
C  a word that many causes share
D  nobody said anything

A and B may carry a name, C and D only suspects. Where two speak, a verdict of the login server goes before the rest,
and then the better word before the weaker.
"""

from __future__ import annotations

from cpe_agent.diagnose.predicate import Reading, reading
from cpe_agent.diagnose.readings import router
from cpe_agent.diagnose.readings.asked import last_entry
from cpe_agent.diagnose.readings.dialling import REFUSALS, meaning_of
from cpe_agent.facts import Addressing, Dial, Plan
from cpe_agent.facts import Router as RouterSection

NOBODY = "nobody"
VOICES = ("login-test", "dialler", "igd1", "igd2", "tr064", "router", "nat-pmp", "pcp", NOBODY)

Word = tuple[bool, str, str, float | None]  # no verdict of a login server, grade, whose, seconds ago

_NETWORK_FAILURE = 3  # RFC 6886, 3.5: the router itself has no address; RFC 6887, 7.4 numbers it differently
_NO_ADDRESS = ("0.0.0.0", "::")  # noqa: S104  # compared, never bound


def _of_dialling(d: Dial, p: Plan, a: Addressing | None) -> list[Word]:
    entry = last_entry(d, p, a)
    if entry is None:
        return []
    tested = entry.source == "login-test"
    if tested and entry.reason == "accepted":
        return [(False, "A", "login-test", entry.age_s)]
    word = meaning_of(entry)
    if word is None:
        return []
    grade = "C" if word == "hang_up" else "A" if tested else "B"
    return [(word not in REFUSALS, grade, "login-test" if tested else "dialler", entry.age_s)]


def _of_router(r: RouterSection) -> list[Word]:
    found: list[Word] = []
    grade = router.error_grade.read(r)
    if grade in ("A", "B", "C") and router.session.read(r) in ("disconnected", "connecting"):
        sources = [igd.source for igd in r.igds if igd.is_gateway and any(s.failure is None for s in igd.samples)]
        found.append((not router.auth_verdict.read(r), grade, next((s for s in sources if s), "router"), None))
    for said in r.natpmp:
        dead = said.external_address in _NO_ADDRESS or (
            said.protocol == "nat-pmp" and said.result_code == _NETWORK_FAILURE
        )
        if said.answered and dead:
            found.append((True, "C", said.protocol, None))
    return found


def _best(d: Dial | None, p: Plan, a: Addressing | None, r: RouterSection | None) -> Word:
    words = ([] if d is None else _of_dialling(d, p, a)) + ([] if r is None else _of_router(r))
    return min(words, key=lambda w: (w[0], w[1], VOICES.index(w[2])), default=(True, "D", NOBODY, None))


def _login(name: str, part: int, doc: str) -> Reading:
    def read(d: Dial | None, p: Plan, a: Addressing | None, r: RouterSection | None) -> object:
        return _best(d, p, a, r)[part]

    read.__doc__ = doc
    sections = (Dial, Plan, Addressing, RouterSection)
    return reading(name, *sections, optional=(Dial, Addressing, RouterSection))(read)


said_by = _login(
    "login.said_by",
    2,
    "Whose word on the login is the best of this run: login-test, dialler (this computer's own), igd1, igd2 or tr064 "
    "(the router by that voice), nat-pmp or pcp (the router has no address), nobody.",
)
grade = _login(
    "login.grade",
    1,
    "How far that word goes: A heard by this program itself or repeated by every look, B explicit and once, C many "
    "causes, D nobody spoke.",
)
age_s = _login(
    "login.age_s",
    3,
    "How long ago it was said; unknown for a router, which was asked in this run and does not tell since when it says "
    "so.",
)
