"""English texts of the faults whose owner is ``device``."""

from __future__ import annotations

from cpe_agent.words import FaultText

FAULTS: dict[str, FaultText] = {
    "dns-settings-hijacked": FaultText(
        title="A foreign name service is set here",
        customer="A name service that gives false addresses is set on this computer. The one that the home hands "
        "out works.",
        representative="Static resolver returns unroutable addresses for public names; automatic resolver and public ones "
        "do not.",
        next_step="Set the name service (DNS) to automatic and let a virus scan run.",
    ),
    "encrypted-dns-blocked": FaultText(
        title="Encrypted name look-ups get no answer",
        customer="This computer is set to look up names only encrypted, and that way gets no answer. The plain way "
        "works.",
        representative="Strict DNS over TLS configured, port 853 unanswered, plain port 53 answers.",
        next_step="Set private DNS to automatic.",
    ),
    "hosts-file-override": FaultText(
        title="This computer sends the site elsewhere",
        customer="A line in this computer's own address list (hosts file) sends the asked site to another place.",
        representative="hosts entry for the target with an address that no name server gives; other sites fine.",
        next_step="Remove the line from the hosts file; if nobody put it there, let a virus scan run.",
    ),
    "static-dns-dead": FaultText(
        title="The set name service does not answer",
        customer="A name service set by hand on this computer does not answer. The one that the home hands out works.",
        representative="Static resolver dead; the automatic one (router or provider) answers in the same run.",
        next_step="Set the name service (DNS) to automatic.",
    ),
}
