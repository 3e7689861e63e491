"""What each fault looks like to a person who has no program: pictures made of answers alone, held against each other.

Nothing is measured there, so a picture makes a suspect and never a name. One that points at the customer's own side
needs a positive sign of it (a box without any lamp, another device that works at the same place), never the mere lack
of another explanation. Where every lamp is right and every device is dead, the suspects are the provider's.
"""

from __future__ import annotations

from cpe_agent.diagnose.fault import CALL, Stated
from cpe_agent.diagnose.gates import FIRST_SOCKET_WORKS, LAMP_DARK, LAMP_STEADY, LOS_RED, MODEM_DARK, MODEM_LIT
from cpe_agent.diagnose.predicate import Expr
from cpe_agent.diagnose.readings.asked import asked_only
from cpe_agent.diagnose.readings.said import (
    BROWSER_FAILS,
    LAMPS_OFF,
    LAMPS_ON,
    OTHERS_FAIL,
    SECOND_WORKS,
    said,
)

RESTARTED = said("restarted", "in-vain")
NOT_THE_WIRING = said("first-socket", "fails")

PHONES_FAIL = said("phones", "fail")
ONE_SITE = said("what-fails", "one-site")
FALTERS = said("what-fails", "slow") | said("what-fails", "drops")
CERTIFICATE = said("browser-shows", "certificate")
WROTE = said("provider-wrote", "yes")
NEVER = said("worked-here", "never")
MOVED = said("changed", "moved")
NEW_ROUTER = said("changed", "new-router")
NEW_PROVIDER = said("changed", "new-provider")
BY_WIFI = said("connected-by", "wifi")
BY_CABLE = said("connected-by", "cable")
NOT_JOINED = said("joined", "no")
JOINED = said("joined", "yes")

SPARED: Expr = asked_only & SECOND_WORKS & ~said("devices-failing", "all")
"""Another device gets through at the same place. That only one device fails is a reason to try another, no more: it
may be the only one there."""

PAGE_CAME: Expr = said("browser-shows", "provider-page") | said("browser-shows", "sign-in") | CERTIFICATE
NOTHING_WORKS: Expr = asked_only & ~ONE_SITE & ~FALTERS & ~PAGE_CAME & ~SPARED
"""No device gets through, as far as it was tried."""

DARK: Expr = NOTHING_WORKS & ~LAMPS_OFF
QUIET: Expr = DARK & OTHERS_FAIL & LAMP_STEADY
"""Every device is dead although the line's lamp is right: nothing in the home explains that."""

HERE_ALONE: Expr = SPARED & ~ONE_SITE & ~FALTERS & ~PAGE_CAME
ANY_PAGE: Expr = asked_only & ~ONE_SITE & ~FALTERS

STATED: dict[str, Stated] = {
    # another device works
    "lan-cable-unplugged": Stated(HERE_ALONE & NOT_JOINED & BY_CABLE, "swap-lan-cable"),
    "wifi-not-associated": Stated(HERE_ALONE & NOT_JOINED & BY_WIFI, "join-home-wifi"),
    "static-ip-wrong": Stated(HERE_ALONE & JOINED & ~BROWSER_FAILS, "set-address-automatic"),
    "host-firewall-blocking": Stated(HERE_ALONE & JOINED & ~BROWSER_FAILS, "pause-protection"),
    "browser-only-fault": Stated(
        (HERE_ALONE & JOINED & BROWSER_FAILS) | (SPARED & ONE_SITE),
        "try-another-browser",
    ),
    "clock-skew-tls": Stated(ANY_PAGE & CERTIFICATE & (SPARED | said("second-device", "none")), "set-clock-automatic"),
    # boxes without any lamp
    "router-power-off": Stated(NOTHING_WORKS & LAMPS_OFF, "router-on-another-socket"),
    "modem-or-ont-power-off": Stated(DARK & MODEM_DARK & ~LOS_RED & ~LAMP_STEADY, "modem-on-another-socket"),
    # the line
    "wan-cable-unplugged": Stated(
        DARK & LAMP_DARK & MODEM_LIT & said("los-lamp", "off") & (MOVED | NEW_ROUTER), "photo-of-router-sockets"
    ),
    "home-line-wiring-fault": Stated(DARK & LAMP_DARK & FIRST_SOCKET_WORKS, CALL),
    "access-no-sync": Stated(
        DARK & (LAMP_DARK | (PHONES_FAIL & LAMPS_ON)) & ~MODEM_DARK & ~LOS_RED, "test-at-first-socket", NOT_THE_WIRING
    ),
    "access-optical-los": Stated(DARK & LOS_RED & ~MODEM_DARK, CALL),
    # the line's lamp is right
    "router-wan-unconfigured": Stated(QUIET & ~WROTE & NEW_ROUTER, "read-router-page"),
    "credentials-rejected": Stated(QUIET & ~WROTE & (NEW_ROUTER | NEW_PROVIDER), CALL),
    "account-not-provisioned": Stated(QUIET & ~WROTE & ~NEW_ROUTER & (MOVED | NEW_PROVIDER | NEVER), CALL),
    "isp-aaa-down": Stated(QUIET & said("neighbours", "fail"), CALL),
    "isp-routing-blackhole": Stated(
        QUIET & ~WROTE & ~NEW_ROUTER & ~NEW_PROVIDER & ~MOVED & ~NEVER, "power-cycle-router", RESTARTED
    ),
    # a page comes, or a letter came
    "account-suspended": Stated((ANY_PAGE & said("browser-shows", "provider-page")) | (QUIET & WROTE), CALL),
    "captive-portal-login": Stated(ANY_PAGE & said("browser-shows", "sign-in"), "open-a-plain-page"),
    # one site; slow; drops
    "remote-site-down": Stated(asked_only & ONE_SITE & ~SPARED, "open-site-elsewhere"),
    "wifi-weak-signal": Stated(SPARED & FALTERS & BY_WIFI, "stand-beside-router"),
    "lan-cable-bad": Stated(SPARED & FALTERS & BY_CABLE, "swap-lan-cable"),
    "access-congestion": Stated(
        asked_only & said("what-fails", "slow") & OTHERS_FAIL & ~SPARED,
        "power-cycle-router",
        RESTARTED,
        "repeat-at-night",
    ),
    "access-burst-loss": Stated(
        asked_only & said("what-fails", "drops") & OTHERS_FAIL & ~SPARED, "power-cycle-router", RESTARTED
    ),
}
"""By the fault's code."""
