"""What a concentrator may do at a login, and what the login test must say about it."""

from __future__ import annotations

from typing import Any, NamedTuple

LISTED = '[isp]\nconcentrators = ["BRAS-1"]\n'
ROGUE = {"name": "home-lab", "mac": "02:ba:d0:00:00:02"}


class Case(NamedTuple):
    """``behaviour``: of the scripted concentrator. ``fault`` and ``owner`` None: nobody is named (exit status 3).
    ``note``: one that must be among the remarks. ``profile``: TOML."""

    name: str
    behaviour: dict[str, Any]
    outcome: str
    fault: str | None = None
    owner: str | None = None
    arguments: tuple[str, ...] = ()
    right: bool = True
    method: str | None = None
    message: str | None = None
    note: str | None = None
    suspects: tuple[str, ...] = ()
    profile: str | None = None
    paps: int = 0  # passwords in the clear that the concentrator saw


def accepted(name: str, behaviour: dict[str, Any], method: str, *arguments: str, **more: Any) -> Case:
    more = {"owner": "none", "message": "Welcome", **more}
    return Case(name, behaviour, "accepted", arguments=arguments, method=method, **more)


def refused(name: str, behaviour: dict[str, Any], fault: str, method: str = "chap", **more: Any) -> Case:
    return Case(name, behaviour, "rejected", fault, "account", right=False, method=method, **more)


