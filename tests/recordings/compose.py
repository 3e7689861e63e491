"""The lab's homes with another computer in them: a hand-made ``local`` door before a recorded ``net`` door.

What the network did is the lab's own recording; only the interface's name, the computer's address and the router's
link-local address are put in the hand-made computer's words. What the computer itself would see of the same fault is
a small patch each.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any, NamedTuple

from cpe_agent.host.replay import recording_bytes
from tests.recordings.places import hand_made_file, lab_file

Answers = dict[str, list[dict[str, Any]]]
COUNTERS = (
    "rx_bytes", "tx_bytes", "rx_packets", "tx_packets", "rx_errors", "tx_errors", "rx_dropped", "multicast",
    "collisions",
)  # fmt: skip
_DENIED = {"cannot": ["denied", "needs an administrator"]}


class Made(NamedTuple):
    """A hand-made computer: the names of its two adapters, and what it can say of a Wi-Fi network it is joined to."""

    wired: str
    wifi: str
    joined: dict[str, Any]


MADE = {
    # Without consent to location, 24H2 and later give the rate and neither name nor signal (WlanQueryInterface).
    "windows-11": Made("Ethernet", "Wi-Fi", {"rx_rate_mbps": 866.0, "tx_rate_mbps": 866.0}),
    # Without that consent CoreWLAN gives the signal and the channel, and no name.
    "macos-15": Made("en0", "en1", {"rssi_dbm": -58, "channel": 44, "tx_rate_mbps": 866.0}),
}


class Computer:
    """The hand-made answers of one system, open to patches: every question has one answer."""

    def __init__(self, system: str) -> None:
        self.made = MADE[system]
        self.answers: Answers = json.loads(hand_made_file(system).read_bytes())["answers"]

    def __getitem__(self, question: str) -> Any:
        return self.answers[f"local.{question} {{}}"][0]["answer"]

    def __setitem__(self, question: str, answer: Any) -> None:
        self.answers[f"local.{question} {{}}"] = [{"answer": answer}]

    def nic(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = next(nic for nic in self["nics"]["nics"] if nic["name"] == name)
        return found

    def keep(self, question: str, wanted: Callable[[dict[str, Any]], bool]) -> None:
        self[question] = [record for record in self[question] if wanted(record)]


# ------------------------------------------------------------------ what the computer sees of a fault


def as_made(computer: Computer) -> None:
    """The fault is elsewhere."""


def unplugged(computer: Computer) -> None:
    """Neither system keeps an address, a route or a resolver on an adapter without a signal; Linux keeps them all."""
    wired = computer.made.wired
    computer.nic(wired).update(carrier=False, speed_mbps=None, duplex=None)
    computer.keep("addresses", lambda a: a["nic"] != wired)
    computer["routes"], computer["leases"] = [], []
    computer["resolvers"] = {"resolvers": [], "total": 0}
    computer["neighbours"] = {"entries": [], "total": 0}


def unleased(computer: Computer) -> None:
    """Nobody handed out an address: both systems give themselves one of 169.254/16 (RFC 3927)."""
    without_ipv6(computer)
    wired = computer.made.wired
    computer.keep("addresses", lambda a: a["nic"] != wired or a["family"] == "v6")
    computer["addresses"].append(
        {"nic": wired, "family": "v4", "address": "169.254.77.12", "prefix_len": 16, "origin": "link_local",
         "scope": "link"}
    )  # fmt: skip
    computer["routes"], computer["leases"] = [], []
    computer["resolvers"] = {"resolvers": [], "total": 0}
    computer["neighbours"] = {"entries": [], "total": 0}


def without_ipv6(computer: Computer) -> None:
    """The lab ran this one on IPv4 alone."""
    computer.keep("addresses", lambda a: a["family"] == "v4" or a.get("scope") in ("link", "host"))
    computer.keep("routes", lambda r: r["family"] == "v4")


PATCHES: dict[str, Callable[[Computer], None]] = {
    "healthy": as_made,
    "cable-out": unplugged,
    "dhcp-dead": unleased,
    "router-hung": as_made,
    "line-down": as_made,
    "core-down": as_made,
    "resolver-dead": as_made,
    "captive-portal": without_ipv6,
    "login-rejected": as_made,
}


def move_to_wifi(computer: Computer) -> None:
    """The same home by radio: nothing in the wired socket, everything on the wireless adapter."""
    made = computer.made
    wired, wifi = computer.nic(made.wired), computer.nic(made.wifi)
    for word in ("carrier", "rx_bytes", "tx_bytes", "rx_packets", "tx_packets", "multicast"):
        wired[word], wifi[word] = wifi[word], wired[word]
    wired.update(speed_mbps=None, duplex=None)
    wifi.update(speed_mbps=866)
    computer.keep("addresses", lambda a: a["nic"] != made.wifi)
    records = [computer[q] for q in ("addresses", "routes", "leases")]
    records += [computer["resolvers"]["resolvers"], computer["neighbours"]["entries"]]
    for record in (one for group in records for one in group if one["nic"] == made.wired):
        record["nic"] = made.wifi
    link = next(one for one in computer["wifi"]["links"] if one["nic"] == made.wifi)
    link.update(made.joined, associated=True)


def count_on(computer: Computer, nic: str, recorded: Answers) -> None:
    """The counters of the uplink grow as they grew in the lab; those that this system lacks stay unknown."""
    seen = [next(one for one in kept["answer"]["nics"] if one["name"] == "eth0") for kept in recorded["local.nics {}"]]
    looks = []
    for look in seen:
        found = copy.deepcopy(computer["nics"])
        uplink = next(one for one in found["nics"] if one["name"] == nic)
        for word in COUNTERS:
            if uplink.get(word) is not None:
                uplink[word] += look[word] - seen[0][word]
        looks.append({"answer": found})
    computer.answers["local.nics {}"] = looks


def take_rights(answers: Answers) -> None:
    """An ordinary user may neither ask for an address of his own nor for hardware addresses."""
    for key in [k for k in answers if k.startswith(("net.dhcp_discover ", "net.arp_macs "))]:
        answers[key] = [_DENIED]


# ------------------------------------------------------------------ both doors together


def composed(system: str, scenario: str, *, wifi: bool = False, ordinary: bool = False) -> bytes:
    """A recording: this system's computer in the lab's home."""
    computer = Computer(system)
    PATCHES[scenario](computer)
    nic = computer.made.wired
    if wifi:
        move_to_wifi(computer)
        nic = computer.made.wifi
    recorded: Answers = json.loads(lab_file(scenario).read_bytes())["answers"]
    count_on(computer, nic, recorded)
    net = _network(recorded, computer, nic)
    if ordinary:
        take_rights(net)
    return recording_bytes({**computer.answers, **net}, f"composed: {system} in the lab, {scenario}")


def _network(recorded: Answers, computer: Computer, nic: str) -> Answers:
    """The ``net`` door of a lab recording, in this computer's words."""
    addresses = recorded["local.addresses {}"][0]["answer"]
    routes = recorded["local.routes {}"][0]["answer"]
    words = {'"eth0"': json.dumps(nic), "%eth0": f"%{nic}"}
    for address in addresses:
        if address["nic"] == "eth0" and address["family"] == "v4":
            words[f'"{address["address"]}"'] = f'"{_own_v4(computer)}"'
    for route in routes:
        if route["family"] == "v6":
            words[route["gateway"]] = _gateway_v6(computer)

    def said(text: str) -> str:
        for lab, here in words.items():
            text = text.replace(lab, here)
        return text

    return {said(k): json.loads(said(json.dumps(a))) for k, a in recorded.items() if k.startswith("net.")}


def _own_v4(computer: Computer) -> str:
    return next((str(a["address"]) for a in computer["addresses"] if a["origin"] == "dhcp"), "169.254.77.12")


def _gateway_v6(computer: Computer) -> str:
    return next((str(r["gateway"]) for r in computer["routes"] if r["family"] == "v6"), "fe80::1")
