"""From the outbox to a desk that is well, busy, lying or gone, over real sockets on loopback."""

from __future__ import annotations

import asyncio
import gzip
import json
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cpe_agent.deliver import upload
from cpe_agent.deliver.outbox import KEPT_S, LEAST_TRIES, Kept, Outbox
from cpe_agent.deliver.upload import backoff_s, kept_header, read_answer, retry_after_s, send_due
from cpe_agent.deliver.why import reason_text
from cpe_agent.facts import Failure
from cpe_agent.host import desk_link, tls
from cpe_agent.host.certificate import key_pin
from cpe_agent.host.desk_link import DeskAnswer, may_be_asked
from cpe_agent.profile import Desk
from cpe_agent.report import to_json, uuid7
from tests import desk_stand_in
from tests.test_outbox import MADE, START, Clock, name
from tests.test_report import report_of

Told = list[tuple[str, dict[str, object]]]


pytestmark = pytest.mark.usefixtures("no_system_proxies")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "TRY_S", 1.0)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def box(tmp_path: Path, clock: Clock) -> Outbox:
    return Outbox(tmp_path / "outbox", clock=clock)


def filled(box: Outbox, number: int = 1, **more: str) -> Kept:
    return box.put(json.dumps({"id": name(number)}).encode(), name(number), MADE, **more)


def send(box: Outbox, *urls: str, ticket: str | None = None, everything: bool = False, **more: object) -> Told:
    told: Told = []
    desk = Desk(urls, enrolment=ticket, **more)  # type: ignore[arg-type]
    asyncio.run(send_due(box, desk, everything=everything, say=lambda key, gaps: told.append((key, gaps))))
    return told


# ------------------------------------------------------------------ a desk that is well


def test_a_report_arrives_as_it_was_sealed(box: Outbox, desk: desk_stand_in.Desk) -> None:
    report = report_of("no-carrier")
    box.put(to_json(report), report.id, report.started)
    ((key, gaps),) = send(box, desk.url, ticket="a-ticket")
    assert (key, gaps["locator"]) == ("sent", "C0000000")
    assert desk.bodies == {report.id: to_json(report)}
    assert desk.verified == {report.id}
    (sent,) = box.all()
    assert (sent.state, sent.tries, sent.locator, sent.desk) == ("sent", 1, "C0000000", "127.0.0.1")
    assert send(box, desk.url, everything=True) == [], "and is not sent again"
    (request,) = desk.requests
    assert "cpe-agent-kept" not in request.headers, "it did not wait"
    assert request.headers["authorization"] == "Bearer a-ticket"
    assert b"a-ticket" not in b"".join(file.read_bytes() for file in box.folder.iterdir())


def test_the_newest_goes_first_and_the_whole_stock_follows(box: Outbox, clock: Clock, desk: desk_stand_in.Desk) -> None:
    for number in range(5):
        filled(box, number)
        clock.at += 1
    assert [gaps["id"] for _, gaps in send(box, desk.url)] == [name(n) for n in (4, 3, 2, 1, 0)]
    assert desk.stored == 5


def test_a_ticket_that_is_not_taken_does_not_hold_the_report_up(box: Outbox, desk: desk_stand_in.Desk) -> None:
    desk.tickets = frozenset({"good"})
    filled(box)
    assert [key for key, _ in send(box, desk.url, ticket="expired")] == ["sent"]
    assert desk.verified == set()
    assert ["authorization" in r.headers for r in desk.requests] == [True, False]


def test_the_same_twice_is_one(box: Outbox, desk: desk_stand_in.Desk) -> None:
    desk.moods.extend(["lost-answer", "cut-answer"])
    filled(box)
    for expected in ("kept", "kept", "sent"):
        ((key, _),) = send(box, desk.url, everything=True)
        assert key == expected
    assert desk.stored == 1
    bodies = {r.body for r in desk.requests}
    assert len(bodies) == 1, "every try is the same bytes on the wire"


def test_it_says_how_long_it_waited(box: Outbox, clock: Clock, desk: desk_stand_in.Desk) -> None:
    filled(box)
    desk.moods.append("die")
    send(box, desk.url)
    clock.at += 3600
    desk.moods.append("broken")
    send(box, desk.url)
    clock.at += 100_000
    send(box, desk.url)
    first, second, third = (r.headers.get("cpe-agent-kept") for r in desk.requests)
    assert first is None
    assert second == "age=3600, tries=1, last-try=3600, last-reason=closed"
    assert third == "age=103600, tries=2, last-try=100000, last-reason=500"
    assert kept_header(box.all()[0]._replace(since=START + 9e9, tried=START + 9e9), START) is not None


# ------------------------------------------------------------------ one that is not

