"""English words for the questions of ``cpe_agent.answers``: what is asked for, and how an answer reads as evidence."""

from __future__ import annotations

ASKED: dict[str, str] = {
    "second-device": "another phone or computer on the same home network, mobile data off",
    "devices-failing": "how many of the devices at home have the trouble",
    "phones": "telephones on the same line or router",
    "router-lamps": "lamps on the router",
    "modem-lamps": "lamps on the separate modem or fibre box",
    "line-lamp": "the router's line lamp (DSL, PON, Online or Internet)",
    "los-lamp": "the lamp marked LOS or ALARM on the fibre box",
    "router-page": "what the Internet page of the router says",
    "who-dials": "where the provider's login is, or was, kept",
    "first-socket": "the router at the first telephone socket, nothing else plugged in",
    "cable-swap": "after another cable and another socket of the router",
    "browser": "the browser, while other programs work",
    "wants-inbound": "something at home must be reached from outside",
    "trouble": "what exactly does not work",
}

STATED: dict[str, str] = {
    "second-device": "You said: another device {value}.",
    "devices-failing": "You said: {value} of the devices at home have the trouble.",
    "phones": "You said: the telephones {value}.",
    "router-lamps": "You said: the router's lamps are {value}.",
    "modem-lamps": "You said: the lamps of the modem or fibre box are {value}.",
    "line-lamp": "You said: the line lamp is {value}.",
    "los-lamp": "You said: the LOS or ALARM lamp is {value}.",
    "router-page": "You said: the router's page says {value}.",
    "who-dials": "You said: the login is kept in the {value}.",
    "first-socket": "You said: at the first socket it {value}.",
    "cable-swap": "You said: with another cable it {value}.",
    "browser": "You said: the browser {value}.",
    "wants-inbound": "You said: something at home must be reached from outside: {value}.",
    "trouble": "You said: the trouble is {value}.",
}
