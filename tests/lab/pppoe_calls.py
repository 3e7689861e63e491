"""Real calls to a concentrator: pppd as the caller, one call after the other, each hung up once it is up."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.lab.pppoe_line import PppoeLine

_BEGIN = """\
ip link set vec0 up
cat > /etc/ppp/ip-up <<'UP'
#!/bin/sh
kill "$PPPD_PID"
UP
chmod +x /etc/ppp/ip-up
umask 077
"""
_CALL = """\
echo "'{user}' * '{secret}' *" | tee /etc/ppp/pap-secrets > /etc/ppp/chap-secrets
echo 'call {name}'
code=0
pppd plugin pppoe.so pppoe-padi-timeout 1 pppoe-padi-attempts 2 nic-vec0 user '{user}' noauth nodetach noipdefault \\
  silent noaccomp nopcomp novj noccp noipv6 debug {options} || code=$?
echo "end of call {name}: $code"
"""


class Call(NamedTuple):
    """``options`` are pppd's own: ``refuse-chap``, ``rp_pppoe_service NAME``."""

    name: str
    user: str
    secret: str
    options: str = ""


class Ended(NamedTuple):
    status: int  # pppd(8), EXIT STATUS; 5: it came up and was hung up here; 19: the login was refused
    said: str  # pppd's log of the call


def call(line: PppoeLine, calls: Sequence[Call]) -> dict[str, Ended]:
    """Makes the calls from a box of its own on ``line`` and gives how each ended, by name."""
    script = _BEGIN + "".join(_CALL.format(**each._asdict()) for each in calls)
    caller = line.machine("caller", script + "echo all calls are made\nsleep 3600\n")
    caller.wait_for("all calls are made", timeout_s=20 + 10 * len(calls))
    ended = {}
    for each in calls:
        said = caller.log().partition(f"call {each.name}\n")[2]
        said, _, rest = said.partition(f"end of call {each.name}: ")
        ended[each.name] = Ended(int(rest.split(maxsplit=1)[0]), said)
    caller.stop()
    return ended
