"""A home behind a real PPPoE router: pppd dials a real concentrator, and how it ends is what the router says.

    with PppoeHome(login=(ALICE, "wrong")) as home:
        home.run_client(["--complaint", "no-internet"])

::

    pc -- [router room: bridge] -- router machine (DHCP, DNS, NAT, IGD, pppd) -- modem -- bng -- core -- ... internet
                                                                                           |
                                                                                 concentrator machine

The gateway device inside the router is the lab's own (``world_igd``), its state is written by the loop that dials:
nothing in it is set by a test. IPv4 only.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.lab import plan
from tests.lab.concentrator_real import Concentrator
from tests.lab.home import PLAIN_PYTHON, Home, dnsmasq
from tests.lab.machine import Machine
from tests.lab.needs import PROJECT
from tests.lab.pppoe_kernel import carrier

READY = "router is ready"
REDIAL_S = 2

_SCRIPT = """\
echo 1 > /proc/sys/net/ipv4/ip_forward
ip addr add {lan}/24 dev vec0
ip link set vec0 up
ip link set vec1 up

cat > /run/say.sh <<'SAY'
# say STATUS ERROR SINCE EXTERNAL: what the gateway device tells (UPnP WANPPPConnection:1)
say() {{
  phys=Down
  [ "$(cat /sys/class/net/vec1/carrier)" = 1 ] && phys=Up
  cat > /run/world.json.new <<STATE
{{"igd": {{"answers": true, "service": "WANPPPConnection", "status": "$1", "last_error": "$2", "since": $3, "uptime": 0,
  "external": "$4", "phys": "$phys", "access": "DSL", "down_bps": 100000000, "up_bps": 20000000}}}}
STATE
  mv /run/world.json.new /run/world.json
}}
SAY
. /run/say.sh
say Connecting ERROR_NONE 0 ''
echo '{{"router": "", "ipv6": false}}' > /run/rooms.json
cd {project}
{world} /run &
iptables-legacy -t nat -A POSTROUTING -o ppp0 -j MASQUERADE
iptables-legacy -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
touch /run/dnsmasq.conf
{dnsmasq} &
cat > /etc/ppp/ip-up <<'UP'
#!/bin/sh
. /run/say.sh
say Connected ERROR_NONE "$(date +%s)" "$IPLOCAL"
UP
chmod +x /etc/ppp/ip-up
until [ -e /run/ready ] && grep -q ':0043 ' /proc/net/udp; do sleep 0.01; done
echo {ready}

error=ERROR_NONE
while :; do
  read -r pressed user secret < {login}
  umask 077
  echo "'$user' * '$secret' *" | tee /etc/ppp/pap-secrets > /etc/ppp/chap-secrets
  umask 022
  say Connecting $error 0 ''
  # silent: the far end's pppd starts after its PADS and would miss a first word; the second comes a second later
  pppd plugin pppoe.so pppoe-padi-timeout 1 pppoe-padi-attempts 2 nic-vec1 user "$user" noauth nodetach noipdefault \
    defaultroute lcp-echo-interval 3 lcp-echo-failure 3 silent noaccomp nopcomp novj noccp noipv6 debug &
  dialler=$!
  changed=no
  while kill -0 $dialler 2>/dev/null; do
    read -r now rest < {login}
    if [ "$now" != "$pressed" ]; then
      changed=yes
      kill $dialler || true
    fi
    sleep 0.1
  done
  code=0
  wait $dialler || code=$?
  case $code in  # pppd(8), EXIT STATUS
    8) error=ERROR_NO_ANSWER ;;             # no PADO or no PADS
    15) error=ERROR_ISP_TIME_OUT ;;         # its echoes are not answered any more
    16) error=ERROR_ISP_DISCONNECT ;;       # the far end hung up
    19) error=ERROR_AUTHENTICATION_FAILURE ;;
    *) error=ERROR_UNKNOWN ;;               # 10, no protocol came up, has many causes
  esac
  say Disconnected $error 0 ''
  echo "dial ended: $code"
  [ $changed = yes ] || sleep {redial}
