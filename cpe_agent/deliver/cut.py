"""A report cut down to what one easily read picture can carry: the verdict with its evidence, without the measurements.

It is a report of the same schema with ``cut_of`` filled: the receipt code of the whole one, which may follow later
under the same id. Why, and what the sizes are: docs/decisions/0008-a-cut-report-in-the-picture.md.
"""

from __future__ import annotations

import json
from typing import Any

from cpe_agent import canonical
from cpe_agent.deliver.receipt import receipt_code

_KEPT_WHOLE = ("answers",)
_KEPT_OF_PLAN = (
    "profile", "isp_name", "support_phone", "infrastructure", "cpe_owner", "wan", "literals", "target", "complaint",
    "deep", "history",
)  # fmt: skip
"""What the run was asked and whom to call; the rest of a plan stands in the provider's own profile."""


def cut(report: bytes) -> bytes:
    """The cut form of a whole report, both canonical JSON; a cut one stays as it is. Every section keeps its outcome,
    times and reason; only what speaks for the verdict or stands beside it keeps its evidence. Equal reports are cut to
    equal bytes. Raises ValueError for what is no report."""
    try:
        plain = json.loads(report)
        if plain.get("cut_of") is not None:
            return report
        return canonical.dumps({**_cut(plain), "cut_of": receipt_code(report)})
    except (KeyError, TypeError, AttributeError, RecursionError):
        raise ValueError("no report") from None


def _cut(plain: dict[str, Any]) -> dict[str, Any]:
    diagnosis = plain["diagnosis"]
    findings = [f if _speaks(f, diagnosis) else {**f, "evidence": []} for f in diagnosis["findings"]]
    sections = {
        name: section if name in _KEPT_WHOLE else {**section, "content": None}
        for name, section in plain["sections"].items()
    }
    asked = plain["sections"].get("plan")
    if asked is not None and asked["content"] is not None:
        kept = {key: value for key, value in asked["content"].items() if key in _KEPT_OF_PLAN}
        sections["plan"] = {**asked, "content": kept}
    return {**plain, "sections": sections, "diagnosis": {**diagnosis, "findings": findings}}


def _speaks(finding: dict[str, Any], diagnosis: dict[str, Any]) -> bool:
    return finding["standing"] in ("root", "advisory") or finding["fault"] in diagnosis["suspects"]
