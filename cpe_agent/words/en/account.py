"""English texts of the faults whose owner is ``account``."""

from __future__ import annotations

from cpe_agent.words import FaultText

FAULTS: dict[str, FaultText] = {
    "account-auth-lockout": FaultText(
        title="Silence after refused logins",
        customer="The login server refused a login some minutes ago, and now nobody answers. Some providers keep silent "
        "for a few minutes then.",
        representative="Explicit reject within ten minutes, then no PADO or no session. Lock-out of this hardware address "
        "or a line that failed meanwhile: only a pause tells.",
        next_step="Stop all dialling for ten minutes; look for a lock of this line, and read the reject reason before the "
        "next try.",
    ),
    "account-line-binding-mismatch": FaultText(
        title="The login does not fit this line",
        customer="The provider's login server says that this account belongs to another line. The provider has to "
        "match them; nothing in the home is wrong.",
        representative="Reject text names port, circuit or MAC binding: pair swap, move or wrong circuit id.",
        next_step="Compare circuit id and NAS port of the request with the order; joint ticket with the line's owner.",
    ),
    "account-not-provisioned": FaultText(
        title="The service is not switched on yet",
        customer="The provider accepted the login but gave this account no service. The provider has to finish "
        "switching it on.",
        representative="Authentication acknowledged, then IPCP ended without service or address: account without service "
        "profile.",
        next_step="Check the order's state and the service profile of the account.",
    ),
    "account-session-limit": FaultText(
        title="An earlier session is still open",
        customer="The provider still holds an earlier session and refuses a second one. It usually ends by itself "
        "within three minutes.",
        representative="Reject because of an open session (Simultaneous-Use), typical right after a restart.",
        next_step="Clear the stale session; if there is none, look for a second dialler with the same account.",
    ),
    "account-suspended": FaultText(
        title="The account is blocked at the provider",
        customer="The line works. The provider has paused this account: it turns the login down, or shows its own page in "
        "place of the Internet.",
        representative="Walled garden of the provider, or a login verdict of disabled, expired or restricted. Not a "
        "password matter, not a line matter.",
        next_step="Look at the account in billing; once it is released, let the router log in again.",
    ),
    "captive-portal-login": FaultText(
        title="This network wants a sign-in first",
        customer="The network lets nobody out before a sign-in on its own page. Open a browser and a plain page, "
        "and it will appear.",
        representative="Plain-HTTP checks answered by a host that is not the provider's: captive portal of a hotspot, "
        "hotel or company.",
        next_step="Open a browser, go to http://example.com and sign in on the page that appears.",
    ),
    "credentials-keyboard-layout": FaultText(
        title="Was another keyboard layout or Caps Lock on?",
        customer="The login server refused this pair. What was typed looks as if another keyboard language or Caps Lock "
        "was on; that is a question, not a finding.",
        representative="Reject, and the shape of the typed text fits another layout or Caps Lock. A hint only: the "
        "password may be meant so. The text itself is not kept.",
        next_step="Read the reject reason first; then have it typed once more with English on and Caps Lock off.",
    ),
    "credentials-missing": FaultText(
        title="No login is stored",
        customer="The connection asks for a user name and a password, and none is stored on this computer.",
        representative="Dialler reports no secrets; no authentication request was ever sent.",
        next_step="Enter the user name and password from the provider's letter; the provider can read out the user "
        "name.",
    ),
    "credentials-rejected": FaultText(
        title="The login server refused this login",
        customer="The line works, and the provider's side answered this login with no. The reason is only in the "
        "provider's own log: it can be the user name or password, and it can be the provider's own login server or records. The "
        "provider looks first.",
        representative="Explicit reject from AAA. The same code covers wrong secret, realm, session limit, lock-out and "
        "binding: the sub-cause is in the reject log.",
        next_step="Read the AAA reject reason first; only if it says bad password, reset it and read it out to the "
        "customer. No entry for this line: look at the login server.",
    ),
    "credentials-stale-on-router": FaultText(
        title="The login in the router is another one",
        customer="The provider's login server accepted the login that was tested on this computer, and refuses the one that "
        "the router sends. The router needs the one that works.",
        representative="Login test accepted within a quarter of an hour, while the router reports an explicit reject: line, "
        "concentrator and account work, the pair stored in the router differs.",
        next_step="Open the router's Internet page and store the user name and password that the login test accepted.",
    ),
    "credentials-username-malformed": FaultText(
        title="Is the user name in its full form?",
        customer="The login server refused this pair. The user name that was tested does not have the usual form, for example "
        "no part after an @; that is a question, not a finding.",
        representative="Reject, and the shape of the typed name is unusual: no realm, spaces or signs that do not show, "
        "other digits, too long. A hint only; the text itself is not kept.",
        next_step="Read the reject reason first; then read the exact user name out to the customer, sign by sign.",
    ),
    "credentials-wrong-password": FaultText(
        title="The login server says the password differs",
        customer="The provider's login server says that it has another password for this user name. The provider checks "
        "that in its log and can set a new one.",
        representative="Reject text names the password. Confirm in the AAA log: some servers send this text for every "
        "refusal.",
        next_step="Confirm in the AAA log, then reset the password and read it back.",
    ),
    "credentials-wrong-realm": FaultText(
        title="The login server does not know this realm",
        customer="The part of the user name after the @ is not one that the login server knows. It often stays "
        "behind after a change of provider.",
        representative="Reject text: unknown realm or domain.",
        next_step="Tell the customer the exact user name form of the present provider; check for a recent change of "
        "provider.",
    ),
}
