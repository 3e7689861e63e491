"""A desk that is told to end does not wait for who watches a case."""

from __future__ import annotations

import re
from pathlib import Path

import httpx

from tests.desk.serving import Serving, post


def test_a_desk_with_watchers_ends_without_a_word(tmp_path: Path) -> None:
    with Serving(tmp_path / "data", "--demo") as desk:
        somebody = re.search(r"Sign in as (\S+) with the password (\S+)\.", desk.told)
        assert somebody is not None
        headers = {"Origin": desk.address, "Accept": "text/html"}
        with httpx.Client(base_url=desk.address, headers=headers, trust_env=False, timeout=60) as client:
            client.post("/login", data={"name": somebody[1], "password": somebody[2]})
            address = post(client, "/cases", at="/cases").headers["location"]
            with client.stream("GET", f"{address}/events") as watching:
                lines = watching.iter_lines()
                assert next(lines).startswith("retry: ")
                assert desk.stop() == ""
                assert not [line for line in lines if line.startswith("event")]
