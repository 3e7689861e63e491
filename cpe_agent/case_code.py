"""The case code: eight characters that tie a run to a call, typed by a person or carried in the program's file name.

Crockford's base 32; the last character is a check.
"""

from __future__ import annotations

import re

from cpe_agent.crockford import check_of, complete, spelled, values

CHARACTERS = 8
# A browser adds "(1)" and people add words; before and after the code anything goes. What a file carries is as it was
# written, so no look-alikes are read here: "cpe-agent-download.exe" holds no code.
_IN_NAME = re.compile(
    r"cpe-agent[-_ ]([0-9A-HJKMNP-TV-Z]{4}-?[0-9A-HJKMNP-TV-Z]{4})(?![0-9A-Za-z])", re.IGNORECASE | re.ASCII
)


def read_case_code(text: str) -> str | None:
    """A code as a person typed it (``4f7k-2q9x``) in its written form, ``4F7K2Q9X``; None when its check fails."""
    read = values("".join(c for c in text if not c.isspace() and c not in "-."))
    if read is None or len(read) != CHARACTERS or not complete(read):
        return None
    return spelled(read)


def case_in_name(file_name: str) -> str | None:
    """The code in ``cpe-agent-4F7K2Q9X (1).exe``; None when there is none, or a damaged one."""
    found = _IN_NAME.search(file_name)
    return None if found is None else read_case_code(found[1])


def with_check(first_seven: str) -> str:
    """Seven characters and the one that completes them, as the desk gives a code out. Raises ValueError for what are
    not seven."""
    read = values(first_seven)
    if read is None or len(read) != CHARACTERS - 1:
        raise ValueError(f"{first_seven!r} are not {CHARACTERS - 1} characters of a code")
    return spelled([*read, check_of(read)])
