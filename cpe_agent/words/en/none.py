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
    "outside-our-field": FaultText(
        title="The line works; this is something else",
        customer="The Internet connection works from this computer. What is missing is not something that the line or "
        "the provider can give.",
        representative="All checks pass; the customer names a trouble outside the provider's field (sound, virus, "
        "printer, mail program, re-installation, another device).",
        next_step="Say kindly that the line is fine and who helps: the shop or maker of the device or program.",
    ),
}
