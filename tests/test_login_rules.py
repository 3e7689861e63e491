"""When a login may be tried, what is remembered of it, what a refusal's words name, and that all of it has words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpe_agent.diagnose.catalogue import BY_CODE
from cpe_agent.facts import Plan
from cpe_agent.host.pppoe_discovery import is_known
from cpe_agent.login import address_control, authentication, discovery, link_control
from cpe_agent.login.discovery import Concentrator, choose
from cpe_agent.login.ending import Outcome
from cpe_agent.login.memory import Memory
from cpe_agent.login.outcome import OWNERS, Seen, verdict_of
from cpe_agent.login.reject_text import FAULTS, PARENT, no_service, refusal, server_was_silent
from cpe_agent.login.rules import Attempt, Objection, objection, rejected_lately
from cpe_agent.login.shown import shown
from cpe_agent.words import fault_text, login_text
from cpe_agent.words.en.login import PHRASES

ROOT = Path(__file__).parent.parent
NOW = 1_800_000_000.0
RECORDED = ("salt", "attempts", "who", "at", "rejected", "ends", "reason", "shape")


def ago(seconds: float, *, rejected: bool = False, who: str = "me") -> Attempt:
    return Attempt(who, NOW - seconds, rejected)


@pytest.mark.parametrize(
    ("attempts", "expected"),
    [
        ((), None),
        ((ago(1),), None),
        ((ago(10, rejected=True),), Objection("rules.too-soon", 20)),
        ((ago(29.9, rejected=True),), Objection("rules.too-soon", 1)),
        ((ago(31, rejected=True),), None),
        ((ago(10, rejected=True, who="other"),), None),
        ((ago(500), ago(300), ago(100)), Objection("rules.too-many", 100)),
        ((ago(500), ago(300), ago(100), ago(50)), Objection("rules.too-many", 300)),
        ((ago(601), ago(300), ago(100)), None),
        ((ago(-3600, rejected=True),), Objection("rules.too-soon", 30)),  # the clock was set back
        ((ago(-9), ago(-99), ago(-999)), Objection("rules.too-many", 600)),
    ],
)
def test_when_a_login_may_be_tried(attempts: tuple[Attempt, ...], expected: Objection | None) -> None:
    assert objection(attempts, "me", NOW) == expected


def test_a_refusal_of_any_name_may_have_locked_out_this_computer() -> None:
    assert rejected_lately([ago(599, rejected=True, who="other")], NOW)
    assert not rejected_lately([ago(601, rejected=True), ago(5)], NOW)


def test_the_record_holds_neither_name_nor_interface(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "deep" / "state")
    memory.record(memory.who("eth0", "alice@isp.example"), NOW)
    memory.reject()
    file = tmp_path / "deep" / "state" / "login-attempts.json"
    assert b"alice" not in file.read_bytes()
    assert b"eth0" not in file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600
    again = Memory(file.parent)
    assert again.attempts == [Attempt(memory.who("eth0", "alice@isp.example"), NOW, rejected=True)]
    assert again.who("eth1", "alice@isp.example") != memory.who("eth0", "alice@isp.example")
    assert Memory(tmp_path).who("eth0", "alice@isp.example") != memory.who("eth0", "alice@isp.example"), "a salt a file"
    assert [p.name for p in file.parent.iterdir()] == [file.name]


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.just("00" * 16), lambda inner: (
    st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(RECORDED), inner, max_size=5)
)))  # fmt: skip
def test_any_record_is_read(tmp_path_factory: pytest.TempPathFactory, plain: object) -> None:
    folder = tmp_path_factory.mktemp("state")
    (folder / "login-attempts.json").write_text(json.dumps(plain))
    memory = Memory(folder)
    objection(memory.attempts, "me", NOW)
    memory.record("me", NOW)
    assert Memory(folder).attempts[-1] == Attempt("me", NOW, rejected=False)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (None, PARENT),
        ("", PARENT),
        ("Login incorrect", PARENT),  # pppd's text for every refusal
        ("Access denied", PARENT),
        ("Welcome alice", PARENT),
        ("Invalid username or password", PARENT),
        ("user/password incorrect", PARENT),
        ("Authentication failed", PARENT),
        ("port", PARENT),
        ("Please contact support", PARENT),
        ("Password incorrect", "credentials-wrong-password"),
        ("Wrong password for alice", "credentials-wrong-password"),
        ("CHAP response does not match", "credentials-wrong-password"),
        ("unknown realm foo.example", "credentials-wrong-realm"),
        ("No such domain", "credentials-wrong-realm"),
        ("You are already logged in - access denied", "account-session-limit"),
        ("Multiple logins (max 1) : [alice]", "account-session-limit"),
        ("Maximum sessions exceeded", "account-session-limit"),
        ("Simultaneous-Use check failed", "account-session-limit"),
        ("user restriction", "account-session-limit"),
        ("Account suspended: unpaid invoice", "account-suspended"),
        ("Your password has expired", "account-suspended"),
        ("User disabled", "account-suspended"),
        ("NAS-Port mismatch", "account-line-binding-mismatch"),
        ("calling-station MAC not allowed", "account-line-binding-mismatch"),
        ("circuit id does not match", "account-line-binding-mismatch"),
    ],
)
def test_what_the_words_name(text: str | None, fault: str) -> None:
    assert refusal(text) == fault


@pytest.mark.parametrize(("error", "fault"), [(691, PARENT), (709, PARENT), (647, "account-suspended"), (None, PARENT)])
def test_what_the_number_names(error: int | None, fault: str) -> None:
    assert refusal("", error) == fault


@given(st.text(max_size=256))
def test_any_words_name_a_fault_that_exists(text: str) -> None:
    assert refusal(text) in OWNERS
    server_was_silent(text)
    no_service(text)


def test_owners_are_the_catalogues() -> None:
    for code, (owner, acts) in OWNERS.items():
        assert (BY_CODE[code].owner, BY_CODE[code].acts) == (owner, acts), code
    assert set(FAULTS.values()) <= set(OWNERS)


def test_everything_has_words_and_every_word_is_used() -> None:
    files = [file for file in (ROOT / "cpe_agent" / "login").glob("*.py") if file.name != "shape.py"]
    said = "\n".join(file.read_text("utf-8") for file in files)
    for outcome in Outcome:
        assert login_text(f"outcome.{outcome}")
    keys = set(re.findall(r'"([a-z-]+\.[a-z-]+)"', said)) - {"login-attempts.json"}
    wanted = {k for k in keys if k.partition(".")[0] in {p.partition(".")[0] for p in PHRASES}}
    wanted -= {k for k in keys if k.startswith("label.")}
    assert wanted <= set(PHRASES)
    composed = ("outcome.", "stage.")
    cli = (ROOT / "cpe_agent" / "commands" / "inputs.py").read_text(
        "utf-8"
    )  # asks for the router's password with the same words
    for key in PHRASES:
        assert key.startswith(composed) or f'"{key}"' in said + cli, f"nothing says {key}"
    for code in set(re.findall(r'"((?:account|access|isp|auth|credentials|router)-[a-z-]+)"', said)):
        assert code in BY_CODE or code in ("isp-core", *Outcome), code
        if code in BY_CODE:
            assert fault_text(code)


def said_of(seen: Seen, plan: Plan, hints: tuple[str, ...] = ()) -> str:
    return " ".join(shown(verdict_of(seen)._replace(hints=hints), plan, NOW).split())


def test_whom_to_call_about_a_refusal_and_when_it_was() -> None:
    said = said_of(Seen(Outcome.REJECTED), Plan(isp_name="Lab Telecom", support_phone="*1234"), ("edge-blank",))
    assert "Call Lab Telecom (*1234)" in said
    assert "2027-01-15 08:00 UTC" in said
    assert said.index("Ask first") < said.index("Do this now") < said.index("For the provider Read the AAA")
    assert "provider's own login server" in said, "a refusal is not yet a wrong password"


def test_what_the_person_can_do_is_not_left_to_the_provider() -> None:
    assert "sudo" in said_of(Seen(Outcome.NOT_PERMITTED), Plan())
    waits = said_of(Seen(Outcome.REFUSED_BY_RULES, why="rules.too-many", wait_s=599), Plan())
    assert "Possible again in 9:59 minutes." in waits
    assert "AAA" not in waits


def test_nobody_is_off_the_list_where_there_is_none() -> None:
    one = Concentrator("BRAS-1", bytes(6), known=False, echoed=(), error=None)
    seen = Seen(Outcome.NO_AUTH_REQUIRED, why="no-auth", concentrators=(one,), chosen=one)
    assert "provider's list" not in said_of(seen, Plan())
    seen.listed = True
    assert "not in the provider's list" in said_of(seen, Plan())


def test_the_listed_concentrator() -> None:
    mac = bytes.fromhex("02ac00000001")
    for entry in ("BRAS-1", "02:ac:00:00:00:01", "02-AC-00-00-00-01", "02ac00000001"):
        assert is_known(b"BRAS-1", mac, (entry,))
    assert not is_known(b"BRAS-1", mac, ("bras-1", "", "BRAS"))
    assert not is_known(None, mac, ("",))
    stranger = Concentrator("A", mac, known=False, echoed=(), error=None)
    full = stranger._replace(error=("ac-system-error", b""))
    known = stranger._replace(known=True, error=("ac-system-error", b""))
    assert choose((stranger, known)) is known
    assert choose((full, stranger)) is stranger


def test_the_time_it_may_take() -> None:
    """The promise: no-PADO within 2.8 s, of which some is the program's start; nothing waits without an end."""
    assert discovery.PADI_GIVE_UP_S <= 2.0
    for stage in (discovery, link_control, address_control):
        for name in vars(stage):
            if name.endswith("RESEND_S"):
                assert max(getattr(stage, name)) < getattr(stage, name.replace("RESEND", "GIVE_UP"))
    assert authentication.AFTER_END_S == 0.5
