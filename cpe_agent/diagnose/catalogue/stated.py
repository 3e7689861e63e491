"""What each fault looks like to a person who has no program: pictures made of answers alone, held against each other.

Nothing is measured there, so a picture makes a suspect and never a name. One that points at the customer's own side
needs a positive sign of it (a box without any lamp, another device that works at the same place), never the mere lack
of another explanation. Where every lamp is right and every device is dead, the suspects are the provider's.
"""

from __future__ import annotations

from cpe_agent.diagnose.fault import NO_DEEPER, Stated
from cpe_agent.diagnose.gates import FIRST_SOCKET_WORKS, LAMP_DARK, LAMP_STEADY, LOS_RED, MODEM_DARK, MODEM_LIT
from cpe_agent.diagnose.predicate import Expr
from cpe_agent.diagnose.readings.asked import asked_only
from cpe_agent.diagnose.readings.said import (
    BROWSER_FAILS,
    LAMPS_OFF,
    LAMPS_ON,
    ONE_FAILS,
    OTHERS_FAIL,
    SECOND_WORKS,
    said,
)

RESTARTED = said("restarted", "in-vain")
NOT_THE_WIRING = said("first-socket", "fails")

BLINKS = said("line-lamp", "blinking")
LAMP_OFF = said("line-lamp", "off")
ALONE = said("second-device", "none") | said("devices-failing", "single")
PHONES_FAIL = said("phones", "fail")
ONE_SITE = said("what-fails", "one-site")
FALTERS = said("what-fails", "slow") | said("what-fails", "drops")
CERTIFICATE = said("browser-shows", "certificate")
WROTE = said("provider-wrote", "yes")
NEVER = said("changed", "never-worked")
MOVED = said("changed", "moved")
NEW_ROUTER = said("changed", "new-router")
NEW_PROVIDER = said("changed", "new-provider")
BY_WIFI = said("connected-by", "wifi")
BY_CABLE = said("connected-by", "cable")
NOT_JOINED = said("joined", "no")
JOINED = said("joined", "yes")

STOPPED: Expr = asked_only & ~ONE_SITE & ~FALTERS
PAGE_CAME: Expr = said("browser-shows", "provider-page") | said("browser-shows", "sign-in") | CERTIFICATE
NOTHING_COMES: Expr = STOPPED & ~PAGE_CAME

SPARED: Expr = (SECOND_WORKS | ONE_FAILS | said("devices-failing", "some")) & ~said("devices-failing", "all")
"""Another device gets through at the same place."""

HERE_ALONE: Expr = NOTHING_COMES & SPARED & ~LAMP_DARK & (LAMP_STEADY | ~LAMPS_OFF)
"""A dead box or line outweighs a device that works: that one may be on mobile data."""

NO_SIGNAL: Expr = NOTHING_COMES & (BLINKS | (LAMP_OFF & ~LAMPS_OFF))
QUIET: Expr = NOTHING_COMES & LAMP_STEADY & OTHERS_FAIL & ~SPARED
"""Every device is dead although the line's lamp is right: nothing in the home explains that."""

STATED: dict[str, Stated] = {
    # another device works
    "lan-cable-unplugged": Stated(HERE_ALONE & NOT_JOINED & BY_CABLE, "swap-lan-cable"),
    "wifi-not-associated": Stated(HERE_ALONE & NOT_JOINED & BY_WIFI, "join-home-wifi"),
    "static-ip-wrong": Stated(HERE_ALONE & JOINED & ~BROWSER_FAILS, "set-address-automatic"),
    "host-firewall-blocking": Stated(HERE_ALONE & JOINED & ~BROWSER_FAILS, "pause-protection"),
    "browser-only-fault": Stated(
        (HERE_ALONE & JOINED & BROWSER_FAILS) | (asked_only & SPARED & ONE_SITE), "try-another-browser"
    ),
    "clock-skew-tls": Stated(STOPPED & CERTIFICATE & (SPARED | ALONE), "set-clock-automatic"),
    # boxes without any lamp
    "router-power-off": Stated(NOTHING_COMES & LAMPS_OFF & ~LAMP_STEADY & ~BLINKS, "router-on-another-socket"),
    "modem-or-ont-power-off": Stated(
        NOTHING_COMES & MODEM_DARK & ~LOS_RED & ~LAMP_STEADY & ~LAMPS_OFF, "modem-on-another-socket"
    ),
    # the line
    "wan-cable-unplugged": Stated(
        NO_SIGNAL & MODEM_LIT & said("los-lamp", "off") & (MOVED | NEW_ROUTER), "photo-of-router-sockets"
    ),
    "home-line-wiring-fault": Stated(NO_SIGNAL & FIRST_SOCKET_WORKS & ~MODEM_DARK & ~LOS_RED, NO_DEEPER),
    "access-no-sync": Stated(
        (NO_SIGNAL | (NOTHING_COMES & PHONES_FAIL & LAMPS_ON)) & ~MODEM_DARK & ~LOS_RED,
        "test-at-first-socket",
        NOT_THE_WIRING,
    ),
    "access-optical-los": Stated(NOTHING_COMES & LOS_RED & ~LAMP_STEADY & ~MODEM_DARK, NO_DEEPER),
    # the line's lamp is right
    "router-wan-unconfigured": Stated(QUIET & ~WROTE & NEW_ROUTER, "read-router-page"),
    "credentials-rejected": Stated(QUIET & ~WROTE & (NEW_ROUTER | NEW_PROVIDER), NO_DEEPER),
    "account-not-provisioned": Stated(QUIET & ~WROTE & (MOVED | NEW_PROVIDER | NEVER), NO_DEEPER),
    "isp-routing-blackhole": Stated(
        QUIET & ~WROTE & ~NEW_ROUTER & ~NEW_PROVIDER & ~MOVED & ~NEVER, "power-cycle-router", RESTARTED
    ),
    "isp-aaa-down": Stated(
        NOTHING_COMES & OTHERS_FAIL & said("neighbours", "fail") & ~LAMP_STEADY & ~LAMP_DARK & ~LAMPS_OFF, NO_DEEPER
    ),
    # a page comes, or a letter came
    "account-suspended": Stated((STOPPED & said("browser-shows", "provider-page")) | (QUIET & WROTE), NO_DEEPER),
    "captive-portal-login": Stated(STOPPED & said("browser-shows", "sign-in"), "open-a-plain-page"),
    # one site; slow; drops
    "remote-site-down": Stated(asked_only & ONE_SITE & ~SPARED, "open-site-elsewhere"),
    "wifi-weak-signal": Stated(asked_only & SPARED & FALTERS & BY_WIFI, "stand-beside-router"),
    "lan-cable-bad": Stated(asked_only & SPARED & FALTERS & BY_CABLE, "swap-lan-cable"),
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
