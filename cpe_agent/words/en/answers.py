"""English words for the questions of ``cpe_agent.answers``: what is asked for, and how an answer reads as evidence."""

from __future__ import annotations

ASKED: dict[str, str] = {
    "second-device": "another phone or computer on the same home network, mobile data off",
    "devices-failing": "how many of the devices at home have the trouble",
    "phones": "telephones on the same line or router",
    "router-lamps": "lamps on the router",
    "modem-lamps": "lamps on the separate modem or fibre box",
    "line-lamp": "the router's line lamp (marked DSL, Internet or Online)",
    "los-lamp": "the lamp marked LOS or ALARM on the fibre box",
    "router-page": "what the Internet page of the router says",
    "who-dials": "where the provider's login is, or was, kept",
    "first-socket": "the router at the first telephone socket, nothing else plugged in",
    "cable-swap": "after another cable and another socket of the router",
    "browser": "the browser, while other programs work",
    "wants-inbound": "something at home must be reached from outside",
    "what-fails": "whether everything fails, one site, or it is slow or drops",
    "browser-shows": "what the browser shows instead of the page",
    "connected-by": "how the device with the trouble is connected",
    "joined": "whether that device says that it is connected",
    "changed": "what was new shortly before the trouble began",
    "neighbours": "others nearby with the same provider",
    "restarted": "the router, switched off and on since the trouble began",
    "provider-wrote": "a letter or message of the provider about the account",
    "trouble": "what exactly does not work",
}

STATED: dict[str, str | dict[str, str]] = {
    "second-device": {
        "works": "You said: another device works.",
        "fails": "You said: another device does not work either.",
        "none": "You said: there is no other device.",
    },
    "devices-failing": {
        "one": "You said: one of the devices at home has the trouble.",
        "some": "You said: some of the devices at home have the trouble.",
        "single": "You said: there is only one device at home.",
        "all": "You said: all of the devices at home have the trouble.",
    },
    "phones": {
        "work": "You said: the telephones work.",
        "fail": "You said: the telephones do not work.",
        "none": "You said: there are no telephones on the line.",
    },
    "router-lamps": {"off": "You said: the router's lamps are off.", "on": "You said: the router's lamps are on."},
    "modem-lamps": {
        "off": "You said: the lamps of the modem or fibre box are off.",
        "on": "You said: the lamps of the modem or fibre box are on.",
    },
    "line-lamp": {
        "off": "You said: the line lamp is off.",
        "blinking": "You said: the line lamp is blinking.",
        "steady": "You said: the line lamp is steady.",
    },
    "los-lamp": {
        "red": "You said: the LOS or ALARM lamp is red.",
        "off": "You said: the LOS or ALARM lamp is off.",
    },
    "router-page": {
        "connected": "You said: the router's page says connected.",
        "disconnected": "You said: the router's page says not connected.",
        "wrong-password": "You said: the router's page says that the login was refused.",
        "not-set": "You said: the router's page says that nothing is set up.",
    },
    "who-dials": {
        "computer": "You said: the login is kept in the computer.",
        "router": "You said: the login is kept in the router.",
    },
    "first-socket": {
        "works": "You said: at the first socket it works.",
        "fails": "You said: at the first socket it does not work either.",
    },
    "cable-swap": {
        "works": "You said: with another cable it works.",
        "fails": "You said: with another cable it does not work either.",
    },
    "browser": {"fails": "You said: the browser does not work.", "works": "You said: the browser works."},
    "wants-inbound": {
        "yes": "You said: something at home must be reached from outside.",
        "no": "You said: nothing at home must be reached from outside.",
    },
    "what-fails": {
        "everything": "You said: nothing works.",
        "one-site": "You said: one site does not open, others do.",
        "slow": "You said: it works, but slowly.",
        "drops": "You said: it works, and drops again and again.",
    },
    "browser-shows": {
        "provider-page": "You said: a page of the provider comes up.",
        "sign-in": "You said: a page to sign in comes up.",
        "certificate": "You said: the browser warns about a certificate or a page that is not safe.",
        "no-page": "You said: no page comes.",
    },
    "connected-by": {
        "cable": "You said: the device is connected by cable.",
        "wifi": "You said: the device is connected by Wi-Fi.",
    },
    "joined": {
        "yes": "You said: the device says that it is connected.",
        "no": "You said: the device says that it is not connected.",
    },
    "changed": {
        "moved": "You said: you have moved.",
        "new-router": "You said: the router is new.",
        "new-provider": "You said: the provider is new.",
        "never-worked": "You said: it has never worked here yet.",
        "nothing": "You said: nothing was changed before.",
    },
    "neighbours": {
        "work": "You said: it works for others nearby with the same provider.",
        "fail": "You said: it fails for others nearby with the same provider, too.",
    },
    "restarted": {
        "in-vain": "You said: a restart of the router did not help.",
        "not-yet": "You said: the router was not restarted yet.",
    },
    "provider-wrote": {
        "yes": "You said: the provider wrote about the account.",
        "no": "You said: the provider did not write about the account.",
    },
    "trouble": {
        "internet": "You said: the trouble is the Internet.",
        "sound": "You said: the trouble is the sound.",
        "virus": "You said: the trouble is a virus.",
        "printer": "You said: the trouble is the printer.",
        "email-program": "You said: the trouble is the e-mail program.",
        "reinstall": "You said: the trouble is installing something anew.",
        "other-device": "You said: the trouble is another device.",
    },
}
