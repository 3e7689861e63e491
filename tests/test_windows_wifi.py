"""Wi-Fi on Windows: why joining failed, the networks in sight, and what is not asked without consent. All bytes and
events are made by hand, from Microsoft's headers and its lists of events; none was recorded."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpe_agent.collector import CannotMeasure, Outcome
from cpe_agent.diagnose.readings import wifi as readings
from cpe_agent.facts import Wifi, WifiLink, WifiNetwork
from cpe_agent.host import (
    loop,
    windows_api,
    windows_nics,
    windows_registry,
    windows_services,
    windows_wifi,
    windows_wifi_log,
    windows_wifi_look,
)
from cpe_agent.host.hardware_address import network_name
from tests import windows_bytes as made
from tests.windows_bytes import WLAN_GUID as GUID
from tests.windows_bytes import WLAN_NOW as NOW
from tests.windows_bytes import wlan_event as event
from tests.windows_bytes import wlan_networks, wlan_stations


def log(*events: str, now: float = NOW) -> dict[str, windows_wifi_log.Failed]:
    return windows_wifi_log.read_log("".join(reversed(events)).encode(), now)


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("294932", "wrong_key"), ("163853", "wrong_key"), ("0x48014", "wrong_key"), ("163842", "ssid_absent"),
        ("229396", "ssid_absent"), ("229379", "timed_out"), ("294917", "timed_out"), ("229378", "rejected"),
        ("163851", "other"), ("163854", "other"), ("", "other"), ("0x", "other"), ("-5", "other"),
        ("99999999999", "other"), ("٢٩٤٩٣٢", "other"), ("2_9_4", "other"),
    ],
)  # fmt: skip
def test_reasons(code: str, word: str) -> None:
    failed = log(event(8002, code, RSSI="-61"))[GUID]
    assert (failed.word, failed.rssi_dbm) == (word, -61)
    assert failed.age_s == pytest.approx(106.9, abs=0.1)


def test_an_attempts_cause_is_not_lost_in_its_end() -> None:
    failed = log(event(11006, "0x48014", second=1), event(8002, "229377", second=2, RSSI="-88"))[GUID]
    assert (failed.word, failed.code, failed.rssi_dbm) == ("wrong_key", 294932, -88)
    later = log(event(11006, "0x48014", second=1), event(8002, "163851", second=9, call="0x6"))[GUID]
    assert (later.word, later.code) == ("other", 163851), "another attempt"


def test_who_joined_since_has_no_failure() -> None:
    assert log(event(8002, "294932", second=1), event(8001, second=9)) == {}
    assert log(event(8001, second=1), event(8002, "294932", second=9))[GUID].word == "wrong_key"
    assert set(log(event(8002, "294932", second=1), event(8001, second=9, guid="{OTHER}"))) == {GUID}


@pytest.mark.parametrize(
    "events",
    [
        [event(8002, "294932", provider="Somebody")],
        [event(12013, "294932")],
        [event(8002, "294932").replace("SystemTime", "Time")],
        [event(8002, "294932").replace("EventData", "UserData")],
        ["<Event/>"],
        [],
    ],
)
def test_what_is_no_failure(events: list[str]) -> None:
    assert log(*events) == {}


@pytest.mark.parametrize("now", [NOW + 3600, NOW - 600, 0.0])
def test_what_is_old_or_of_a_clock_that_was_set_says_nothing(now: float) -> None:
    assert log(event(8002, "294932"), now=now) == {}


@pytest.mark.parametrize(
    ("told", "rssi"), [("-61", -61), ("255", None), ("0", None), ("-128", None), ("", None), ("x", None)]
)
def test_a_signal_that_cannot_be_is_none(told: str, rssi: int | None) -> None:
    assert log(event(8002, "294932", RSSI=told))[GUID].rssi_dbm == rssi


@pytest.mark.parametrize(
    "text",
    [
        b"<Event>",
        event(8002, "294932").encode()[:-9],
        event(8002, "294932", SSID="\x01").encode(),
        b"<!DOCTYPE x [<!ENTITY a 'a'>]><Event/>",
        b"<a>" * 50 + b"</a>" * 50,
        b"\xff\xfe",
    ],
)
def test_a_log_that_is_no_xml_is_no_log(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"well-formed|declaration|deep"):
        windows_wifi_log.read_log(text, NOW)


@given(st.binary() | st.text().map(lambda text: event(8002, text.translate(dict.fromkeys(b"<>&'"))).encode()))
def test_no_log_upsets_the_reader(data: bytes) -> None:
    try:
        found = windows_wifi_log.read_log(data, NOW)
    except ValueError:
        return
    assert len(found) <= windows_wifi_log.MOST_EVENTS


# ------------------------------------------------------------------ networks in sight


HOME = wlan_networks((b"home", 2), (b"other", 0), (b"", 0))
AIR = wlan_stations((b"home", -60, 2_437_000), (b"home", -70, 5_180_000), (b"other", -80, 2_412_000), (b"", -90, 0))


def test_the_networks_in_sight() -> None:
    found = windows_wifi.networks(HOME, AIR)
    assert [(one.rssi_dbm, one.channel, one.known) for one in found] == [
        (-60, 6, True), (-70, 36, True), (-80, 1, False), (-90, None, None),
    ]  # fmt: skip
    assert found[0].ssid == found[1].ssid == network_name("home")
    assert len({one.bssid for one in found}) == 4
    assert found[3].ssid is None, "a hidden one may be anybody's, and so nobody's"


def test_one_list_alone_says_nothing() -> None:
    assert windows_wifi.networks(HOME, None) == windows_wifi.networks(None, AIR) == ()
    unsaid = windows_wifi.networks(wlan_networks(), AIR)
    assert {one.known for one in unsaid} == {None}


@pytest.mark.parametrize(
    ("build", "consents", "may"),
    [
        (19045, ["", "", ""], True), (22631, ["Deny", "Deny", "Deny"], True), (26100, ["Allow"] * 3, True),
        (26100, ["Allow", "Allow", "Deny"], False), (26200, ["Deny", "Allow", "Allow"], False),
        (26100, ["", "", ""], False), (26100, ["Allow", "Allow", "Prompt"], False),
    ],
)  # fmt: skip
def test_nobody_asks_for_names_where_windows_would_ask_its_user(build: int, consents: list[str], may: bool) -> None:
    assert windows_wifi.may_see_networks(made.version(10, 0, build), consents) is may
    assert ("connection" in windows_wifi.queries(may)) is may


def test_a_version_that_is_not_told_is_the_newest() -> None:
    assert windows_wifi.may_see_networks(b"", ["Allow"] * 3) is False


# ------------------------------------------------------------------ all together


class Windows:
    """What the calls answer."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.state, self.build, self.consent = 4, 26100, "Allow"
        self.log_on = 1
        self.events: Callable[[], bytes] = lambda: b""
        self.asked: dict[str, int] = {}
        monkeypatch.setattr(windows_api, "version", lambda: made.version(10, 0, self.build))
        monkeypatch.setattr(windows_registry, "values", self.values)
        monkeypatch.setattr(windows_services, "wlan", self.wlan)
        monkeypatch.setattr(windows_services, "events", lambda *_: self.events())
        monkeypatch.setattr(time, "time", lambda: NOW)

    def values(self, path: str, *, user: bool = False) -> dict[str, object]:
        return {"Enabled": self.log_on} if "WINEVT" in path else {"Value": self.consent}

    def wlan(self, queries: dict[str, int], *, networks: bool) -> tuple[bytes, dict[str, dict[str, bytes]]]:
        self.asked = queries
        found = {"listed": HOME, "stations": AIR} if networks else {}
        key = windows_wifi.read_adapters(made.wlan_list((3, self.state)))[0].key
        return made.wlan_list((3, self.state)), {key: {"radio": made.wlan_radio((1, 1)), **found}}

    def look(self) -> Wifi:
        own = windows_nics.read_interfaces(made.table(made.interface(3, "Wi-Fi", if_type=71)), set())
        own = [one._replace(guid=GUID) for one in own]
        return Wifi(*loop.run(windows_wifi_look.look(lambda: own)))


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> Windows:
    return Windows(monkeypatch)


