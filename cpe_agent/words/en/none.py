"""English texts of the faults whose owner is ``none``."""

from __future__ import annotations

from cpe_agent.words import FaultText

FAULTS: dict[str, FaultText] = {
    "outside-our-field": FaultText(
        title="The line works; this is something else",
        customer="The Internet connection works from this computer. What is missing is not something that the line or "
        "the provider can give.",
        representative="All checks pass; the customer names a trouble outside the provider's field (sound, virus, "
        "printer, mail program, re-installation, another device).",
        next_step="Say kindly that the line is fine and who helps: the shop or maker of the device or program.",
    ),
}