done
"""


class PppoeHome(Home):
    """``login`` is the user name and secret in the router; other keyword arguments are those of ``Concentrator``."""

    def __init__(self, login: tuple[str, str], **concentrator: Any) -> None:
        super().__init__(ipv6=False, wan="pppoe")
        self._login = login
        self._options = concentrator
        self._pressed = 0
        self._heard = 0

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is not None:
            print(f"{carrier()}\n{self.machine.log()}\n{self.concentrator.machine.log()}")
        super().__exit__(kind, error, at)

    def _served(self) -> tuple[str, ...]:
        return "core", "internet"

    def _start_router(self) -> None:
        if carrier().kind is None:
            raise RuntimeError(str(carrier()))
        bng, router = self.rooms["bng"], self.rooms["router"]
        at = self.directory
        self.concentrator = Concentrator(bng, self.processes, at, ["access", "inside"], **self._options)
        self.machine = Machine("box", router, self.processes, at, ["socket", "dsl"])
        self.concentrator.plug()
        self.machine.plug()
        self.concentrator.start()
        self.log_in(*self._login)
        script = _SCRIPT.format(
            lan=plan.LAN_ROUTER, project=PROJECT, login=self._login_file, ready=READY, redial=REDIAL_S,
            dnsmasq=" ".join(dnsmasq(Path("/run"), "vec0")), world=" ".join([*PLAIN_PYTHON, "tests.lab.world"]),
        )  # fmt: skip
        self.machine.start(script)
        bng.shell(
            "ip addr flush dev cust\nip link add br1 type bridge stp_state 0 forward_delay 0\n"
            "ip link set cust master br1\nip link set access master br1\nip link set br1 up\n"
            f"ip addr add {plan.PPP_UPSTREAM}/30 dev inside\nip route add {plan.PPP_POOL} via {plan.PPP_INSIDE}\n"
        )
        router.shell(
            "nft flush ruleset\nip addr flush dev br0\nip link set socket master br0\nip addr flush dev wan\n"
            "ip link add br1 type bridge stp_state 0 forward_delay 0\n"
            "ip link set wan master br1\nip link set dsl master br1\nip link set br1 up\n"
        )

    def _wait_for_router(self) -> None:
        self.concentrator.wait()
        self.machine.wait_for(READY)

    def _use_it_once(self) -> None:
        """The line of a home like this may be down from the start."""

    @property
    def _login_file(self) -> Path:
        return self.directory / "login"

    def log_in(self, user: str, secret: str) -> None:
        """Somebody types these into the router's page and presses "connect": it hangs up and dials with them."""
        self._pressed += 1
        self._heard = len(self.machine.log()) if self.machine.running() else 0
        fresh = self.directory / "login.new"
        fresh.write_text(f"{self._pressed} {user} {secret}\n", encoding="utf-8")
        fresh.replace(self._login_file)

    @contextlib.contextmanager
    def concentrator_gone(self) -> Iterator[None]:
        """Nobody at the far end of the line hears anything."""
        self.rooms["bng"].shell("ip link set access down")
        try:
            yield
        finally:
            self.rooms["bng"].shell("ip link set access up")

    def wait_for_session(self) -> None:
        """Until a session comes up."""
        self._heard = self.machine.wait_for("Script /etc/ppp/ip-up finished", self._heard)

    def wait_for_end(self, status: int) -> None:
        """Until a dial ends with this exit status of pppd; others may end before it."""
        for _ in range(6):
            self._heard = self.machine.wait_for("dial ended: ", self._heard)
            if int(self.machine.log()[self._heard :].split(maxsplit=1)[0]) == status:
                return
        raise RuntimeError(f"no dial ended with {status}: {self.machine.log()[-4000:]}")