LATER = {
    "busy": "503", "later": "429", "broken": "500", "die": "closed", "reset-early": "closed", "lost-answer": "closed",
    "cut-answer": "other-answer", "other-id": "other-answer", "garbage": "garbage", "endless": "other-answer",
    "elsewhere": "307", "accepted": "202", "no-json": "other-answer", "stall": "timed_out",
}  # fmt: skip
REFUSED = {
    "refuse": "422: sections.dns: expected an object [31m",
    "conflict": "409: another report has this id",
    "too-large": "413: at most 256 kB",
}


@pytest.mark.parametrize("mood", [m for m in desk_stand_in.MOODS if m != "well"])
def test_only_a_201_about_this_report_takes_it_off_our_hands(
    box: Outbox, clock: Clock, desk: desk_stand_in.Desk, mood: str
) -> None:
    kept = filled(box)
    desk.moods.append(mood)
    send(box, desk.url)
    (entry,) = box.all()
    assert box.read(name(1)) == json.dumps({"id": name(1)}).encode()
    if mood in REFUSED:
        assert (entry.state, entry.reason, entry.next_try) == ("refused", REFUSED[mood], None)
        clock.at += 86_400
        assert send(box, desk.url) == [], "it would be refused again"
        assert [key for key, _ in send(box, desk.url, everything=True)] == ["sent"]
    else:
        assert (entry.state, entry.tries) == ("kept", 1)
        # A reset is seen as one or as an end, by how fast it comes.
        assert entry.reason in ({"closed", "reset"} if LATER[mood] == "closed" else {LATER[mood]})
        assert entry.next_try is not None
        assert entry.next_try > clock.at
        assert send(box, desk.url) == [], "not before its time"
        clock.at = entry.next_try
        assert [key for key, _ in send(box, desk.url)] == ["sent"]
    assert desk.stored == 1
    assert kept.since == entry.since


def test_every_mood_is_expected_here() -> None:
    assert {*LATER, *REFUSED, "well"} == set(desk_stand_in.MOODS)


def test_no_one_is_asked_behind_a_redirect(box: Outbox, desk: desk_stand_in.Desk) -> None:
    filled(box)
    desk.moods.append("elsewhere")
    send(box, desk.url)
    assert len(desk.requests) == 1


@pytest.mark.parametrize(("mood", "least"), [("busy", 120), ("later", 600)])
def test_retry_after_is_honoured(box: Outbox, clock: Clock, desk: desk_stand_in.Desk, mood: str, least: float) -> None:
    """The date is read by the desk's own clock: ours is months behind here."""
    filled(box)
    filled(box, 2)
    desk.moods.append(mood)
    told = send(box, desk.url)
    assert len(told) == 1, "a desk that asks for patience is not asked about the next one"
    (waiting,) = [e for e in box.all() if e.next_try is not None]
    assert waiting.next_try is not None
    assert waiting.next_try - clock.at >= least


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, 0), ("120", 120), (" 7 ", 7), ("0", 0), ("999999", 86_400), ("-5", 0), ("1e9", 0), ("soon", 0),
        ("9" * 400, 0), ("٣", 0), ("Sun, 22 Nov 2026 10:10:00 GMT", 600), ("Sun, 22 Nov 2020 10:10:00 GMT", 0),
        ("Sun, 22 Nov 2099 10:10:00 GMT", 86_400), ("", 0),
    ],
)  # fmt: skip
def test_retry_after_in_every_form(value: str | None, seconds: float) -> None:
    ten = 1_795_341_600.0  # Sun, 22 Nov 2026 10:00:00 GMT
    assert retry_after_s(value, ten) == seconds


def test_waiting_doubles_with_jitter_and_has_an_end() -> None:
    for tries in range(12):
        waits = [backoff_s(tries) for _ in range(50)]
        whole = min(60 * 2**tries, 6 * 3600)
        assert all(whole / 2 <= w <= whole for w in waits)
        assert len(set(waits)) > 40
    assert backoff_s(10_000) <= 6 * 3600


def test_a_desk_with_trouble_about_one_report_gets_the_next(box: Outbox, desk: desk_stand_in.Desk) -> None:
    filled(box, 1)
    filled(box, 2)
    desk.moods.append("broken")
    assert [key for key, _ in send(box, desk.url)] == ["kept", "sent"]


def test_a_dead_way_is_tried_once_a_round(box: Outbox) -> None:
    for number in range(5):
        filled(box, number)
    assert len(send(box, "http://127.0.0.1:9")) == 1
    assert sum(e.tries for e in box.all()) == 1


# ------------------------------------------------------------------ several doors, several senders


