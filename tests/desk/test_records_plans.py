"""No page reads a whole table of the records: every question that a page asks is explained by the database itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from litestar.testing import TestClient
from sqlalchemy import event

from cpe_agent.desk.app import asked
from cpe_agent.desk.demo import fill
from cpe_agent.desk.desk import Desk, open_desk
from cpe_agent.desk.people.accounts import add_person
from cpe_agent.desk.people.roles import Role
from cpe_agent.desk.people.sessions import cookie_name
from cpe_agent.desk.settings import Settings

SMALL = {"tenant", "setting", "alembic_version"}
"""Tables of a handful of rows."""
PAGES = (
    "/", "/reports", "/cases", "/cases?show=open", "/cases?show=all", "/outcomes", "/people", "/people/tickets",
    "/people/tokens", "/people/audit", "/account", "/customers/1",
)  # fmt: skip


class Asked(list[tuple[str, Any]]):
    """What was asked of the records, each question once."""

    def note(self, _c: Any, _k: Any, statement: str, values: Any, *_: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT") and statement not in {known for known, _ in self}:
            self.append((statement, values))


def _signed_in(desk: Desk, role: Role) -> dict[str, str]:
    with desk.records.write() as connection:
        hashed = desk.people.passwords.hash("a long enough pass phrase")
        add_person(connection, desk.now(), desk.nobody, role.value, role, "en", hashed)
    return {cookie_name(False): desk.people.log_in(role.value, "a long enough pass phrase", "127.0.0.1")}


def _as_if_large(desk: Desk) -> None:
    """The planner is told of a million rows in every table, of many tenants: on a dozen it likes to read them all."""
    with desk.records.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("ANALYZE")
        raw.execute("DELETE FROM sqlite_stat1")
        indexes = raw.execute(
            "SELECT t.name, i.name, (SELECT count(*) FROM pragma_index_info(i.name)) FROM sqlite_schema AS t,"
            " pragma_index_list(t.name) AS i WHERE t.type = 'table'"
        ).fetchall()
        rows = [
            (table, index, " ".join(["1000000", *["1000"] * (columns - 1), "1"])) for table, index, columns in indexes
        ]
        raw.executemany("INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", rows)
        raw.execute("ANALYZE sqlite_schema")
    desk.records.engine.dispose()  # a connection reads them when it is opened


def test_no_page_reads_a_whole_table(tmp_path: Path) -> None:
    desk = open_desk(Settings(tmp_path / "data"))
    fill(desk)
    roles = (Role.SENIOR, Role.ADMINISTRATOR, Role.AUDITOR)
    cookies = {role: _signed_in(desk, role) for role in roles}
    found = Asked()
    event.listen(desk.records.engine, "before_cursor_execute", found.note)
    seen = set()
    with TestClient(asked(desk), base_url="http://127.0.0.1:8642") as browser:
        for role in roles:
            browser.cookies.update(cookies[role])
            for page in PAGES:
                answer = browser.get(page, headers={"accept": "text/html"}, follow_redirects=False)
                assert answer.status_code in (200, 303, 403, 404), (page, role, answer.text[-500:])
                seen |= {page} if answer.status_code == 200 else set()
        event.remove(desk.records.engine, "before_cursor_execute", found.note)
        assert len(seen) > len(PAGES) - 4, set(PAGES) - seen
        assert len(found) >= 10
        wrong = []
        _as_if_large(desk)
        with desk.records.read() as connection:
            for statement, values in found:
                plan = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, values).all()
                scanned = [m[1] for *_, line in plan if (m := re.match(r"SCAN (\w+)(?! USING)", line))]
                if set(scanned) - SMALL:
                    wrong.append((statement, [line for *_, line in plan]))
    assert not wrong
