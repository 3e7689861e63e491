"""The way from the computer to the Internet as a picture: seven stations, each with its state in words and as a shape,
and where it breaks."""

from __future__ import annotations

from cpe_agent.layout import SEGMENTS
from cpe_agent.page.drawings import drawing
from cpe_agent.page.markup import Markup, tag
from cpe_agent.page.parts import View
from cpe_agent.words import listed

MEASURED_AT = {
    # section -> the station that it tells about
    "system": "device",
    "load": "device",
    "clock": "device",
    "proxy_vpn": "device",
    "interfaces": "home",
    "wifi": "home",
    "traffic": "home",
    "addressing": "home",
    "neighbours": "home",
    "dhcp": "home",
    "gateway": "cpe",
    "router": "cpe",
    "pppoe": "access",
    "dial": "account",
    "reach": "isp-core",
    "loss": "isp-core",
    "path": "isp-core",
    "dns": "isp-core",
    "web": "remote",
}


def states(view: View) -> dict[str, str]:
    """Station -> ok | degraded | broken | unknown | trying."""
    state = view.state
    if state.phase in ("measuring", "again"):
        trying = {MEASURED_AT.get(name) for name in state.trying}
        now = {s: state.segments.get(s, "unknown") for s in SEGMENTS}
        return {s: "trying" if found == "unknown" and s in trying else found for s, found in now.items()}
    if state.report is None:
        return {s: state.segments.get(s, "unknown") for s in SEGMENTS}
    from cpe_agent.card import drawn
    from cpe_agent.diagnose.catalogue import BY_CODE

    d = state.report.diagnosis
    found = drawn(d.segments, BY_CODE.get(d.fault or ""))
    return {s: found.get(s, "unknown") for s in SEGMENTS}


def way(view: View) -> Markup:
    """The picture, and the same as one sentence below it once it is known."""
    speech, found = view.speech, states(view)
    stations = []
    before = "ok"
    for segment, state in found.items():
        # The stroke that leads to a station belongs to it: broken there, the break is drawn before it.
        stroke = state if before in ("ok", "degraded", "trying") or state == "broken" else "unknown"
        before = state
        stations.append(
            tag(
                "li",
                {"class": f"station is-{state} to-{stroke}"},
                tag("span", {"class": "icon"}, drawing(segment, "thing"), drawing(state, "mark")),
                tag("span", {"class": "name"}, speech.ui(f"segment.{segment}")),
                tag("span", {"class": "state"}, speech.say(f"way.{state}")),
            )
        )
    return tag(
        "section",
        {"class": "way", "aria-label": speech.say("way")},
        tag("ol", {"class": "stations"}, *stations),
        tag("p", {"class": "caption"}, said) if (said := demarcation(view, found)) else None,
    )


def demarcation(view: View, found: dict[str, str]) -> str:
    """How far all is well, and what comes next; empty while that is not known, and when all is well."""
    if view.state.phase != "done" or view.state.report is None or view.state.report.diagnosis.verdict == "healthy":
        return ""
    well = works(view, found)
    ill = [s for state in ("broken", "degraded", "unknown") for s in SEGMENTS if found[s] == state]
    if not ill:
        return ""
    segment = ill[0]
    next_ = view.speech.ui(f"demarcation.{found[segment]}").format(segment=view.speech.ui(f"segment.{segment}"))
    return (
        f"{view.speech.ui('demarcation.works').format(segments=listed(well, view.speech.language))} {next_}"
        if well
        else next_
    )


def works(view: View, found: dict[str, str]) -> list[str]:
    """The stations that work, by name and in their order, up to the first that is broken or weak."""
    well: list[str] = []
    for segment in SEGMENTS:
        if found[segment] in ("broken", "degraded"):
            break
        if found[segment] == "ok":
            well.append(view.speech.ui(f"segment.{segment}"))
    return well
