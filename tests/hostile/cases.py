"""What the router does in each run, and how the report has to name it."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.hostile.router import ADDRESS, OTHERS

HTTP: dict[str, str | None] = {
    # mood of an HTTP answer -> the Failure that names it; None: it does no harm and is no failure
    "huge": "too_large",
    "endless": "too_large",
    "endless-tiny": "too_slow",
    "drip": "too_slow",
    "hang": "timed_out",
    "loop": "redirect_loop",
    "loop-away": "garbage",
    "noise": "garbage",
    "long-line": "garbage",
    "many-headers": "too_large",
    "interim": "garbage",
    "bad-length": "garbage",
    "bad-chunk": "garbage",
    "bad-date": None,
    "bad-names": None,
    "cut": "closed",
    "reset": "reset",
}
DESCRIPTION: dict[str, str | None] = {
    **HTTP,
    "bomb": "garbage",
    "external": "garbage",
    "quadratic": "garbage",
    "nested": "garbage",
    "attributes": None,
    "names": None,
    "services": None,
}
SOAP: dict[str, str | None] = {
    **{mood: HTTP[mood] for mood in ("huge", "endless-tiny", "drip", "noise", "reset")},  # read by the same code
    "names": None,
    "numbers": None,
    "arguments": "garbage",
    "values": None,
}
DNS: dict[str, tuple[str, ...]] = {
    "garbage": ("garbage",),
    "wrong-id": ("garbage",),
    "other-question": ("garbage",),
    "pointer-loop": ("garbage",),
    "many": ("garbage",),
    "many-whole": ("garbage",),
    "truncated": ("truncated", "refused"),
}
SSDP = ("flood", "away", "names")
HOW = {"cancelled": "crashed", "memory": "crashed", "nothing": "crashed", "never": "timed_out"}
"""Other ways for a collector to fail, and the outcome. On a line that works the verdict does not wait for it."""
READ_FIRST = ("addressing", "gateway", "dns", "reach", "router", "web", "dhcp")
"""What the judge of a dead line leans on: without one of them it may know less, and must not accuse another."""
DEVICES = (ADDRESS, *OTHERS[:3])
"""The client looks at no more gateway devices than these."""


@dataclass(frozen=True)
class Case:
    """One run. ``line``: see ``HostileHome.line``; ``turn``: what leads to the hostile servers."""

    name: str
    moods: dict[str, str] = field(default_factory=dict)
    line: str = "dead"
    turn: tuple[str, ...] = ("page",)
    env: dict[str, str] = field(default_factory=dict)


def _by_fours(service: str, table: dict[str, str | None]) -> list[Case]:
    """Four gateway devices a run, each in another mood; the router's page in the first's."""
    moods = list(table)
    found = []
    for at in range(0, len(moods), len(DEVICES)):
        some = dict(zip(DEVICES, moods[at : at + len(DEVICES)], strict=False))
        said = {f"{service}@{address}": mood for address, mood in some.items()}
        page = list(HTTP)[(at // len(DEVICES)) % len(HTTP)] if service == "description" else "ok"
        found.append(Case(f"{service} {'+'.join(some.values())}", {**said, "devices": str(len(some)), "page": page}))
    return found


def all_cases(sections: list[str]) -> list[Case]:
    """``sections``: names of the sections whose collector is made to crash, in turn."""
    found = [*_by_fours("description", DESCRIPTION), *_by_fours("soap", SOAP)]
    found += [
        Case(f"dns {mood}", {"dns": mood}, "up", ("dns-udp",) if mood == "truncated" else ("dns",)) for mood in DNS
    ]
    found += [Case(f"web {mood}", {"web": mood}, "up", ("web",)) for mood in HTTP]
    found += [Case(f"ssdp {mood}", {"ssdp": mood}) for mood in SSDP]
    found.append(Case("tls", {}, "up", ("tls",)))
    turned = ("page", "web", "tls", "dns")
    found.append(Case("everything", {"web": "bad-names", "dns": "garbage", "page": "drip"}, "up", turned))
    found.append(Case("reset", {}, "reset", ()))
    found += [Case(f"crash {name}", {}, _line(name), (), {"CRASH": f"{name}:raises"}) for name in sections]
    found += [Case(f"crash on a dead line {name}", {}, "dead", (), {"CRASH": f"{name}:raises"}) for name in READ_FIRST]
    found += [Case(f"crash reach {how}", {}, "up", (), {"CRASH": f"reach:{how}"}) for how in HOW]
    return sorted(found, key=lambda case: case.line != "dead")  # the long ones first: no home waits for another


def _line(section: str) -> str:
    """The clock is read late: on a line that works the verdict is settled before."""
    return "dead" if section == "clock" else "up"
