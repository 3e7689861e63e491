"""The pages of cases, over a real port: who may do what, what is refused, what is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from markupsafe import escape

from cpe_agent.case_code import case_in_name, with_check
from cpe_agent.desk.cases.conclusions import against_the_evidence
from cpe_agent.desk.cases.outcomes import figures
from cpe_agent.desk.pages.downloads import system_of
from cpe_agent.desk.people.roles import Role
from cpe_agent.report import uuid7
from cpe_agent.words import phrase
from tests.desk.cases_shown import Browsers, person, sent, tells
from tests.desk.conftest import Database
from tests.desk.people_home import Served, home_on, served
from tests.reports import case_report


@pytest.fixture
def desk(database: Database) -> Iterator[Served]:
    with home_on(database) as home, served(home) as server:
        yield server


@pytest.fixture
def browser(desk: Served) -> Iterator[Browsers]:
    found = Browsers(desk)
    yield found
    found.close()


def test_a_case_from_the_call_to_the_technician(desk: Served, browser: Browsers) -> None:
    """Opened, watched, its report read, an answer counted in, a wrong conclusion held up, handed over, found right."""
    dana = browser()
    opened = dana.post("/cases", data={"name": "Cohen", "telephone": "02-000 12 34", "language": "he"})
    assert opened.status_code == 303, opened.text
    address = opened.headers["location"]
    code = address.rpartition("/")[2]
    case = desk.desk.cases.find(desk.home.one, code)
    assert case.customer is not None
    page = dana.get(address).text
    assert f"cpe-agent-{code}.exe" in page
    assert "No run has been seen yet" in page
    assert ("representative", "case-opened", f"customer:{case.customer}") in [
        (who.partition(":")[0].replace("person", "representative"), what, subject)
        for who, what, subject in desk.home.audited()
    ]
    assert code in dana.get("/cases").text

    run = uuid7()
    answer = tells(
        desk, case, run, {"kind": "started"}, {"kind": "section", "section": "interfaces", "outcome": "measured"},
        {"kind": "segments", "segments": {"device": "ok", "home": "ok", "cpe": "unknown"}},
    )  # fmt: skip
    assert answer.json() == {"watched": True, "seen": 3}, "the page was looked at a moment ago"
    page = dana.get(address).text
    assert 'class="is-trying" data-segment="cpe"' in page
    assert "network adapters" in page
    assert dana.post(f"{address}/wish", data={"wish": "deep-test"}).status_code == 303
    assert "waits for the customer" in dana.get(address).text
    tells(desk, case, run, {"kind": "ended", "n": 9, "verdict": "fault", "fault": "access-no-sync", "owner": "access"})
    assert "it names a fault" in dana.get(address).text

    report = sent(desk, case_report("line: the router's DSL modem has no sync"), case)
    page = dana.get(address).text
    assert f'href="/reports/{report}"' in page
    assert "The router reports no signal" in page or "access" in page

    added = dana.post(
        f"{address}/ledger", data={"what": "said:line-lamp=blinking", "source": "stated", "note": "Red, too"}
    )
    assert added.status_code == 303
    dana.post(f"{address}/ledger", data={"what": "done:router-restarted", "source": "observed"})
    page = dana.get(address).text
    assert "Red, too" in page
    assert "With what was said on the phone" in page
    card = dana.get(f"/reports/{report}").text
    assert "router restarted" in card.lower()

    held = dana.post(f"{address}/conclusion", data={"what": "lan-cable-unplugged", "technician": "yes", "note": "hm"})
    assert held.status_code == 422
    assert "The evidence says otherwise" in held.text
    assert "conclusion" not in kinds(desk, code)
    again = dana.post(
        f"{address}/conclusion",
        data={"what": "lan-cable-unplugged", "technician": "yes", "shown": "yes", "reason": " "},
    )
    assert again.status_code == 422
    assert "Give a reason" in again.text
    taken = dana.post(
        f"{address}/conclusion",
        data={"what": "lan-cable-unplugged", "technician": "yes", "shown": "yes", "reason": "He pulled it out <now>."},
    )
    assert taken.status_code == 303
    assert kinds(desk, code)[-3:] == ["conclusion", "technician", "contradiction"]
    assert dana.get("/against-the-evidence").status_code == 403
    listed = browser(Role.SENIOR).get("/against-the-evidence").text
    assert "He pulled it out &lt;now&gt;." in listed
    assert "Network cable" in listed or "cable" in listed

    assert "Red, too" in dana.get(f"{address}/hand-over").text
    handed = dana.post(f"{address}/hand-over", data={"to": "free", "sentence": "She is home at six."})
    assert handed.status_code == 303
    assert "She is home at six." in browser(Role.SENIOR).get(address).text

    technician = browser(Role.TECHNICIAN)
    assert technician.post(f"{address}/outcome", data={"what": "another:none-such"}).status_code == 422
    assert technician.post(f"{address}/outcome", data={"what": "right"}).status_code == 303
    found = figures(desk.home.records, desk.home.one)
    assert [(f.fault, f.n, f.right) for f in found.faults] == [("access-no-sync", 1, 1)]
    assert "few cases" in dana.get("/outcomes").text


def kinds(desk: Served, code: str) -> list[str]:
    cases = desk.desk.cases
    return [e.kind for e in cases.entries(cases.find(desk.home.one, code))]


def test_what_is_another_tenants_is_not_there(desk: Served, browser: Browsers) -> None:
    case = desk.desk.cases.open(person(desk), desk.home.now, name="Secret name")
    stranger = browser(tenant=desk.home.two)
    missing = stranger.get("/cases/00000000")
    for path in ("", "/hand-over"):
        got = stranger.get(f"/cases/{case.code}{path}")
        assert got.status_code == 404
        assert _bare(got.text) == _bare(missing.text)
    for path in ("ledger", "conclusion", "hand-over", "take", "close", "reopen", "language", "wish"):
        got = stranger.post(f"/cases/{case.code}/{path}", data={"what": "not-us", "to": "free", "wish": "deep-test"})
        assert got.status_code == 404, path
    assert browser(Role.SENIOR, desk.home.two).post(f"/cases/{case.code}/outcome").status_code in (400, 404)
    assert "Secret name" not in stranger.get("/cases?show=all").text
    assert stranger.get(f"/cases/{case.code}/events").status_code == 404
    assert kinds(desk, case.code) == ["opened"]
    assert desk.desk.wishes.waiting(desk.home.one, case.code) == []


def _bare(html: str) -> str:
    return re.sub(r'(value|href)="[^"]*"', "", html)


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.NETWORK_CENTRE])
def test_who_only_reads_gets_no_form_of_it(desk: Served, browser: Browsers, role: Role) -> None:
    case = desk.desk.cases.open(person(desk), desk.home.now)
    client = browser(role)
    page = client.get(f"/cases/{case.code}").text
    for form in ("ledger", "conclusion", "close", "take"):
        assert f'action="/cases/{case.code}/{form}"' not in page
        assert client.post(f"/cases/{case.code}/{form}", data={"what": "not-us"}).status_code == 403
    assert (f'action="/cases/{case.code}/outcome"' in page) is True
    assert client.post("/cases", data={}).status_code == 403


def test_what_cannot_be_taken_is_said_beside_its_form(desk: Served, browser: Browsers) -> None:
    dana = browser()
    for field, value, words in (
        ("telephone", "not a number", "no telephone number"),
        ("name", "x" * 200, "That name cannot be used"),
    ):
        refused = dana.post("/cases", data={field: value})
        assert refused.status_code == 422
        assert words in refused.text
        assert value in refused.text, "what was typed is still there"
    assert desk.desk.cases.page(person(desk), "all").cases == ()
    case = desk.desk.cases.open(person(desk), desk.home.now)
    for form, data, words in (
        ("ledger", {"what": ""}, "Write something"),
        ("ledger", {"what": "said:shoe-size=44"}, "none of the list"),
        ("ledger", {"what": "contradiction:x"}, "none of the list"),
        ("ledger", {"what": "done:waited", "note": "n" * 501}, "at most 500"),
        ("conclusion", {"what": "owner:moon"}, "Choose what it is"),
        ("conclusion", {}, "Choose what it is"),
        ("hand-over", {"to": "free", "sentence": ""}, "Write one sentence"),
        ("hand-over", {"to": "99999999999999999999", "sentence": "x"}, "does not work on cases"),
        ("hand-over", {"to": "²", "sentence": "x"}, "does not work on cases"),
    ):  # fmt: skip
        refused = dana.post(f"/cases/{case.code}/{form}", data=data)
        assert (refused.status_code, words in refused.text) == (422, True), (form, data, refused.status_code)
    assert kinds(desk, case.code) == ["opened"]
    dana.post(f"/cases/{case.code}/close")
    closed = dana.post(f"/cases/{case.code}/ledger", data={"note": "late"})
    assert closed.status_code == 409
    assert "This case is closed" in closed.text


def test_hostile_words_are_text(desk: Served, browser: Browsers) -> None:
    """A feed's words and a person's own: no markup of theirs, nothing hidden."""
    case = desk.desk.cases.open(person(desk), desk.home.now, name="<script>alert(1)</script>")
    evil = '"><img src=x onerror=alert(1)>\u202e'
    dana = browser()
    dana.post(f"/cases/{case.code}/ledger", data={"what": "", "note": evil})
    desk.desk.cases.hand_over(case, person(desk), desk.home.now, None, evil)
    tells(desk, case, uuid7(), {"kind": "section", "section": "x.y-z", "outcome": "weird"},
          {"kind": "segments", "segments": {"device": "ok", "moon": "broken", "home": "purple"}})  # fmt: skip
    page = dana.get(f"/cases/{case.code}").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "\u202e" not in page
    assert "moon" not in page
    assert "x.y-z" in page


def test_a_contradiction_needs_evidence(desk: Served, browser: Browsers) -> None:
    """Without a report nothing speaks against anything."""
    case = desk.desk.cases.open(person(desk), desk.home.now)
    dana = browser()
    taken = dana.post(
        f"/cases/{case.code}/conclusion", data={"what": "owner:home", "technician": "yes", "note": "So it is."}
    )
    assert taken.status_code == 303
    assert against_the_evidence(desk.home.records, desk.home.one).lines == ()
    entry = desk.desk.cases.entries(case)[1]
    assert (entry.kind, entry.key, entry.text) == ("conclusion", "owner:home", "So it is.")


def test_typed_codes_lead_to_the_page(desk: Served, browser: Browsers) -> None:
    case = desk.desk.cases.open(person(desk), desk.home.now)
    got = browser().get(f"/cases/{case.code[:4].lower()}-{case.code[4:].lower()}")
    assert (got.status_code, got.headers["location"]) == (303, f"/cases/{case.code}")


def blocks(stream: httpx.Response, wanted: int) -> list[str]:
    """So many events, as they come."""
    found: list[str] = []
    for line in stream.iter_lines():
        if line.startswith("event: "):
            found.append(line.removeprefix("event: "))
        if len(found) == wanted:
            break
    return found


def test_the_page_is_told_as_it_happens(desk: Served, browser: Browsers) -> None:
    case = desk.desk.cases.open(person(desk), desk.home.now)
    dana = browser()
    page = dana.get(f"/cases/{case.code}").text
    last = re.search(r'data-events="([^"]*)" data-last="([^"]*)"', page)
    assert last is not None
    tells(desk, case, uuid7(), {"kind": "started"}, {"kind": "segments", "segments": {"device": "ok"}})
    with dana.stream("GET", last[1], params={"last": last[2]}) as stream:
        assert stream.status_code == 200
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert stream.headers["x-content-type-options"] == "nosniff"
        assert blocks(stream, 2) == ["started", "segments"]


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.NETWORK_CENTRE])
def test_who_may_not_watch_is_told_nothing(desk: Served, browser: Browsers, role: Role) -> None:
    case = desk.desk.cases.open(person(desk), desk.home.now)
    address = f"/cases/{case.code}/events"
    assert browser(role).get(address).status_code == 404
    assert browser(tenant=desk.home.two).get(address).status_code == 404
    for cookie in ("", "desk=", "desk=nonsense", 'desk="', "a=b; desk=\xff"):
        assert httpx.get(f"{desk.url}{address}", headers=[(b"cookie", cookie.encode("latin-1"))]).status_code == 404
    watcher = browser()
    assert watcher.get("/cases/00000000/events").status_code == 404
    watcher.post("/sign-out")
    assert watcher.get(address).status_code == 404


WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36"
AGENTS = {
    WINDOWS: "windows",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15": "macos",
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101": "linux",
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Mobile": "telephone",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15": "telephone",
    "Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1)": "telephone",
    "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0)": "old-windows",
    "Mozilla/5.0 (Windows NT 6.3; Win64; x64)": "windows",
    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0)": None,
    "curl/8.5.0": None,
}


def test_the_program_comes_under_the_name_of_the_case(desk: Served, browser: Browsers) -> None:
    case = desk.desk.cases.open(person(desk), desk.home.now)
    anybody, dana = browser(), browser()
    anybody.cookies.clear()
    anybody.headers["User-Agent"] = WINDOWS
    short = f"/get/{case.code}"
    said = {
        name: escape(phrase("desk_cases", name)) for name in ("get.none", "get.warning", "get.choose", "get.folder")
    }
    assert said["get.none"] in anybody.get(short).text
    assert short not in dana.get(f"/cases/{case.code}").text
    folder = desk.desk.settings.data / "downloads"
    folder.mkdir()
    (folder / "cpe-agent.exe").write_bytes(b"MZ one")
    for other in ("other.txt", "cpe-agent.cdx.json", "cpe-agent.exe.sigstore.json"):
        (folder / other).write_text("no program")
    assert f"{desk.desk.settings.address}{short}" in dana.get(f"/cases/{case.code}").text
    begins = f"{short}/cpe-agent.exe"
    alone = anybody.get(short).text
    assert f'<meta http-equiv="refresh" content="0; url={begins}">' in alone, "a single one comes by itself"
    only = anybody.get(begins)
    assert only.content == b"MZ one"
    assert case_in_name(only.headers["content-disposition"].partition('filename="')[2].rstrip('"')) == case.code
    assert alone.count("<svg") == 2
    assert said["get.warning"] in alone
    for name in ("cpe-agent-linux", "cpe-agent-linux.tar.gz", "cpe-agent-windows.zip"):
        (folder / name).write_bytes(b"ELF two")
    several = anybody.get(short).text
    assert several == anybody.get(f"/c/{case.code}").text, "both links lead to it"
    assert 'http-equiv="refresh"' not in several
    assert several.index(begins) < several.index("windows.zip") < several.index(f"cpe-agent-{case.code}-linux")
    assert several.count(said["get.folder"]) == 2
    assert ".json" not in several
    assert "other.txt" not in several
    assert anybody.get(f"{short}/cpe-agent-linux").content == b"ELF two"
    large = anybody.head(f"{short}/cpe-agent-linux")
    assert (large.status_code, large.headers["content-length"], large.content) == (200, "7", b"")
    for path in (
        f"{short}/other.txt", f"{short}/cpe-agent.cdx.json", f"{short}/..%2Fdesk.db", f"{short}/%2e%2e",
        f"{short}/cpe-agent", "/get/00000000/cpe-agent.exe", "/get/nonsense",
    ):  # fmt: skip
        assert anybody.get(path).status_code == 404, path
    wrong = anybody.get("/c/nonsense")
    assert (wrong.status_code, escape(phrase("desk_public", "code.none")) in wrong.text) == (404, True)
    unknown = with_check("0000000")
    assert anybody.get(f"/get/{unknown}/cpe-agent.exe").status_code == 200, "nobody learns which codes are given out"


def test_each_system_is_offered_its_own(desk: Served, browser: Browsers) -> None:
    folder = desk.desk.settings.data / "downloads"
    folder.mkdir()
    names = {"windows": "cpe-agent.exe", "macos": "cpe-agent.dmg", "linux": "cpe-agent-linux"}
    for name in names.values():
        (folder / name).write_bytes(b"x")
    anybody = browser()
    anybody.cookies.clear()
    code = with_check("0000000")
    for agent, system in AGENTS.items():
        assert system_of(agent) == system, agent
        page = anybody.get(f"/get/{code}", headers={"User-Agent": agent}).text
        offered = re.findall(r'class="get" href="/get/[0-9A-Z]+/([^"]+)"', page)
        assert offered == ([names[system]] if system in names else []), agent
        for kind in ("telephone", "old"):
            told = escape(phrase("desk_cases", f"get.{kind}")) in page
            assert told is (system in (kind, f"{kind}-windows")), agent
        assert (f"{desk.desk.settings.address}/get/{code}" in page) is (system == "telephone"), agent
        assert all(name.removeprefix("cpe-agent") in page for name in names.values()), "the others can be had too"
