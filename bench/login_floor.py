"""The floor of the login test: scapy's PPPoE layers, one call (PADI), one offer (PADO) or two seconds of silence.

    python3 -I bench/login_floor.py eth0

No session, no login, no look at anything else: what any program must spend that asks a concentrator with scapy.
scapy's tables of hardware makers and of the system's routes are left out here as well. Prints one word. Needs root.
"""

import os
import select
import socket
import sys
from types import ModuleType

import scapy.main

SILENCE_S = 2.0


def main() -> None:
    scapy.main.SCAPY_CACHE_FOLDER = None
    for name in ("scapy.libs.manuf", "scapy.libs.bluetoothids"):
        table: ModuleType = ModuleType(name)
        table.__dict__["DATA"] = ""
        sys.modules[name] = table
    from scapy.config import conf

    conf.route_autoload = conf.route6_autoload = False
    from scapy.layers.l2 import Ether
    from scapy.layers.ppp import PPPoED, PPPoED_Tags, PPPoETag

    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    wire.bind((sys.argv[1], 0x8863))
    mac = wire.getsockname()[4].hex(":")
    call = Ether(dst="ff:ff:ff:ff:ff:ff", src=mac, type=0x8863) / PPPoED(code=9)
    wire.send(bytes(call / PPPoED_Tags(tag_list=[PPPoETag(tag_type=0x0101, tag_value=b"")])))
    word = "silence"
    while select.select([wire], [], [], SILENCE_S)[0]:
        heard = Ether(wire.recv(1514))
        if PPPoED in heard and heard[PPPoED].code == 7:
            word = "offer"
            break
    print(word)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
