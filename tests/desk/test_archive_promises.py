"""What every archive promises, on both engines."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from cpe_agent.desk.archive import Accepted, Archive, Incoming, Judged, Page, Row, Taken, month_of
from cpe_agent.desk.desk import open_archive
from tests.desk.conftest import Database
from tests.desk.incoming import DAY, NOVEMBER, report

NEW, SAME, COMPLETED, CONFLICT = Taken.NEW, Taken.SAME, Taken.COMPLETED, Taken.CONFLICT


def row_at(archive: Archive, seq: int, tenant: int = 1) -> Row:
    row = archive.by_seq(tenant, seq)
    assert row is not None
    return row


def found(archive: Archive, seq: int, **more: object) -> None:
    archive.put_judged([Judged(seq, **{"verdict": "fault", "agrees": True, **more})])  # type: ignore[arg-type]


def changed(one: Incoming, content: str, **more: object) -> Incoming:
    other = report(content)
    return one._replace(sha=other.sha, body=other.body, size=other.size, **more)  # type: ignore[arg-type]


def seqs(rows: tuple[Row, ...]) -> list[int]:
    return [row.seq for row in rows]


def test_what_goes_in_comes_out(archive: Archive) -> None:
    whole = report("all of it", ticket=3, customer=70_000_000_000, case="4F7K2Q9X", kept="age=3", tenant=2)
    bare = report("bare")
    assert archive.commit([whole, bare]) == [Accepted(NEW, 1), Accepted(NEW, 2)]
    row = row_at(archive, 1, tenant=2)
    assert row[:12] == (1, whole.id, whole.sha, False, whole.encoding, whole.size, 2, whole.received, 3,
                        70_000_000_000, "4F7K2Q9X", "age=3")  # fmt: skip
    assert (row.judged, row.attached, row.quarantined) == (None, False, False)
    assert archive.body(row) == b"all of it"
    assert row_at(archive, 2).quarantined
    assert archive.by_id(2, whole.id) == row
    assert archive.by_seq(1, 1) is archive.by_id(1, whole.id) is None, "another tenant's row does not exist"
    assert archive.by_seq(1, 3) is archive.by_id(1, report().id) is None
    assert archive.commit([]) == []


def test_the_same_again_is_stored_once_and_other_bytes_never(archive: Archive) -> None:
    one = report("one")
    again, other = one._replace(body=b"packed otherwise", received=one.received + 5), changed(one, "other")
    assert archive.commit([one]) == [Accepted(NEW, 1)]
    assert archive.commit([again, other, again]) == [Accepted(SAME, 1), Accepted(CONFLICT, 1), Accepted(SAME, 1)]
    row = row_at(archive, 1)
    assert (row.received, row.sha, archive.body(row)) == (one.received, one.sha, b"one")
    assert archive.statistics().rows == 1


def test_all_of_that_inside_one_batch(archive: Archive) -> None:
    one, two = report("one"), report("two")
    batch = [one, changed(one, "other"), one, two, one]
    assert archive.commit(batch) == [
        Accepted(NEW, 1), Accepted(CONFLICT, 1), Accepted(SAME, 1), Accepted(NEW, 2), Accepted(SAME, 1),
    ]  # fmt: skip
    assert [archive.body(row) for row in archive.newest(1).rows] == [b"two", b"one"]


@pytest.mark.parametrize("at_once", [True, False])
def test_a_whole_report_takes_the_place_of_its_cut_one(archive: Archive, at_once: bool) -> None:
    whole = report("whole", received=NOVEMBER + 9)
    cut = changed(whole, "cut", cut=True, received=NOVEMBER)
    batch = [cut, cut, whole, cut, whole, changed(whole, "other whole"), changed(whole, "other cut", cut=True)]
    answers = archive.commit(batch) if at_once else [a for one in batch for a in archive.commit([one])]
    assert [a.taken for a in answers] == [NEW, SAME, COMPLETED, SAME, SAME, CONFLICT, SAME]
    assert {a.seq for a in answers} == {1}
    row = row_at(archive, 1)
    assert (row.cut, row.sha, row.received, archive.body(row)) == (False, whole.sha, NOVEMBER, b"whole")


def test_two_different_cut_ones_are_a_conflict(archive: Archive) -> None:
    cut = report("cut", cut=True)
    assert [a.taken for a in archive.commit([cut, changed(cut, "other", cut=True)])] == [NEW, CONFLICT]


def test_what_was_judged_of_a_cut_report_is_not_the_whole_ones(archive: Archive) -> None:
    cut = report("cut", cut=True)
    archive.commit([cut])
    found(archive, 1, fault="cable-out", match=7)
    archive.commit([changed(cut, "whole", cut=False)])
    assert row_at(archive, 1).judged is None
    assert seqs(tuple(archive.unread(9))) == [1]
    assert archive.unjudged(9) == []
    assert archive.newest(1, fault="cable-out").rows == archive.matching(1, 7, 0, 2e9) == ()
    archive.put_judged([Judged(1, "fault", agrees=True, sha=cut.sha)])
    assert row_at(archive, 1).judged is None, "whoever was still busy with the cut one comes too late"


def test_a_verified_repeat_says_whose_it_is(archive: Archive) -> None:
    bare = report("bare", tenant=1, case="CLAIMED1")
    archive.commit([bare])
    found(archive, 1, fault="cable-out")
    sealed_anew = bare._replace(body=b"sealed for 5", tenant=2, ticket=4, customer=5, case=None)
    assert archive.commit([sealed_anew._replace(received=bare.received + 9)]) == [Accepted(SAME, 1)]
    row = row_at(archive, 1, tenant=2)
    assert (row.ticket, row.customer, row.case, row.received) == (4, 5, None, bare.received)
    assert archive.body(row) == b"sealed for 5"
    assert archive.by_seq(1, 1) is None
    assert seqs(archive.newest(2, fault="cable-out", verified=True).rows) == [1], "what was judged went with it"
    assert seqs(archive.of_customer(2, 5).rows) == [1]
    archive.commit([sealed_anew._replace(ticket=9, customer=6, body=b"sealed for 6")])
    assert (row_at(archive, 1, tenant=2).customer, archive.body(row)) == (5, b"sealed for 5"), "the first one stays"


def test_a_ticket_for_other_bytes_verifies_nothing(archive: Archive) -> None:
    whole = report("whole")
    archive.commit([whole])
    archive.commit([changed(whole, "cut", cut=True, ticket=4, customer=5)])
    assert row_at(archive, 1).quarantined


def test_a_strangers_whole_report_is_not_verified_by_the_cut_one(archive: Archive) -> None:
    cut = report("cut", cut=True, ticket=4, customer=5)
    archive.commit([cut])
    strangers = changed(cut, "whole", cut=False, ticket=None, customer=None)
    assert archive.commit([strangers._replace(tenant=2)]) == [Accepted(CONFLICT, 1)]
    assert archive.commit([strangers]) == [Accepted(COMPLETED, 1)]
    assert row_at(archive, 1).quarantined


def test_a_person_says_whose_it_is(archive: Archive) -> None:
    archive.commit([report("bare"), report(tenant=2)])
    found(archive, 1, fault="cable-out")
    assert archive.attach(1, 1, case="4F7K2Q9X")
    assert archive.attach(1, 1, customer=5, body=b"sealed for 5")
    row = row_at(archive, 1)
    assert (row.case, row.customer, row.attached, row.quarantined, row.ticket) == ("4F7K2Q9X", 5, True, False, None)
    assert archive.body(row) == b"sealed for 5"
    assert seqs(archive.newest(1, verified=True).rows) == seqs(archive.of_case(1, "4F7K2Q9X").rows) == [1]
    assert seqs(archive.newest(1, fault="cable-out", verified=True).rows) == [1]
    assert archive.newest(1, verified=False).rows == archive.newest(1, fault="cable-out", verified=False).rows == ()
    assert not archive.attach(1, 2, customer=5)
    assert not archive.attach(1, 99, customer=5)


def test_lists_have_pages(archive: Archive) -> None:
    archive.commit(
        [report(case="4F7K2Q9X", customer=7, ticket=(None, 3)[n % 2], tenant=1 + (n % 5 == 0)) for n in range(40)]
    )
    archive.put_judged([Judged(n, "fault", ("cable-out", "wan-dark")[n % 3 == 0], agrees=True) for n in range(1, 41)])
    mine = [n for n in range(40, 0, -1) if (n - 1) % 5]
    asked: tuple[tuple[Callable[..., Page], list[int]], ...] = (
        (lambda **m: archive.newest(1, **m), mine),
        (lambda **m: archive.newest(1, verified=True, **m), [n for n in mine if n % 2 == 0]),
        (lambda **m: archive.newest(1, verified=False, **m), [n for n in mine if n % 2]),
        (lambda **m: archive.newest(1, fault="wan-dark", **m), [n for n in mine if n % 3 == 0]),
        (lambda **m: archive.newest(1, fault="cable-out", verified=False, **m),
         [n for n in mine if n % 3 and n % 2]),
        (lambda **m: archive.of_case(1, "4F7K2Q9X", **m), mine),
        (lambda **m: archive.of_customer(1, 7, **m), mine),
        (lambda **m: archive.of_customer(1, 8, **m), []),
        (lambda **m: archive.newest(3, **m), []),
    )  # fmt: skip
    for ask, expected in asked:
        read: list[int] = []
        before = None
        while True:
            page = ask(before=before, limit=7)
            assert len(page.rows) <= 7
            read += seqs(page.rows)
            before = page.older
            if before is None:
                break
        assert read == expected
        assert seqs(ask(limit=len(expected) or 1).rows) == expected
        assert ask(limit=len(expected) or 1).older is None


def test_a_spoken_code_and_a_receipt_find_their_report(archive: Archive) -> None:
    archive.commit([report(received=NOVEMBER + n * 60, tenant=1 + n % 2) for n in range(60)])
    assert archive.matching(1, 17, 0, 2e9) == ()
    archive.put_judged(
        [Judged(n, "fault", match=17, receipt=2**60 - n if n < 60 else 0, agrees=True) for n in range(1, 61)]
    )
    some = archive.matching(1, 17, NOVEMBER + 10 * 60, NOVEMBER + 20 * 60)
    assert seqs(some) == [21, 19, 17, 15, 13, 11]
    assert len(archive.matching(1, 17, 0, 2e9)) == 20
    row = archive.with_receipt(2**60 - 8)
    assert row is not None
    assert (row.seq, row.tenant) == (8, 2)
    assert archive.with_receipt(2**60 - 60) is None
    assert archive.with_receipt(0) is None, "no receipt is no number"


def test_the_queues_of_the_unread_and_the_unjudged(archive: Archive) -> None:
    archive.commit([report() for _ in range(9)])
    assert seqs(tuple(archive.unread(4))) == [1, 2, 3, 4]
    archive.put_judged([Judged(n, "fault", "cable-out") for n in (3, 1, 2)])
    assert seqs(tuple(archive.unread(4))) == [4, 5, 6, 7]
    assert seqs(tuple(archive.unjudged(9))) == [1, 2, 3]
    archive.put_judged([Judged(2, "healthy", agrees=False), Judged(99, "fault", agrees=True)])
    assert seqs(tuple(archive.unjudged(9))) == [1, 3]
    assert archive.statistics().unjudged == 8
    assert row_at(archive, 2).judged == Judged(2, "healthy", agrees=False)
    assert archive.by_seq(1, 99) is None
    assert archive.requeue([1, 2, 3, 4, 99]) == 0, "everything waits that should"


def test_places_are_without_gaps_whatever_is_refused(archive: Archive) -> None:
    one = report("one")
    archive.commit([one])
    for _ in range(5):
        archive.commit([changed(one, "other"), one, report()])
    assert [row.seq for row in archive.rows_between(1, 99)] == [1, 2, 3, 4, 5, 6]


def test_the_same_id_weeks_later(archive: Archive) -> None:
    old = [report(f"old {n}", received=NOVEMBER + n) for n in range(300)]
    archive.commit(old)
    archive.commit([report(received=NOVEMBER + 45 * DAY)])
    later = [one._replace(received=NOVEMBER + 46 * DAY) for one in old]
    mixed = [one for pair in zip(later, (report(received=one.received) for one in later), strict=True) for one in pair]
    answers = archive.commit(mixed)
    assert [a.taken for a in answers] == [SAME, NEW] * 300
    assert [a.seq for a in answers[::2]] == list(range(1, 301))
    assert archive.statistics().parts == 2
    cut = report("cut", cut=True, received=NOVEMBER + DAY)  # a clock that was set back opens no old month again
    archive.commit([cut])
    assert archive.statistics().parts == 2
    assert archive.commit([changed(cut, "whole", cut=False, received=NOVEMBER + 80 * DAY)])[0].taken is COMPLETED


def test_clients_whose_clocks_are_wrong(archive: Archive) -> None:
    ids = [0.0, 1e9, NOVEMBER, 4e9, 2**48 / 1000 - 1]
    strange = [report(id=report(received=at).id, received=NOVEMBER + n * 40 * DAY) for n, at in enumerate(ids)]
    for one in strange:
        assert archive.commit([one])[0].taken is NEW
    assert [a.taken for a in archive.commit([one._replace(received=NOVEMBER + 300 * DAY) for one in strange])] == [
        SAME
    ] * 5


def test_an_erased_report_stays_erased(archive: Archive) -> None:
    mine = [report("mine", customer=7, ticket=1), report("mine too", ticket=1), report("his", customer=8, ticket=1)]
    archive.commit(mine)
    assert archive.erase(1, customer=7, seqs=[2]) == 2
    assert archive.erase(2, customer=8, seqs=[3]) == 0, "another tenant's"
    assert [archive.body(row_at(archive, n)) for n in (1, 2, 3)] == [None, None, b"his"]
    assert [archive.gone(row_at(archive, n)) for n in (1, 2, 3)] == [True, True, False]
    assert [a.taken for a in archive.commit(mine)] == [SAME] * 3
    assert archive.body(row_at(archive, 1)) is None, "a repeat brings it not back"


def test_bodies_and_months_are_purged(archive: Archive) -> None:
    for month in range(4):
        archive.commit([report(received=NOVEMBER + month * 31 * DAY + n * DAY, customer=7) for n in range(25)])
    cut_off = NOVEMBER + 31 * DAY + 10 * DAY
    assert archive.purge_bodies(cut_off) == 35
    assert archive.purge_bodies(cut_off) == 0
    rows = list(archive.rows_between(1, 999))
    assert len(rows) == 100
    for row in rows:
        assert (archive.body(row) is None) == archive.gone(row) == (row.received < cut_off)
    assert archive.purge(month_of(NOVEMBER) + 1) == 1
    assert [row.seq for row in archive.rows_between(1, 999)] == list(range(26, 101))
    assert archive.by_seq(1, 25) is archive.by_id(1, rows[0].id) is None
    assert seqs(archive.of_customer(1, 7, limit=999).rows) == list(range(100, 25, -1))
    assert archive.purge(month_of(NOVEMBER) + 999) == 2, "the newest one stays, and with it the count"
    assert archive.commit([report(received=NOVEMBER + 900 * DAY)]) == [Accepted(NEW, 101)]
    assert archive.statistics().last == 101
    assert {row.seq for row in archive.unread(99)} == {*range(76, 102)}


def test_everything_can_be_walked(archive: Archive) -> None:
    archive.commit([report(tenant=1 + n % 3, ticket=(None, 1)[n % 2]) for n in range(1200)])
    assert [row.seq for row in archive.rows_between(5, 1100)] == list(range(5, 1101))
    assert [row.seq for row in archive.rows_between(1, 9999, tenant=2)] == list(range(2, 1201, 3))


def test_it_is_all_there_after_a_new_start(database: Database) -> None:
    archive = open_archive(database.settings)
    batch = [report(f"{n}", received=NOVEMBER + n * 9 * DAY, customer=n) for n in range(9)]
    for one in batch:
        archive.commit([one])
    archive.close()
    again = open_archive(database.settings)
    assert [again.body(row) for row in again.rows_between(1, 99)] == [one.body for one in batch]
    assert again.commit([report()]) == [Accepted(NEW, 10)]
    again.close()


def test_ten_times_each_out_of_order_from_many_threads(database: Database) -> None:
    """T11: one row each, and the same place for every one of the ten."""
    import random

    reports = [report(f"storm {n}") for n in range(400)]
    one_more = open_archive(database.settings)
    # SQLite has one writing process; PostgreSQL any number.
    many = [one_more, one_more if database.url is None else open_archive(database.settings)]
    answers: dict[bytes, set[int]] = {one.id: set() for one in reports}
    new: list[bytes] = []
    failed: list[BaseException] = []

    def work(archive: Archive, seed: int) -> None:
        mine = random.Random(seed)
        storm = reports * 5
        mine.shuffle(storm)
        while storm:
            batch, storm = storm[: (size := mine.randint(1, 64))], storm[size:]
            for one, answer in zip(batch, archive.commit(batch), strict=True):
                answers[one.id].add(answer.seq)
                if answer.taken is NEW:
                    new.append(one.id)

    def guarded(archive: Archive, seed: int) -> None:
        try:
            work(archive, seed)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=guarded, args=(archive, seed)) for seed, archive in enumerate(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert sorted(new) == sorted(one.id for one in reports)
    assert all(len(places) == 1 for places in answers.values())
    assert sorted(place for places in answers.values() for place in places) == list(range(1, 401))
    assert [row.seq for row in many[0].rows_between(1, 9999)] == list(range(1, 401))
    for archive in many:
        archive.close()


def test_readers_and_judges_beside_the_writer(archive: Archive) -> None:
    ended = threading.Event()
    failed: list[BaseException] = []

    def read() -> None:
        try:
            while not ended.is_set():
                for row in archive.unread(50):
                    assert archive.body(row) is not None
                    archive.put_judged([Judged(row.seq, "fault", "cable-out", agrees=True, sha=row.sha)])
                page = archive.newest(1, limit=20)
                assert seqs(page.rows) == sorted(seqs(page.rows), reverse=True)
        except BaseException as error:
            failed.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for _ in range(20):
        archive.commit([report() for _ in range(25)])
    ended.set()
    for reader in readers:
        reader.join()
    assert not failed
    assert archive.statistics().rows == 500


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    from cpe_agent.desk.archive.sqlite import SqliteArchive

    place = tmp_path / "file"
    place.write_text("")
    with pytest.raises(OSError):
        SqliteArchive(place / "data")