def test_a_key_that_did_not_fit(windows: Windows) -> None:
    windows.events = lambda: event(8002, "294932", RSSI="-61").encode()
    found = windows.look()
    link = WifiLink("Wi-Fi", True, False, False, rssi_dbm=-61, failure="wrong_key", failure_code=294932)
    assert found.links == (link._replace(failure_age_s=found.links[0].failure_age_s),)
    assert readings.home_in_sight.read(found) is True
    assert "Dana" not in repr(found)


def test_no_failure_and_the_network_in_sight(windows: Windows) -> None:
    found = windows.look()
    assert (readings.failure.read(found), readings.home_in_sight.read(found)) == ("none", True)


@pytest.mark.parametrize("error", [PermissionError(13, "denied"), OSError(2, "no log"), ValueError("no XML")])
def test_a_closed_log_leaves_both_open(windows: Windows, error: Exception) -> None:
    """ "No failure, and the network is in sight" would name the home for what nobody looked at."""

    def closed() -> bytes:
        raise error

    windows.events = closed
    found = windows.look()
    assert (found.scan, found.scan_known, readings.home_in_sight.read(found)) == ((), False, None)
    assert found.links[0].associated is False


def test_a_log_that_is_switched_off_is_a_closed_one(windows: Windows) -> None:
    windows.log_on = 0
    assert windows.look().scan_known is False


def test_a_log_is_left_alone_while_the_network_is_there(windows: Windows) -> None:
    def never() -> bytes:
        raise AssertionError("not asked")

    windows.state, windows.events = 1, never
    found = windows.look()
    assert (found.links[0].associated, found.scan_known) == (True, True)


def test_without_consent_the_reason_is_still_there(windows: Windows) -> None:
    windows.consent, windows.events = "Deny", lambda: event(8002, "294932").encode()
    found = windows.look()
    assert (found.scan_known, found.links[0].failure) == (False, "wrong_key")
    assert "connection" not in windows.asked


def test_no_wifi_service_is_unsupported(windows: Windows, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: Any, **__: Any) -> None:
        raise OSError(1062, "the service has not been started")

    monkeypatch.setattr(windows_services, "wlan", gone)
    with pytest.raises(CannotMeasure) as caught:
        windows.look()
    assert caught.value.outcome is Outcome.UNSUPPORTED


@given(st.binary(max_size=900), st.binary(max_size=900))
def test_no_list_upsets_the_reader(one: bytes, other: bytes) -> None:
    for hostile in (one, b"\xff" * 8 + one, HOME[: len(one)] + one):
        found = windows_wifi.networks(hostile, AIR[: len(other)] + b"\xff" * 8 + other)
        assert len(found) <= 64
        assert all(isinstance(each, WifiNetwork) for each in found)