CASES: tuple[Case, ...] = (
    accepted("right", {}, "chap"),
    accepted("right, MS-CHAPv2", {"methods": ["mschapv2"]}, "mschapv2"),
    accepted("right, PAP to a listed concentrator", {"methods": ["pap"]}, "pap", profile=LISTED, paps=1),
    accepted("right, PAP with yes", {"methods": ["pap"]}, "pap", "--yes", paps=1),
    accepted("asked for PAP, talked into CHAP", {"methods": ["pap", "chap"]}, "chap"),
    accepted("MS-CHAPv2 wished for", {"methods": ["chap", "mschapv2"]}, "mschapv2", "--method", "mschapv2"),
    accepted("on a VLAN", {"vlan": 35}, "chap", "--vlan", "35"),
    accepted("PADO after a second", {"pado_delay": 1.0}, "chap"),
    accepted("that service", {"services": ["gold"]}, "chap", "--service", "gold"),
    accepted("a link that answers slowly", {"ppp_delay": 0.6}, "chap"),
    accepted("PADO twice", {"pado_twice": True}, "chap"),
    accepted("verdict under a foreign identifier", {"identifier_wrong": True}, "chap"),
    accepted("a second, different challenge", {"challenge_twice": True}, "chap"),
    accepted("garbage behind every frame", {"flood": 20}, "chap"),
    accepted("broken tags behind the good ones", {"pado_tags": "0105ffff41"}, "chap"),
    accepted("tags until the frame is full", {"pado_tags": "01050001aa" * 250}, "chap"),
    accepted("header compression wished for", {"lcp_options": "0702080213032a"}, "chap"),
    accepted("an option of a wrong length", {"lcp_options": "0103aa"}, "chap"),
    accepted("IPv6 alone", {"ipcp": "six"}, "chap", note="address.six-only"),
    refused("wrong", {}, "credentials-rejected", message="Login incorrect"),
    refused("wrong, no text", {"no_text": ""}, "credentials-rejected"),
    refused("wrong, a friendly text", {"no_text": "Welcome alice"}, "credentials-rejected", message="Welcome alice"),
    refused("wrong, says the password", {"no_text": "Password incorrect"}, "credentials-wrong-password"),
    refused("unknown realm", {"no_text": "unknown realm other.example"}, "credentials-wrong-realm"),
    refused("session limit", {"no_text": "You are already logged in - access denied"}, "account-session-limit"),
    refused("disabled", {"no_text": "Account suspended: unpaid invoice"}, "account-suspended"),
    refused("line binding", {"no_text": "NAS-Port mismatch"}, "account-line-binding-mismatch"),
    refused("wrong, PAP", {"methods": ["pap"]}, "credentials-rejected", "pap", profile=LISTED, paps=1),
    refused(
        "wrong, MS-CHAPv2",
        {"methods": ["mschapv2"], "mschap_error": "E=691 R=0 C=00 V=3 M=No"},
        "credentials-rejected",
        "mschapv2",
        message="No",
    ),
    refused(
        "disabled, MS-CHAPv2",
        {"methods": ["mschapv2"], "mschap_error": "E=647 R=0 C=00 V=3 M=Off"},
        "account-suspended",
        "mschapv2",
    ),
    refused("Failure, then Terminate-Request", {"order": "verdict-term"}, "credentials-rejected"),
    refused("Terminate-Request, then Failure", {"order": "term-verdict"}, "credentials-rejected"),
    refused(
        "wrong, a rogue beside the listed one",
        {"rogue": ROGUE},
        "credentials-rejected",
        profile=LISTED,
        note="concentrator.stranger-beside",
    ),
    Case(
        "wrong, says one of two strangers",
        {"rogue": ROGUE},
        "rejected",
        right=False,
        method="chap",
        suspects=("credentials-rejected",),
        note="concentrator.which",
    ),
    Case(
        "wrong, says one that is not listed",
        {"name": "other"},
        "rejected",
        right=False,
        method="chap",
        suspects=("credentials-rejected",),
        profile=LISTED,
        note="concentrator.not-listed",
    ),
    Case("nobody answers", {"mute": "padi"}, "no-pado", "access-no-pado", "access"),
    Case("nobody answers, wrong password", {"mute": "padi"}, "no-pado", "access-no-pado", "access", right=False),
    Case("an offer to another call", {"pado_host_uniq": False}, "no-pado", note="no-pado.unmatched"),
    Case("silent on our VLAN", {"vlan": 35}, "no-pado", "access-no-pado", "access", note="no-pado.late"),
    Case(
        "nobody offers that service",
        {"services": ["gold"]},
        "no-pado",
        arguments=("--service", "lead"),
        note="no-pado.service",
    ),
    Case("an offer with an error", {"pado_error": [0x0202, "full"]}, "pads-error", "isp-bras-overloaded", "isp-core"),
    Case("no PADS", {"mute": "padr"}, "no-pads", "isp-bras-overloaded", "isp-core"),
    Case(
        "Service-Name-Error",
        {"pads_error": [0x0201, "no such service"]},
        "pads-error",
        suspects=("router-wan-mode-mismatch",),
        message="no such service",
        note="pads.service-name",
    ),
    Case("AC-System-Error", {"pads_error": [0x0202, "full"]}, "pads-error", "isp-bras-overloaded", "isp-core"),
    Case("Generic-Error", {"pads_error": [0x0203, ""]}, "pads-error", "isp-bras-overloaded", "isp-core"),
    Case("session number zero", {"pads_session": 0}, "pads-error", "isp-bras-overloaded", "isp-core"),
    Case("no LCP", {"mute": "lcp"}, "lcp-failed", suspects=("isp-bras-overloaded",), note="lcp.silent"),
    Case("line looped", {"loop": True}, "lcp-failed", note="lcp.loop"),
    Case(
        "broken LCP options",
        {"lcp_options": "03ff"},
        "lcp-failed",
        note="lcp.silent",
        suspects=("isp-bras-overloaded",),
    ),
    Case(
        "no challenge",
        {"mute": "challenge"},
        "auth-timeout",
        method="chap",
        suspects=("isp-aaa-down", "isp-bras-overloaded"),
        note="auth.no-challenge",
    ),
    Case("login server silent", {"mute": "auth"}, "auth-timeout", "isp-aaa-down", "isp-core", method="chap"),
    Case(
        "login server silent, wrong password",
        {"mute": "auth"},
        "auth-timeout",
        "isp-aaa-down",
        "isp-core",
        right=False,
        method="chap",
    ),
    Case(
        "silent in the login, link dead",
        {"mute": "auth", "echo": False},
        "auth-timeout",
        method="chap",
        suspects=("isp-aaa-down", "isp-bras-overloaded"),
        note="auth.silent-link-dead",
    ),
    Case("PAP only, a stranger", {"methods": ["pap"]}, "auth-method-refused", note="pap.stranger"),
    Case("PAP wished for, a stranger", {}, "auth-method-refused", arguments=("--method", "pap"), note="pap.stranger"),
    Case("EAP only", {"methods": ["eap"]}, "auth-method-refused", note="method.other"),
    Case(
        "CHAP only, PAP wished for",
        {},
        "auth-method-refused",
        arguments=("--method", "pap", "--yes"),
        note="method.other",
    ),
    Case(
        "PAP only, hangs up at our Nak",
        {"methods": ["pap"], "term_text": "peer refused to authenticate"},
        "auth-method-refused",
        message="peer refused to authenticate",
        note="pap.stranger",
    ),
    Case("no login asked for", {"methods": []}, "no-auth-required", note="no-auth"),
    Case(
        "hangs up before the login",
        {"order": "term-before-login"},
        "terminated",
        suspects=("auth-protocol-mismatch", "isp-bras-overloaded"),
        note="terminated.before-login",
    ),
    Case(
        "hangs up without a verdict",
        {"order": "term"},
        "terminated",
        right=False,
        method="chap",
        suspects=("credentials-rejected", "isp-aaa-down"),
        note="terminated.without-verdict",
    ),
    Case(
        "PADT without a verdict",
        {"order": "padt"},
        "terminated",
        right=False,
        method="chap",
        suspects=("credentials-rejected", "isp-aaa-down"),
        note="terminated.without-verdict",
    ),
    Case(
        "hangs up, its login server was silent",
        {"order": "term", "term_text": "RADIUS timeout"},
        "terminated",
        "isp-aaa-down",
        "isp-core",
        method="chap",
        message="RADIUS timeout",
    ),
    Case(
        "a yes without a proof",
        {"methods": ["mschapv2"], "proof": False},
        "terminated",
        method="mschapv2",
        note="auth.no-proof",
    ),
    accepted(
        "accepted, no service",
        {"ipcp": "reject"},
        "chap",
        fault="account-not-provisioned",
        owner="account",
        note="address.refused",
    ),
    accepted(
        "accepted, no address",
        {"ipcp": "zero"},
        "chap",
        owner=None,
        suspects=("isp-ip-pool-exhausted", "account-not-provisioned"),
        note="address.none",
    ),
    accepted(
        "accepted, IPCP silent",
        {"mute": "ipcp"},
        "chap",
        owner=None,
        suspects=("isp-ip-pool-exhausted", "account-not-provisioned"),
        note="address.none",
    ),
    accepted(
        "accepted, then hung up",
        {"ipcp": "term"},
        "chap",
        owner=None,
        message=None,
        suspects=("account-not-provisioned", "account-session-limit"),
        note="address.hung-up",
    ),
)
