"""English sentences of the login test."""

from __future__ import annotations

PHRASES: dict[str, str] = {
    "prompt": "Password of the Internet login (not shown): ",
    "prompt.router": "Password of the router's own pages (not shown): ",
    # while it runs
    "stage.discovery": "calling for the provider's concentrator",
    "stage.session": "asking it for a session",
    "stage.link": "agreeing on the link",
    "stage.login": "logging in",
    "stage.address": "asking for an address",
    "stage.close": "hanging up",
    "stage.ok": "ok",
    "stage.failed": "failed",
    # the headline, by outcome
    "outcome.accepted": "The login server accepted this user name and password",
    "outcome.rejected": "The login server refused this pair of user name and password",
    "outcome.no-pado": "No concentrator answered the call",
    "outcome.no-pads": "A concentrator answered, but gave no session",
    "outcome.pads-error": "The concentrator answered the wish for a session with an error",
    "outcome.lcp-failed": "The link to the concentrator could not be agreed on",
    "outcome.auth-timeout": "The login server gave no verdict",
    "outcome.auth-method-refused": "No way of logging in that both sides accept",
    "outcome.no-auth-required": "The concentrator let everybody in: no login was asked for",
    "outcome.terminated": "The far end hung up before a verdict",
    "outcome.not-permitted": "This user may not send raw frames",
    "outcome.refused-by-rules": "Not tried: a login now could do harm",
    # what it means when nobody is named
    "unnamed.accepted": "Line, concentrator, login server and account work for this pair.",
    "unnamed.other": "This alone does not show where the trouble is.",
    "unnamed.not-run": "No login was sent, so this says nothing about the user name, the password or the line.",
    # what to do
    "next.call": "Call {provider} and read them this answer and the time of the test: {time}. Nobody needs to hear the "
    "password.",
    "next.not-permitted": "Start it again as root, with sudo in front. The right CAP_NET_RAW alone is enough.",
    "label.said": "The server's words",
    "label.login": "Way of logging in",
    "label.by": "Answered",
    "label.ask": "Ask first",
    "label.provider": "For the provider",
    "known": "in the provider's list",
    "stranger": "not in the provider's list",
    # remarks
    "lcp.loop": "Our own packets come back: the line is looped somewhere. The provider should look for a loop test that "
    "was left on.",
    "lcp.silent": "A session was given, and then the concentrator kept silent. Repeat once; then the provider should look "
    "at this concentrator.",
    "lcp.no-agreement": "Both sides kept turning down each other's link options.",
    "auth.no-challenge": "The link was agreed on, and then no login was asked for. Nothing was sent.",
    "auth.silent-link-alive": "The link behind it still answers: it is the login server that keeps silent, and this says "
    "nothing about the password.",
    "auth.silent-link-dead": "The link no longer answers either, so the login server may never have been reached.",
    "auth.no-proof": "It said yes without proving that it knows the password, as MS-CHAPv2 asks. That is no provider's "
    "yes.",
    "method.other": "It asks for a way of logging in that was not offered here. Leave --method at auto; if that was so, "
    "the provider must say which way it wants.",
    "pap.stranger": "It wants the password in the clear (PAP), and it is not known to be the provider's. List it in the "
    "profile (isp.concentrators), or say --yes if this computer is certainly at the provider's line.",
    "no-auth": "The line works without a login, so this pair was not tested.",
    "no-pado.behind-router": "This computer has a default gateway on this interface, so it sits behind a router, and a "
    "call from there reaches no concentrator. Connect it straight to the modem and repeat.",
    "no-pado.no-routes": "Whether this computer sits behind a router is not known, and from there a call reaches no "
    "concentrator.",
    "no-pado.service": "A concentrator that does not offer the service that was asked for keeps silent. Repeat without "
    "--service.",
    "no-pado.unmatched": "A concentrator did answer, but not to this call: its offer lacks our mark or is garbled. So the "
    "line carries frames; the provider should look at its concentrator, or another program here dials as well.",
    "no-pado.not-wired": "This interface is no plain network cable, so the call may never have reached the line. Repeat with "
    "--interface and the wired one at the modem.",
    "no-pado.late": "This says nothing about the user name or the password. It looks the same when the cable does not lead "
    "to the modem or the modem has no signal on the line: look at both first. If the provider uses a VLAN, repeat with "
    "--vlan. Some concentrators answer later than this test waits: the provider looks at its own first.",
    "pads.service-name": "It does not offer the service that was asked for. Repeat without --service, or with the name "
    "from the provider.",
    "lockout.rejected-before": "A login from this computer was refused within the last ten minutes. Some concentrators "
    "then ignore it for a while: wait ten minutes and repeat once.",
    "lockout.history-unknown": "The record of earlier tests is damaged, so a lock-out after earlier refusals cannot be "
    "ruled out: wait ten minutes and repeat once.",
    "terminated.before-login": "No login had been sent.",
    "terminated.without-verdict": "The login had been sent: a refusal without a word, or a login server in trouble. Not a "
    "line fault.",
    "address.refused": "The login is accepted, and then this account is given no Internet service.",
    "address.hung-up": "The login is accepted, and then the far end hung up before an address was given.",
    "address.none": "The login is accepted, and no address was given. The provider looks at its address pool and at the "
    "account's service.",
    "address.six-only": "The login is accepted; IPv4 is refused and IPv6 offered.",
    "concentrator.stranger-beside": "A second concentrator that is not in the provider's list answered as well. It was "
    "left alone; the provider should know about it.",
    "concentrator.several-strangers": "Several concentrators answered, and it is not known which are the provider's.",
    "concentrator.not-listed": "The one that spoke is not in the provider's list, so its word is not the provider's.",
    "concentrator.which": "A profile that lists the provider's concentrators decides whose word this was.",
    "concentrator.behind-router": "This computer has a default gateway on this interface, so it sits behind a router, and a "
    "concentrator that answers there need not be the provider's. Connect it straight to the modem, or list the "
    "provider's concentrators in the profile.",
    "rejected.stale-session": "If a router was logged in on this line within the last three minutes, its session may still "
    "be open and this one refused as a second one: wait three minutes and repeat once.",
    "rules.too-soon": "The last login of this name was refused less than half a minute ago, and refusals in quick "
    "succession can lock the account. Possible again in {wait} s.",
    "rules.too-many": "Three logins of this name were sent within ten minutes, and more can lock the account. Possible again in "
    "{clock} minutes.",
    "rules.session-up": "A session of this home is up, and a second login could end it. Nothing is wrong with the login "
    "while it stands.",
    "rules.override": "--yes tries all the same, at that risk.",
    "memory.damaged": "The record of earlier tests is damaged; it is begun anew. Do not repeat this test at short "
    "intervals.",
    "memory.unwritable": "The record of this test could not be written, so the next one will not know of it. Wait half a "
    "minute before repeating it, and do not try more than three times in ten minutes.",
}
