"""Writes the documents that follow from the code: docs/faults.md, docs/facts.md, docs/profile.md,
docs/report.schema.json.

python -m docs.generate            writes them
python -m docs.generate --check    exit status 1 when one is not current
"""

from __future__ import annotations

import inspect
import json
import re
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any, Union, get_args, get_origin

from cpe_agent import facts
from cpe_agent.codec import hints
from cpe_agent.diagnose.catalogue import ALL
from cpe_agent.diagnose.fault import Fault, expressions
from cpe_agent.diagnose.ladder import Rung
from cpe_agent.diagnose.waiting import WAITING
from cpe_agent.profile_example import EXAMPLE
from cpe_agent.report_schema import report_schema
from cpe_agent.words import fault_text, ui

HERE = Path(__file__).parent
NOTE = "<!-- Written by `make docs`. Do not edit. -->\n\n"


# ------------------------------------------------------------------ faults.md


def faults_md() -> str:
    seen = sum(f.seen_with is not None for f in ALL)
    lines = [
        f"{NOTE}# Faults",
        "",
        f"{len(ALL)} faults can be named; the evidence of {seen} of them was seen from software that was not written "
        f"here (column *seen with*). {len(WAITING)} wait for a probe; they stand at the end.",
        "",
        "A number is given once and for ever: the spoken code carries it. *Proven by* is what may carry a name, "
        "*suspected when* only makes a suspect, *not named while* forbids the name when it holds or is unknown "
        "(`known:` only when it was seen). The words are the readings of [facts.md](facts.md).",
    ]
    for rung in Rung:
        of_rung = sorted((f for f in ALL if f.breaks is rung), key=lambda f: f.number)
        if of_rung:
            lines += ["", f"## Shows first at: {ui(f'rung.{rung}')}", ""]
            lines += [part for fault in of_rung for part in _fault(fault)]
    lines += ["", "## Waiting for a probe", "", "| no. | code | owner | waits for |", "|---|---|---|---|"]
    lines += [f"| {w.number} | `{w.code}` | {w.owner} | {w.probe} |" for w in sorted(WAITING, key=lambda w: w.number)]
    return "\n".join(lines) + "\n"


def _fault(f: Fault) -> list[str]:
    text = fault_text(f.code)
    rows = [
        f"### {f.number}. `{f.code}`",
        "",
        f"**{text.title}.** Owner `{f.owner}`, acts `{f.acts}`, {f.effect}"
        + (f", {f.family} only" if f.family else "")
        + ".",
        "",
    ]
    for label, expr in (
        ("Proven by (direct)", f.direct),
        ("Proven by (contrast)", f.contrast),
        ("Suspected when", f.symptom),
        ("Suspected from answers alone when", None if f.stated is None else f.stated.picture),
        ("Ruled out by", f.rules_out),
        ("Not named while", f.veto),
    ):
        if expr is not None:
            rows.append(f"- {label}: `{expr}`")
    if f.beside:
        rows.append(f"- Shown beside it, deciding nothing: {', '.join(f'`{r}`' for r in f.beside)}")
    if f.refines:
        rows.append(f"- Refines: {', '.join(f'`{c}`' for c in f.refines)}")
    rows += [f"- Or is it `{rival}`? Test: {key}" for rival, key in f.separate_from.items()]
    rows.append(f"- What a real device sends: {f.source}")
    rows.append(f"- Seen with: {f.seen_with or 'nothing yet that was not written here'}")
    rows.append("")
    return rows


# ------------------------------------------------------------------ facts.md


def facts_md() -> str:
    lines = [
        f"{NOTE}# Facts",
        "",
        "What a run measures, section by section, and the readings that the catalogue asks. Units are in the names; "
        "`null` means not known, never no.",
        "",
        "## Sections",
    ]
    for section in facts.SECTIONS:
        lines += ["", f"### {facts.section_name(section)}", "", _doc(section), *_table(section)]
    lines += ["", "## Records"]
    for name, record in sorted(vars(facts).items()):
        if inspect.isclass(record) and hasattr(record, "_fields"):
            lines += ["", f"### {name}", "", _doc(record), *_table(record)]
    lines += ["", "## Readings", "", "| reading | from | what it says |", "|---|---|---|"]
    readings = {r.name: r for f in ALL for e in expressions(f) for r in e.readings()}
    for name, reading in sorted(readings.items()):
        sections = ", ".join(facts.section_name(s) for s in reading.sections)
        lines.append(f"| `{name}` | {sections} | {reading.doc} |")
    return "\n".join(lines) + "\n"


def _doc(kind: type) -> str:
    text = inspect.getdoc(kind) or ""
    return "" if text.startswith(f"{kind.__name__}(") else " ".join(text.split())


def _table(kind: type) -> list[str]:
    source = inspect.getsource(kind)
    rows = ["", "| field | type | remark |", "|---|---|---|"]
    for name, hint in hints(kind).items():
        found = re.search(rf"^\s+{name}:[^#\n]*#\s*(.+)$", source, re.MULTILINE)
        rows.append(f"| `{name}` | {_type(hint)} | {found.group(1) if found else ''} |")
    return rows if len(rows) > 3 else []


def _type(hint: Any) -> str:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return " or ".join("null" if a is type(None) else _type(a) for a in get_args(hint))
    if origin is tuple:
        return f"list of {_type(get_args(hint)[0])}"
    if origin is dict:
        return "object"
    return str(hint.__name__)


# ------------------------------------------------------------------ profile.md


def profile_md() -> str:
    return (
        f"{NOTE}# The profile\n\n"
        "What a provider says of itself, as a TOML file. `cpe-agent run --profile isp.toml` uses it, a provider's own\n"
        "build carries it ([packaging.md](packaging.md)), and the desk takes it for names and telephone number\n"
        "([desk.md](desk.md)). `cpe-agent profile example` prints the whole example below, `cpe-agent profile check\n"
        "isp.toml` says what a file holds or what is wrong with it: an unknown key is refused, so a slip of the pen\n"
        "cannot pass for a default.\n\n"
        f"```toml\n{EXAMPLE}```\n"
    )


# ------------------------------------------------------------------ report.schema.json


def schema_json() -> str:
    return json.dumps(report_schema(), indent=1, sort_keys=True) + "\n"


DOCUMENTS: dict[str, Callable[[], str]] = {
    "faults.md": faults_md,
    "facts.md": facts_md,
    "profile.md": profile_md,
    "report.schema.json": schema_json,
}


def main() -> int:
    check = "--check" in sys.argv[1:]
    stale = []
    for name, write in DOCUMENTS.items():
        path, text = HERE / name, write()
        if not path.exists() or path.read_text("utf-8") != text:
            stale.append(name)
            if not check:
                path.write_text(text, "utf-8")
                print(f"written: docs/{name}")
    if check and stale:
        print(f"not current: {', '.join(f'docs/{n}' for n in stale)}; run 'make docs'", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
