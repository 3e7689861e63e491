"""What a customer may be asked: every question with its allowed answers. ``unknown`` is always allowed.

Each answer is evidence that the customer gave, so each is worded as what he sees, not as what it means.
"""

from __future__ import annotations

QUESTIONS: dict[str, tuple[str, ...]] = {
    "second-device": ("works", "fails", "none"),  # another phone or computer on the same home network
    "devices-failing": ("one", "some", "all", "single"),  # of all the devices at home
    "phones": ("work", "fail", "none"),  # telephones on the same line or router
    "router-lamps": ("off", "on"),
    "modem-lamps": ("off", "on"),  # the separate modem or fibre box
    "line-lamp": ("off", "blinking", "steady"),  # DSL, PON or Online lamp
    "los-lamp": ("red", "off"),  # LOS or ALARM lamp of a fibre box
    "router-page": ("connected", "disconnected", "wrong-password", "not-set"),  # what its Internet page says
    "who-dials": ("computer", "router"),  # where the provider's login is, or was, kept
    "first-socket": ("works", "fails"),  # the router at the first telephone socket, nothing else plugged in
    "cable-swap": ("works", "fails"),  # another cable and another port of the router
    "browser": ("fails", "works"),  # the browser itself, while other programs work
    "wants-inbound": ("yes", "no"),  # reach something at home from outside
    "what-fails": ("everything", "one-site", "slow", "drops"),
    "browser-shows": ("provider-page", "sign-in", "certificate", "no-page"),  # instead of the page that was wanted
    "connected-by": ("cable", "wifi"),  # the device that has the trouble
    "joined": ("yes", "no"),  # that device says that it is connected, with Internet or without
    "changed": ("moved", "new-router", "new-provider", "never-worked", "nothing"),  # shortly before the trouble began
    "neighbours": ("work", "fail"),  # others nearby with the same provider
    "restarted": ("in-vain", "not-yet"),  # the router, since the trouble began
    "provider-wrote": ("yes", "no"),  # a letter or message about the account
    "trouble": ("internet", "sound", "virus", "printer", "email-program", "reinstall", "other-device"),
}


class BadAnswer(ValueError):
    """An answer that no question allows; the message says what would be allowed."""


def parse(pairs: tuple[str, ...]) -> dict[str, str]:
    """``("second-device=fails", ...)`` to a dict. Raises ``BadAnswer``."""
    given: dict[str, str] = {}
    for pair in pairs:
        key, sep, value = pair.partition("=")
        key, value = key.strip().lower(), value.strip().lower()
        if not sep or key not in QUESTIONS:
            raise BadAnswer(f"{pair!r}: write KEY=VALUE, KEY one of {', '.join(QUESTIONS)}")
        if given.get(key, value) != value:
            raise BadAnswer(f"{key}: given twice, as {given[key]} and as {value}; give one")
        if value not in (*QUESTIONS[key], "unknown"):
            raise BadAnswer(f"{key}: {value!r} is none of {', '.join(QUESTIONS[key])}, unknown")
        given[key] = value
    return given