def test_the_next_desk_is_tried_when_one_has_no_word(box: Outbox) -> None:
    with desk_stand_in.Desk() as first, desk_stand_in.Desk() as second:
        for mood in ("die", "busy", "other-id", "garbage", "broken"):
            first.moods.append(mood)
            number = uuid7()
            box.put(json.dumps({"id": number}).encode(), number, MADE)
            ((key, gaps),) = send(box, first.url, second.url)
            assert (key, gaps["id"]) == ("sent", number)
        assert len(second.rows) == 5
        number = uuid7()
        box.put(json.dumps({"id": number}).encode(), number, MADE)
        first.moods.append("refuse")
        assert send(box, first.url, second.url)[0][0] == "refused", "the first word counts"
        assert number not in second.rows


def test_a_report_for_one_desk_goes_to_no_other(box: Outbox, clock: Clock, desk: desk_stand_in.Desk) -> None:
    filled(box, desk="desk.other.example")
    assert send(box, desk.url, everything=True) == [("other-desk", {"id": name(1), "desk": "desk.other.example"})]
    assert desk.requests == []
    assert (box.all()[0].state, box.all()[0].tries) == ("kept", 1)
    for _ in range(LEAST_TRIES):
        send(box, desk.url, everything=True)
    clock.at += KEPT_S + 1
    assert send(box, desk.url)[0][0] == "too-old", "and grows old like any other"


def test_one_sender_at_a_time(box: Outbox, desk: desk_stand_in.Desk) -> None:
    filled(box)
    with box.sending():
        assert send(box, desk.url) == [("busy", {})]
    assert [key for key, _ in send(box, desk.url)] == ["sent"]


def test_an_outbox_that_was_never_used_says_nothing(tmp_path: Path) -> None:
    assert send(Outbox(tmp_path / "none"), "http://127.0.0.1:9") == []
    assert not (tmp_path / "none").exists()


def test_a_disk_that_fails_after_the_201_sends_it_once_more(
    box: Outbox, desk: desk_stand_in.Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    filled(box)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        assert [key for key, _ in send(box, desk.url)] == ["sent", "not-noted"]
    assert box.all()[0].state == "kept"
    assert [key for key, _ in send(box, desk.url)] == ["sent"]
    assert (desk.stored, len(desk.requests)) == (1, 2)


# ------------------------------------------------------------------ TLS, pins, families, proxies


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("desk-certificates")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    alt = "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1"
    for who in ("desk", "stranger"):
        subprocess.run(
            ["openssl", "req", "-x509", *key, "-keyout", f"{folder}/{who}.key", "-out", f"{folder}/{who}.pem",
             "-days", "9", "-subj", f"/CN={who}", "-addext", alt],
            check=True, capture_output=True,
        )  # fmt: skip
    return folder


def context(certificates: Path, who: str) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificates / f"{who}.pem", certificates / f"{who}.key")
    return made


def pin_of(certificates: Path, who: str) -> str:
    """By openssl's own reckoning, as RFC 7469 (appendix A) shows it."""
    shell = (
        f"openssl x509 -in {certificates}/{who}.pem -noout -pubkey | openssl pkey -pubin -outform der | "
        "openssl dgst -sha256 -binary | openssl enc -base64"
    )
    return subprocess.run(shell, shell=True, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def _store(certificates: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates / "desk.pem"))
    tls._system_store.cache_clear()
    yield
    tls._system_store.cache_clear()


@pytest.mark.usefixtures("_store")
@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_over_tls_with_pins(certificates: Path, box: Outbox, address: str) -> None:
    good, other = pin_of(certificates, "desk"), pin_of(certificates, "stranger")
    with desk_stand_in.Desk(tls=context(certificates, "desk"), address=address) as desk:
        filled(box)
        send(box, desk.url, spki_pins=(other,), everything=True)
        assert box.all()[0].reason == "tls_untrusted"
        assert desk.requests == [], "nothing is sent to who shows another key"
        assert send(box, desk.url, spki_pins=(other, good), everything=True)[0][0] == "sent"
        filled(box, 2)
        assert send(box, desk.url)[0][0] == "sent", "without pins the store decides"


@pytest.mark.usefixtures("_store")
def test_a_stranger_gets_nothing(certificates: Path, box: Outbox) -> None:
    with desk_stand_in.Desk(tls=context(certificates, "stranger")) as desk:
        filled(box)
        send(box, desk.url)
        assert (box.all()[0].reason or "").startswith("tls_")
        assert desk.requests == []


