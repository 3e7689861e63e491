"""A real access concentrator: pppoe-server and pppd, with real secrets, on a kernel that carries PPP.

It answers PADI on port ``vec0``; sessions get addresses of ``plan.PPP_POOL``. With a second port it routes them into
the provider's network. The pairs it knows are in pppd's own files, or in FreeRADIUS behind pppd's radius.so
(``login_server``).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tests.lab import login_server, plan
from tests.lab.machine import Machine

if TYPE_CHECKING:
    from tests.lab.processes import Processes
    from tests.lab.topology import Room

AUTH = {
    "pap": "require-pap",
    "chap": "require-chap",
    "mschapv2": "require-mschap-v2",
    "any": "require-chap\nrequire-mschap-v2\nrequire-pap",  # offered in this order; a Configure-Nak gets the next
    "none": "noauth",
}
READY = "concentrator is ready"

_OPTIONS = """\
{auth}
{backend}
debug
mtu 1492
mru 1492
noipv6
novj
connect-delay 1
lcp-echo-interval 10
lcp-echo-failure 3
ms-dns {dns[0]}
ms-dns {dns[1]}
"""
"""Left alone, pppd waits a second for the caller's first packet and then drops it (connect-delay)."""
_SCRIPT = """\
echo 1 > /proc/sys/net/ipv4/ip_forward
cp {files}/* /etc/ppp
ip link set vec0 up
if [ -e /sys/class/net/vec1 ]; then
  ip addr add {inside}/30 dev vec1
  ip link set vec1 up
  ip route add default via {upstream}
fi
{login_server}
pppoe-server -F -I vec0 -C '{ac_name}' {services} -L {local} -R {first} -N {sessions} -O /etc/ppp/server-options &
until grep -q ' 8863 ' /proc/net/packet; do sleep 0.01; done
echo {ready}
wait
"""


class Concentrator:
    """``auth`` is a key of ``AUTH``; ``backend`` is secrets | radius; ``services`` are the names that it offers, the
    first also to those who ask for none; ``sessions`` is how many it holds at once."""

    def __init__(
        self,
        room: Room,
        processes: Processes,
        directory: Path,
        ports: Sequence[str],
        *,
        name: str = "concentrator",
        auth: str = "any",
        backend: str = "secrets",
        ac_name: str = "lab-bras",
        services: Sequence[str] = (),
        sessions: int = 16,
    ) -> None:
        self.machine = Machine(name, room, processes, directory, ports)
        self._files = directory / f"{name}.ppp"
        self._silent = directory / f"{name}.silent"
        self._files.mkdir(mode=0o700)
        secrets = "".join(f'"{user}" * "{word}" *\n' for user, word in login_server.ACCOUNTS.items())
        for file in ("pap-secrets", "chap-secrets"):
            (self._files / file).write_text(secrets, encoding="utf-8")
        radius = backend == "radius"
        plugin = "plugin radius.so\nradius-config-file /etc/ppp/radius.conf" if radius else ""
        options = _OPTIONS.format(auth=AUTH[auth], backend=plugin, dns=plan.RESOLVERS)
        (self._files / "server-options").write_text(options, encoding="utf-8")
        if radius:
            login_server.write_files(self._files)
        self._script = _SCRIPT.format(
            files=self._files, inside=plan.PPP_INSIDE, upstream=plan.PPP_UPSTREAM, local=plan.PPP_LOCAL,
            first=plan.PPP_FIRST, ac_name=ac_name, sessions=sessions, ready=READY,
            services=" ".join(f"-S '{service}'" for service in services),
            login_server=login_server.start(self._silent) if radius else "",
        )  # fmt: skip

    def plug(self) -> None:
        self.machine.plug()

    def start(self) -> None:
        """Boots it; ``wait`` when it is needed."""
        self.machine.start(self._script)

    def wait(self) -> None:
        self.machine.wait_for(READY)

    @contextlib.contextmanager
    def login_server_silent(self) -> Iterator[None]:
        """The login server hears everything and answers nothing; the concentrator goes on without it."""
        heard = len(self.machine.log())
        self._silent.touch()
        try:
            self.machine.wait_for(login_server.IS_SILENT, heard)
            yield
        finally:
            self._silent.unlink()
            self.machine.wait_for(login_server.IS_BACK, heard)
