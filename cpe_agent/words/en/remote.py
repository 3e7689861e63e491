"""English texts of the faults whose owner is ``remote``."""

from __future__ import annotations

from cpe_agent.words import FaultText

FAULTS: dict[str, FaultText] = {
    "international-path-down": FaultText(
        title="The way abroad is cut",
        customer="The line works and networks of this country answer. Nothing abroad does. Nothing in the home is "
        "wrong.",
        representative="Three independent networks abroad silent by TCP, UDP and ICMP, while addresses of the provider or "
        "of this country answer.",
        next_step="Tell the network operation centre; expect many calls; no ticket on the line.",
    ),
    "remote-dns-broken": FaultText(
        title="The asked site's own name servers fail",
        customer="The line and all other sites work. The name servers of this one site fail, wherever one asks.",
        representative="Name fails at the customer's resolver and at two public ones, control names are fine.",
        next_step="Try later; the site's operator has to repair its name servers.",
    ),
    "remote-site-blocks-customer": FaultText(
        title="The asked site refuses to answer here",
        customer="The line works and the site answers, but with a refusal. It may do so only to this program.",
        representative="Status 403, 429 or 451 from the site itself, other sites fine. A browser or another access may "
        "get through.",
        next_step="Open the site in a browser and over a mobile connection; if only this line is refused, ask the "
        "site or the abuse desk.",
    ),
    "remote-site-down": FaultText(
        title="The asked site is out of order",
        customer="The line and other sites work. The asked site itself does not answer as it should.",
        representative="Target fails at TCP, TLS or with 5xx; address confirmed by a public resolver; three control sites "
        "fine.",
        next_step="Try later; no ticket on the line.",
    ),
    "remote-tls-fault": FaultText(
        title="The asked site's certificate does not hold",
        customer="The certificate with which this site proves who it is does not hold; those of other sites do. "
        "Please do not skip the browser's warning.",
        representative="Certificate failure on the target only, control sites valid, clock within five minutes as far as "
        "measured.",
        next_step="Tell the site's operator; do not bypass the warning.",
    ),
    "transit-loss": FaultText(
        title="Packets get lost far out in the Internet",
        customer="The home and its line are clean; packets get lost far outside.",
        representative="Gateway and first hop clean, far end loses: provider's core or a network behind it.",
        next_step="Measure from the provider's edge to the same far end; open a peering ticket if it is clean there.",
    ),
}
