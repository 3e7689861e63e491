"""Whatever a network, a router, a stranger's program or a colleague may put into any text: on every page of the desk it
is text, can be seen, and does nothing."""

from __future__ import annotations

import contextlib
import gzip
import json
import re
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

import pytest

from cpe_agent.desk.archive import Encoding, Incoming
from cpe_agent.desk.card.visible import visible
from cpe_agent.desk.cases.ledger import BadEntry, Kind, entered
from cpe_agent.desk.cases.store import Case
from cpe_agent.desk.customers import BadValue
from cpe_agent.desk.desk import Desk
from cpe_agent.desk.pages.templating import shown
from cpe_agent.desk.people import accounts, managing
from cpe_agent.desk.people.names import BadName
from cpe_agent.desk.people.roles import MAY, Person, Role
from cpe_agent.desk.typed import clean
from cpe_agent.report import BadReport, from_json, to_json, uuid7
from tests.browser import missing
from tests.desk.room import Room, room, too_wide
from tests.page_reports import hostile_texts, report_of

pytestmark = pytest.mark.skipif(missing() is not None, reason=str(missing()))

TEXTS = (
    *hostile_texts(),
    "a\x00b\x07c\x1b[2J\x1b[31mred\x9b31m",  # NUL, bell, a terminal's commands
    "lone \ud83d and \udc00 halves",
    "Sami\u202egnorw\u2066\u2069",
    "zero\u200bwidth\ufeff\u2060\u00ad",
    "\u3164\u115f\u2800",  # letters that leave no ink
    "line\nbreak\ttab\r\u2028",
    "W" * 3000,
    "שלום עולם " * 30,
    "=cmd|' /C calc'!A0",
    "../../etc/passwd%00?a=b#c",
)
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u3164\ufeff]")
MOST = 300  # letters in each place of a report: full of them, it is still none that is too large
STRANGE = (
    "script:not([src^='/assets/']), style, img, iframe, math, object, embed, base, [onload], [onerror], [ontoggle], "
    "[onmouseover], a[href^='javascript'], main link, main meta"
)
Place = tuple[Any, ...]
PLACES: dict[int, dict[str, str]] = {}
"""Number of the text -> the pages that it was put on, by what they are."""


def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where a report has texts."""
    if isinstance(value, str):
        yield at
    elif isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from paths(item, (*at, key))


def put(plain: Any, at: tuple[Any, ...], text: str) -> Any:
    """The same with ``text`` in that place."""
    if not at:
        return text
    made = dict(plain) if isinstance(plain, dict) else list(plain)
    made[at[0]] = put(plain[at[0]], at[1:], text)
    return made


def packed(plain: Any) -> bytes:
    return json.dumps(plain).encode()  # halves of a pair as escapes, as a stranger's program may write them


def free(plain: Any) -> list[tuple[Any, ...]]:
    """The places whose text may be any text: the report is still one."""
    found = []
    for at in paths(plain):
        if at in (("id",), ("started",)):
            continue
        with contextlib.suppress(BadReport, ValueError):
            from_json(packed(put(plain, at, "x <b>")))
            found.append(at)
    return found


def _report(desk: Desk, by: Person, plain: Any, case: Case | None, text: str) -> None:
    raw, now = packed(plain), desk.now()
    id_ = bytes.fromhex(plain["id"].replace("-", ""))
    sealed = desk.vault.seal_report(by.tenant, None, id_, now, gzip.compress(raw, 0))
    kept = f"age=4000, tries=2, last-try=30, last-reason={text}".encode("ascii", "replace").decode()[:200]
    incoming = Incoming(
        id_, sha256(raw).digest(), False, sealed, Encoding.GZIP, len(raw), by.tenant, now, kept=kept
    )  # fmt: skip
    desk.archive.commit([incoming._replace(case=case.code) if case is not None else incoming])


def put_in(desk: Desk) -> None:
    plains = [json.loads(to_json(report_of(name))) for name in ("login-rejected", "line-down-silent")]
    places = [free(plain) for plain in plains]
    assert all(len(found) > 30 for found in places), "most texts of a report are free"
    with desk.records.read() as connection:
        sara = accounts.by_name(connection, "sara")
    assert sara is not None
    by = Person(sara.id, desk.nobody, "sara", Role.SENIOR, "en", MAY[Role.SENIOR])
    for number, text in enumerate(TEXTS):
        PLACES[number] = _people_s_words(desk, by, number, text)
        _reports(desk, by, text, plains, places, PLACES[number])


def _people_s_words(desk: Desk, by: Person, number: int, text: str) -> dict[str, str]:
    """The text in all that a person may write; where it went."""
    found = {}
    case = _first(lambda: desk.cases.open(by, desk.now(), name=text[:80])) or desk.cases.open(by, desk.now())
    found["case"] = f"/cases/{case.code}"
    for kind, key, value in ((Kind.NOTE, "", ""), (Kind.DONE, "router-restarted", "")):
        with contextlib.suppress(BadEntry):
            desk.cases.add(case, by, desk.now(), [entered(kind, key, value, text[:500])])
    with contextlib.suppress(BadEntry):
        desk.cases.hand_over(case, by, desk.now(), by.id, text[:500])
    customer = _first(lambda: desk.customers.known(by.tenant, number=f"77{number}", name=text[:80]))
    if customer is not None:
        found["customer"] = f"/customers/{customer}"
    with desk.records.write() as connection:
        _first(lambda: accounts.add_person(connection, desk.now(), by.tenant, text[:80], Role.SENIOR, "en", None))
    _first(lambda: managing.add_ticket(desk.people, managing.by(by), expires=desk.now() + 99, note=text[:80]))
    _first(lambda: managing.add_token(desk.people, managing.by(by), text[:80], None, None))
    return found


def _reports(
    desk: Desk, by: Person, text: str, plains: list[Any], places: list[list[Place]], found: dict[str, str]
) -> None:
    """The text in every place of three reports, and one that is none."""
    case = desk.cases.find(by.tenant, found["case"].rpartition("/")[2])
    for which, plain in enumerate(plains):
        made = {**plain, "id": uuid7()}
        for at in places[which]:
            made = put(made, at, text[: MOST if text.isascii() else MOST // 3])
        found[f"report-{which}"] = made["id"]
        _report(desk, by, made, case if which else None, text)
    broken = {**plains[0], "id": uuid7(), "diagnosis": text, "sections": {text[:MOST]: text}}
    found["broken"] = broken["id"]
    _report(desk, by, broken, None, text)


def _first(make: Callable[[], Any]) -> Any:
    """What was made; None where the desk does not take that text."""
    try:
        return make()
    except (BadName, BadValue, BadEntry, ValueError):
        return None


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with room(tmp_path_factory.mktemp("desk"), put_in) as found:
        yield found


class Looking:
    """Opens pages and finds what is wrong with them."""

    def __init__(self, here: Room, who: str, language: str) -> None:
        self.page, self.heard = here.see(who, language)
        self.wrong: list[str] = []

    def at(self, path: str, name: str) -> str:
        """Its text, as a reader's eyes get it."""
        answer = self.page.goto(path)
        assert answer is not None
        if answer.status != 200:
            self.wrong.append(f"{name}: status {answer.status}")
        return self.here(name)

    def here(self, name: str) -> str:
        told: str = self.page.evaluate("document.body.textContent")
        if found := UNSEEN.search(told):
            self.wrong.append(f"{name}: {found[0]!r} cannot be seen")
        if too_wide(self.page) > 0:
            self.wrong.append(f"{name}: {too_wide(self.page)} too wide")
        if self.page.locator(STRANGE).count():
            self.wrong.append(f"{name}: {self.page.locator(STRANGE).first.evaluate('e => e.outerHTML')[:100]}")
        self.wrong += [f"{name}: {words}" for words in self.heard if "status of 4" not in words]
        self.heard.clear()
        return told

    def close(self) -> None:
        self.page.context.close()
        assert not self.wrong, "\n".join(self.wrong)


