"""``cpe-agent`` over the wire of Windows and macOS: ``python -m tests.login.over_pcap login-test ...``."""

from __future__ import annotations

from cpe_agent.cli import cli
from cpe_agent.host.pcap_wire import PcapWire
from cpe_agent.login import command


def open_wire(nic: str, *, vlan: int | None = None) -> PcapWire:
    return PcapWire(nic, vlan)


if __name__ == "__main__":
    vars(command)["open_wire"] = open_wire
    cli()
