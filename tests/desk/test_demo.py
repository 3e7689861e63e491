"""The desk to try: what ``--demo`` puts in is what the lab's homes really gave, and everything can be found."""

from __future__ import annotations

from pathlib import Path

from cpe_agent.desk.demo import FOLDER, TELEPHONES, fill
from cpe_agent.desk.desk import open_desk
from cpe_agent.desk.people.people import Refused
from cpe_agent.desk.people.roles import MAY, Person, Role
from cpe_agent.desk.settings import Settings
from cpe_agent.report import from_json
from tests.lab.scenarios import CORE


def test_the_examples_are_the_labs_selection() -> None:
    assert {file.name.removesuffix(".json.gz") for file in FOLDER.glob("*")} == {scenario.name for scenario in CORE}


def test_it_is_filled_once_and_everything_is_found(tmp_path: Path) -> None:
    desk = open_desk(Settings(tmp_path / "data"))
    try:
        somebody = fill(desk)
        assert somebody is not None
        assert fill(desk) is None, "a second start adds nothing"
        assert desk.people.log_in(*somebody, address="127.0.0.1")
        try:
            desk.people.log_in(somebody[0], "something else", "127.0.0.1")
        except Refused:
            pass
        else:
            raise AssertionError("any password opens it")
        rows = desk.archive.newest(desk.nobody).rows
        assert len(rows) == 20
        truth = {code: scenario for scenario in CORE for code in scenario.codes}
        named = {row.judged.fault for row in rows if row.judged and row.judged.verdict == "fault"}
        assert len(named) >= 12
        assert named <= set(truth), "nothing is named that was not broken"
        assert all(row.judged and row.judged.agrees for row in rows), "this version judges them as they say"
        senior = Person(1, desk.nobody, "demo", Role.SENIOR, "en", MAY[Role.SENIOR])
        for phone in TELEPHONES:
            found = desk.finder.find(senior, phone)
            assert [hit.customer is not None for hit in found.hits].count(True) == 1
        for row in rows:
            content = desk.content(row)
            assert content is not None
            report = from_json(content)
            codes = [hit for hit in desk.finder.find(senior, report.spoken_code).hits if hit.spoken]
            assert row.seq in {one.seq for code in codes for one in code.may_be}, "its spoken code leads to it"
    finally:
        desk.close()
