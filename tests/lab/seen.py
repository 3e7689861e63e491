"""A lab through the eyes of ordinary tools: ping, dig, curl, upnpc, traceroute, arping."""

from __future__ import annotations

from typing import NamedTuple

from tests.lab import plan
from tests.lab.home import Home
from tests.lab.world_igd import HTTP_PORT


class Seen(NamedTuple):
    """What ordinary tools see from the computer."""

    home: Home

    def ping(self, address: str, *options: str) -> bool:
        return self.home.run(["ping", "-n", "-c1", "-W0.5", *options, address]).status == 0

    def lost(self, address: str, count: int = 200) -> float:
        """Percent of ``count`` echoes that did not come back."""
        said = self.home.run(["ping", "-n", "-q", "-c", str(count), "-i", "0.002", "-W", "1", address]).stdout
        return float(said.split("% packet loss")[0].rpartition(" ")[2])

    def dig(self, *question: str) -> str:
        return self.home.run(["dig", "+tries=1", "+time=1", *question]).stdout

    def status(self, url: str, *options: str) -> str:
        """HTTP status and where it leads, or ``000 `` and curl's exit status."""
        words = ["curl", "-sS", "-m1", "-o", "/dev/null", "-w", "%{http_code} %{redirect_url}", *options, url]
        ran = self.home.run(words)
        return f"000 {ran.status}" if ran.status else ran.stdout.strip()

    def check(self, *options: str) -> str:
        return self.status("http://connectivitycheck.gstatic.com/generate_204", *options)

    def igd(self) -> str:
        where = f"http://{plan.LAN_ROUTER}:{HTTP_PORT}/rootDesc.xml"
        return self.home.run(["upnpc", "-u", where, "-s"]).stdout

    def hops(self, address: str = "9.9.9.9") -> list[str]:
        said = self.home.run(["traceroute", "-n", "-q1", "-w0.5", "-m8", address]).stdout
        return [line.split()[1] for line in said.splitlines()[1:]]

    def neighbour(self) -> bool:
        words = ["arping", "-f", "-c2", "-w1", "-I", "eth0", plan.LAN_ROUTER]
        return self.home.run(words).status == 0
