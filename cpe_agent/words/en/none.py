"""English texts of the faults whose owner is ``none``."""

from __future__ import annotations

from cpe_agent.words import FaultText

FAULTS: dict[str, FaultText] = {
    "healthy-recovered": FaultText(
        title="Everything works; the connection is young",
        customer="Everything works now. The router's connection came up a short while ago, so it was interrupted "
        "before.",
        representative="All rungs proven; WAN uptime under 30 minutes: a drop or restart has just ended.",
        next_step="Nothing to do now; watch it for a day and call again with this code if it returns.",
    ),
    "site-name-unknown": FaultText(
        title="The asked name does not exist",
        customer="The connection works. The name of the asked site does not exist anywhere.",
        representative="NXDOMAIN for the target from the customer's resolver and a public one: a misspelt or expired "
        "name. Nothing on the line.",
        next_step="Check the spelling of the name.",
    ),
    "outside-our-field": FaultText(
        title="The line works; this is something else",
        customer="The Internet connection works from this computer. What is missing is not something that the line or "
        "the provider can give.",
        representative="All checks pass; the customer names a trouble outside the provider's field (sound, virus, "
        "printer, mail program, re-installation, another device).",
        next_step="Ask the shop or maker of that device or program: the Internet line is fine.",
    ),
}