def seen_in(told: str, text: str) -> bool:
    """Is the text there, with what cannot be seen spelled out or marked? Of a long one its beginning."""
    squeezed = re.sub(r"\s+", " ", told)
    ways = (visible(text, 40).split("…")[0], shown(text)[:40])
    return any(re.sub(r"\s+", " ", way).strip() in squeezed for way in ways)


def code_of(look: Looking, report_id: str) -> str:
    look.page.goto("/account")
    look.page.fill(".find [type=search]", report_id)
    with look.page.expect_navigation():
        look.page.keyboard.press("Enter")
    return look.page.url.rpartition("/")[2]


@pytest.mark.parametrize("language", ["en", "he"])
def test_on_every_page_it_is_text(here: Room, language: str) -> None:
    look = Looking(here, "sara", language)
    for number, text in enumerate(TEXTS):
        if (number % 2 == 0) is (language == "he"):
            continue  # half of them in each language
        places, name = PLACES[number], f"{language} {text[:20]!r}"
        wholly = number % 6 < 2  # every page of it; of the others the two where most of it stands
        codes = [code_of(look, places[f"report-{which}"]) for which in range(2 if wholly else 1)]
        for code in codes:
            told = look.at(f"/reports/{code}", f"{name}: card")
            if not seen_in(told, text):
                look.wrong.append(f"{name}: is not on the card {code}")
            card = look.page.locator(".dcard").first.bounding_box() if look.page.locator(".dcard").count() else None
            if card is not None and card["y"] + card["height"] > 768:
                look.wrong.append(f"{name}: the card ends at {card['y'] + card['height']}")
            if card is None and not look.page.locator("pre.raw").count():
                look.wrong.append(f"{name}: neither a card nor the bytes")
        look.at(places["case"], f"{name}: case")
        if not wholly:
            continue
        look.at(f"/reports/{codes[0]}/sheet", f"{name}: sheet")
        look.at(f"/compare?a={codes[0]}&b={codes[1]}", f"{name}: compare")
        look.at(f"/reports/{code_of(look, places['broken'])}", f"{name}: unreadable")
        look.at(f"{places['case']}/hand-over", f"{name}: hand-over")
        if "customer" in places:
            look.at(places["customer"], f"{name}: customer")
            look.page.fill("[name=reason]", "to see it")
            with look.page.expect_navigation():
                look.page.locator("form[action$=reveal] button").click()
            if not seen_in(look.here(f"{name}: customer, shown"), clean(text[:80])):
                look.wrong.append(f"{name}: is not on the customer's page")
        look.page.fill(".find [type=search]", text[:100])
        with look.page.expect_navigation():
            look.page.locator(".find button").click()
        look.here(f"{name}: find")
    for path in ("/", "/reports", "/cases?show=all", "/people/tickets", "/against-the-evidence", "/outcomes"):
        look.at(path, path)
    look.close()


def test_names_of_colleagues_and_programs_are_text(here: Room) -> None:
    look = Looking(here, "anna", "en")
    told = look.at("/people", "people") + look.at("/people/tokens", "tokens")
    for text in ("<script>alert(1)</script>", "{{7*7}}${7*7}{n}{name}{provider}%s%(x)s", "javascript:alert(1)"):
        assert told.count(text) >= 2
    look.close()
    look = Looking(here, "omar", "he")
    look.at("/audit", "audit")
    look.close()
