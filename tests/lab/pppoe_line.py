"""A bare line with a real concentrator at its end, for whatever dials by itself.

    with PppoeLine(backend="radius") as line:
        line.dialer.shell(f"pppoe-discovery -I {line.interface}")

::

    dialer (eth0) -- line (bridge) -- concentrator
"""

from __future__ import annotations

import secrets
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.lab.concentrator_real import Concentrator
from tests.lab.machine import Machine
from tests.lab.pppoe_kernel import carrier
from tests.lab.processes import PREFIX, Processes, forget, sweep
from tests.lab.topology import Room, cable


class PppoeLine:
    """Context manager. ``namespace`` and ``interface`` are where PADI is answered; the keyword arguments are those of
    ``Concentrator``."""

    interface = "eth0"

    def __init__(self, **options: Any) -> None:
        self.tag = f"cpe{secrets.token_hex(2)}"
        self.dialer = Room(self.tag, "dialer")
        self.line = Room(self.tag, "line")
        self._options = options

    @property
    def namespace(self) -> str:
        """The network namespace to dial from (``ip netns exec NAMESPACE ...``)."""
        return self.dialer.netns

    def __enter__(self) -> Self:
        if carrier().kind is None:
            raise RuntimeError(str(carrier()))
        sweep()
        self._directory = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{self.tag}-"))
        self._processes = Processes(self._directory, self.tag)
        try:
            self._up()
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is not None:
            print(self.concentrator.machine.log())
        self._close()

    def _up(self) -> None:
        cable([self.dialer, self.line], [("dialer", self.interface, "line", "customer")])
        self.concentrator = Concentrator(self.line, self._processes, self._directory, ["port"], **self._options)
        self.concentrator.plug()
        self.concentrator.start()
        self.line.shell(
            "ip link add br0 type bridge stp_state 0 forward_delay 0\n"
            "ip link set customer master br0 up\nip link set port master br0\nip link set br0 up\n"
        )
        self.dialer.shell(f"ip link set lo up\nip link set {self.interface} up\n")
        self.concentrator.wait()
        self.dialer.wait_for_carrier(self.interface)

    def machine(self, name: str, script: str) -> Machine:
        """One more box on this line, with ``vec0`` plugged in, that runs ``script``."""
        box = Machine(name, self.line, self._processes, self._directory, [name])
        box.plug()
        self.line.shell(f"ip link set {name} master br0")
        box.start(script)
        return box

    def _close(self) -> None:
        self._processes.stop()
        forget(self._directory, self.tag)