@pytest.mark.usefixtures("_store")
def test_a_name_with_a_family_that_is_dead(certificates: Path, box: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    from cpe_agent.host import SystemLookup

    async def both(name: str, **_: object) -> SystemLookup:
        assert name == "localhost"
        return SystemLookup(True, ("::1", "127.0.0.1"), 0.1, None)

    monkeypatch.setattr(desk_link, "lookup", both)
    with desk_stand_in.Desk(tls=context(certificates, "desk")) as desk:  # IPv4 alone
        filled(box)
        assert send(box, f"https://localhost:{desk.port}")[0][0] == "sent"


def proxy(target_port: int, answer: bytes | None) -> tuple[socket.socket, list[bytes]]:
    """One CONNECT: refused with ``answer``, or passed on to the desk."""
    seen: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))

    def pump(source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65_536):
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def serve() -> None:
        near, _ = server.accept()
        with near:
            seen.append(near.recv(4096))
            if answer is not None:
                near.sendall(answer)
                return
            near.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            with socket.create_connection(("127.0.0.1", target_port)) as far:
                back = threading.Thread(target=pump, args=(far, near), daemon=True)
                back.start()
                pump(near, far)
                back.join()

    threading.Thread(target=serve, daemon=True).start()
    return server, seen


@pytest.mark.usefixtures("_store")
@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (None, "sent"),
        (b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", "kept"),
        (b"HTTP/1.1 409 Conflict\r\nContent-Length: 0\r\n\r\n", "kept"),
        (b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}", "kept"),
    ],
    ids=["passes on", "407", "409", "201"],
)
def test_through_the_system_s_proxy_when_there_is_no_straight_way(
    certificates: Path, box: Outbox, monkeypatch: pytest.MonkeyPatch, answer: bytes | None, state: str
) -> None:
    """What a proxy itself answers is no word of the desk: neither a 201 nor a refusal."""
    with desk_stand_in.Desk(tls=context(certificates, "desk")) as desk, socket.create_server(("127.0.0.1", 0)) as shut:
        closed = shut.getsockname()[1]
        shut.close()
        server, seen = proxy(desk.port, answer)

        async def proxies() -> tuple[str, ...]:
            return (f"127.0.0.1:{server.getsockname()[1]}",)

        monkeypatch.setattr(desk_link, "system_proxies", proxies)
        filled(box)
        with server:
            ((key, _),) = send(box, f"https://localhost:{closed}")
        assert key == state
        assert seen[0].startswith(f"CONNECT localhost:{closed} HTTP/1.1".encode())
        assert len(desk.rows) == (state == "sent")


def test_what_may_be_asked() -> None:
    for good in ("https://desk.example", "https://desk.example:8443/isp", "https://192.0.2.1", "http://127.0.0.1:80",
                 "http://[::1]:8080"):  # fmt: skip
        assert may_be_asked(good), good
    for bad in (
        "http://desk.example",
        "http://localhost",
        "http://192.0.2.1",
        "ftp://desk.example",
        "desk.example",
        "https://",
        "https://u:p@desk.example",
        "https://desk.example/?a=b",
        "https://desk.example/#x",
        "https://desk.example/a b",
        "https://desk.example:99999",
        "https://dęsk.example",
        "",
        "https://[::1",
    ):
        assert not may_be_asked(bad), bad
    with pytest.raises(ValueError, match="no address"):
        asyncio.run(desk_link.ask("http://192.0.2.1/v1/reports", timeout_s=1.0))


@pytest.mark.parametrize("der", [b"", b"\x30", b"\x30\x03\x02\x01\x01", bytes(200), b"\x30\x84\xff\xff\xff\xff"])
def test_no_certificate_has_no_pin(der: bytes) -> None:
    assert key_pin(der) is None


# ------------------------------------------------------------------ what is read, and what is said


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"7", b'{"id": 7}', b"{" * 10_000, b"[" * 100_000, b"\xff\xfe", b'{"id":"x","code":7}',
     b'{"code":"X"}', json.dumps({"id": name(2), "code": "X"}).encode()],
)  # fmt: skip
def test_a_201_that_is_not_about_this_report_is_no_answer(body: bytes) -> None:
    outcome = read_answer(DeskAnswer(201, {}, body, None), name(1), START)
    assert (outcome.state, outcome.reason) == ("kept", "other-answer")


def test_every_reason_has_a_sentence_and_accuses_nobody() -> None:
    reasons = [f.value for f in Failure]
    reasons += [str(s) for s in (202, 302, 400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 502, 503)]
    for reason in [*reasons, "other-answer", "other-desk", "unreachable", None, "422: a: b", "never heard of"]:
        text = reason_text(reason)
        assert text
        assert "{" not in text
        assert " you " not in text
    assert reason_text("422: sections.dns: wrong {brace}").endswith("{brace}")


def test_a_report_is_sent_packed(box: Outbox, desk: desk_stand_in.Desk) -> None:
    report = report_of()
    box.put(to_json(report), report.id, report.started)
    send(box, desk.url)
    (request,) = desk.requests
    assert gzip.decompress(request.body) == to_json(report)
    assert len(request.body) < len(to_json(report)) / 3
