"""The small parts that the page's sections are made of."""

from __future__ import annotations

from typing import NamedTuple

from cpe_agent.page.drawings import drawing
from cpe_agent.page.markup import Markup, tag
from cpe_agent.page.speech import Speech, left_to_right
from cpe_agent.page.state import PageState


class View(NamedTuple):
    """What a section is drawn from. ``live``: there is a server behind the buttons. ``data``: the report's canonical
    JSON, when there is a report."""

    state: PageState
    speech: Speech
    live: bool
    data: bytes = b""


def section(name: str, heading: object, *children: object, level: str = "h2", kind: str = "card") -> Markup:
    """A part of the page with a heading, which names it to a screen reader."""
    title = tag(level, {"id": f"{name}-h"}, heading)
    return tag("section", {"class": f"{kind} {name}", "aria-labelledby": f"{name}-h"}, title, *children)


def button(do: str, label: object, *, kind: str = "plain", at: str = "", **fields: str) -> Markup:
    """A form with one button: works without script as well. ``at`` tells two buttons for the same thing apart."""
    name = "-".join(("b", do, *fields.values(), *filter(None, [at])))
    return tag(
        "form",
        {"method": "post", "action": "do", "class": "one"},
        tag("input", {"type": "hidden", "name": "do", "value": do}),
        *(tag("input", {"type": "hidden", "name": key, "value": value}) for key, value in fields.items()),
        tag("button", {"type": "submit", "class": kind, "id": name}, label),
    )


def rows(pairs: list[tuple[object, object]], kind: str = "rows") -> Markup | None:
    """A list of names and values; nothing when there are none."""
    if not pairs:
        return None
    return tag("dl", {"class": kind}, *(tag("div", None, tag("dt", None, k), tag("dd", None, v)) for k, v in pairs))


def bullets(*sentences: object, kind: str | None = None) -> Markup | None:
    told = [s for s in sentences if s]
    return tag("ul", {"class": kind}, *(tag("li", None, s) for s in told)) if told else None


def sign(name: str) -> Markup:
    return drawing(name, "sign")


def provider(view: View, *, phone: bool = True) -> Markup:
    """What the provider is called here, with the telephone number to call."""
    from cpe_agent.next_step import content

    plan = {} if view.state.report is None else content(view.state.report, "plan")
    name = str(plan.get("isp_name") or view.speech.say("provider"))
    number = plan.get("support_phone")
    if not number or not phone:
        return tag("bdi", None, name)
    return view.speech.fill("provider.phone", name=name, phone=telephone(str(number)))


def telephone(number: str) -> Markup:
    """A number that a telephone with a browser can call by a touch."""
    digits = "".join(c for c in number if c in "+0123456789*")
    if not digits:
        return left_to_right(number)
    return left_to_right(number, "a", href=f"tel:{digits}")
