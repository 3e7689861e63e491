"""A PPPoE concentrator that does what it is told, built of scapy's layers; a process of its own in a namespace.

    python -m tests.login.concentrator INTERFACE

A line of JSON on stdin sets its behaviour and forgets everything; the answer is one line of JSON: what it had seen
until then. Behaviour (all optional) and its defaults are ``DEFAULTS``.
"""

from __future__ import annotations

import hashlib
import json
import os
import select
import socket
import struct
import sys
import time
from typing import Any

from scapy.layers.l2 import Ether
from scapy.layers.ppp import (
    PPP,
    PPP_CHAP,
    PPP_IPCP,
    PPP_LCP,
    PPP_CHAP_ChallengeResponse,
    PPP_IPCP_Option,
    PPP_LCP_Configure,
    PPP_LCP_Option,
    PPP_LCP_Terminate,
    PPP_PAP_Response,
    PPPoE,
    PPPoED,
    PPPoED_Tags,
    PPPoETag,
)
from scapy.packet import Raw

from cpe_agent.login.ms_chap import authenticator_response, nt_response

DEFAULTS: dict[str, Any] = {
    "name": "BRAS-1",
    "mac": "02:ac:00:00:00:01",
    "users": {"alice@isp.example": "correct horse"},
    "methods": ["chap"],  # in order; the next one after a Nak; [] is no login at all
    "mute": None,  # padi | padr | lcp | challenge | auth | ipcp
    "pado_delay": 0.0,
    "pado_twice": False,
    "pado_tags": "",  # hexadecimal, put behind the good ones
    "pado_host_uniq": True,
    "pado_error": None,
    "services": None,  # the names that it answers to, the empty one always; None: all
    "pads_error": None,  # [tag, text]
    "pads_session": 0x1234,
    "order": "verdict",  # verdict | verdict-term | term-verdict | term | padt | term-before-login
    "term_text": "",
    "ok_text": "Welcome",
    "no_text": "Login incorrect",
    "mschap_error": None,  # "E=691 R=0 C=.. V=3 M=.."
    "proof": True,
    "loop": False,  # every PPP packet comes back as it was sent
    "echo": True,
    "ppp_delay": 0.0,  # seconds that every PPP packet takes
    "ipcp": "give",  # give | reject | zero | term | six
    "lcp_options": "",  # hexadecimal, put into our Configure-Request
    "identifier_wrong": False,
    "rogue": None,  # {"name", "mac", "tags"}: a second one that offers too
    "challenge_twice": False,
    "flood": 0,  # garbage frames behind each answer
    "vlan": 0,
}
AUTH = {"pap": b"\xc0\x23", "chap": b"\xc2\x23\x05", "mschapv2": b"\xc2\x23\x81", "eap": b"\xc2\x27"}
LCP, PAP, CHAP, IPCP, IPV6CP = 0xC021, 0xC023, 0xC223, 0x8021, 0x8057


class Concentrator:
    def __init__(self, interface: str) -> None:
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.sock.bind((interface, 3))
        self.sock.setsockopt(263, 8, 1)  # PACKET_AUXDATA: the kernel takes a VLAN tag out of the frame
        self.sock.setsockopt(263, 23, 1)  # PACKET_IGNORE_OUTGOING
        membership = struct.pack("IHH8s", socket.if_nametoindex(interface), 1, 0, b"")  # promiscuous: two addresses
        self.sock.setsockopt(263, 1, membership)
        self.behave({})

    def behave(self, behaviour: dict[str, Any]) -> None:
        unknown = behaviour.keys() - DEFAULTS.keys()
        assert not unknown, unknown
        self.b = {**DEFAULTS, **behaviour}
        self.seen: dict[str, Any] = {"frames": [], "pap": [], "answers": 0, "asked": []}
        self.later: list[tuple[float, bytes]] = []
        self.methods = list(self.b["methods"])
        self.peer = ""
        self.fresh()

    def fresh(self) -> None:
        """A new session begins."""
        self.method: str | None = None
        self.ours_ok = self.theirs_ok = self.began = False
        self.challenge = os.urandom(16)

    # ---------------------------------------------------------------- the wire

    def send(self, packet: Any, at: float = 0.0) -> None:
        frame = bytes(packet)
        vlan = self.b["vlan"]
        if vlan:
            frame = frame[:12] + b"\x81\x00" + struct.pack("!H", vlan) + frame[12:]
        if at:
            self.later.append((at, frame))
        else:
            self.sock.send(frame)
        for _ in range(self.b["flood"]):
            self.sock.send(frame[:14] + os.urandom(64))

    def ppp(self, protocol: int, packet: Any) -> None:
        delay = self.b["ppp_delay"]
        number = self.b["pads_session"]
        head = Ether(src=self.b["mac"], dst=self.peer, type=0x8864) / PPPoE(sessionid=number) / PPP(proto=protocol)
        self.send(head / packet, time.monotonic() + delay if delay else 0.0)

    def saw(self, what: str) -> None:
        self.seen["frames"].append(what)

    def frame(self, data: bytes, vlan: int) -> None:
        if vlan != self.b["vlan"] or data[12:14] not in (b"\x88\x63", b"\x88\x64"):
            return
        frame = Ether(data)
        if PPPoED in frame:
            self.discovery(frame)
        elif PPP in frame and frame.dst == self.b["mac"]:
            if self.b["loop"]:
                body = bytes(frame[PPPoE])
                self.send(Ether(src=self.b["mac"], dst=frame.src, type=0x8864) / Raw(body))
                return
            self.control(frame)

    # ---------------------------------------------------------------- discovery

    def discovery(self, frame: Any) -> None:
        code = frame[PPPoED].code
        tags = [(t.tag_type, bytes(t.tag_value)) for t in frame[PPPoED_Tags].tag_list] if PPPoED_Tags in frame else []
        unique = next((v for k, v in tags if k == 0x0103), None)
        if code == 0x09:
            self.saw("padi")
            wanted = next((v for k, v in tags if k == 0x0101), b"").decode()
            offered = self.b["services"]
            if self.b["mute"] != "padi" and (not wanted or offered is None or wanted in offered):
                self.offer(frame.src, self.b["name"], self.b["mac"], unique, self.b["pado_tags"])
                if self.b["rogue"]:
                    r = self.b["rogue"]
                    self.offer(frame.src, r["name"], r["mac"], unique, r.get("tags", ""))
        elif code == 0x19:
            self.saw(f"padr to {frame.dst}")
            if frame.dst == self.b["mac"] and self.b["mute"] != "padr":
                assert (0x0104, b"cookie") in tags, "the cookie must come back"
                self.grant(frame.src, unique)
        elif code == 0xA7:
            self.saw("padt")

    def offer(self, to: str, name: str, mac: str, unique: bytes | None, more: str) -> None:
        tags = [(0x0101, b""), (0x0102, name.encode()), (0x0104, b"cookie")]
        if unique is not None:
            tags.append((0x0103, unique if self.b["pado_host_uniq"] else b"foreign"))
        if self.b["pado_error"]:
            tags.append((self.b["pado_error"][0], self.b["pado_error"][1].encode()))
        body = bytes(PPPoED_Tags(tag_list=[PPPoETag(tag_type=k, tag_value=v) for k, v in tags])) + bytes.fromhex(more)
        made = Ether(src=mac, dst=to, type=0x8863) / PPPoED(code=7, len=len(body)) / Raw(body)
        for _ in range(2 if self.b["pado_twice"] else 1):
            self.send(made, time.monotonic() + self.b["pado_delay"] if self.b["pado_delay"] else 0.0)

    def grant(self, to: str, unique: bytes | None) -> None:
        tags = [(0x0101, b""), (0x0103, unique or b"")]
        number = self.b["pads_session"]
        if self.b["pads_error"]:
            tags.append((self.b["pads_error"][0], self.b["pads_error"][1].encode()))
            number = 0
        listed = PPPoED_Tags(tag_list=[PPPoETag(tag_type=k, tag_value=v) for k, v in tags])
        self.send(Ether(src=self.b["mac"], dst=to, type=0x8863) / PPPoED(code=0x65, sessionid=number) / listed)
        self.peer = to
        self.fresh()
        if number and self.b["mute"] != "lcp" and not self.b["loop"]:
            self.configure()

    # ---------------------------------------------------------------- PPP

    def configure(self) -> None:
        options = [PPP_LCP_Option(type=1, data=b"\x05\xd4"), PPP_LCP_Option(type=5, data=b"MAGI")]
        if self.methods:
            options.append(PPP_LCP_Option(type=3, data=AUTH[self.methods[0]]))
        body = b"".join(bytes(o) for o in options) + bytes.fromhex(self.b["lcp_options"])
        self.ppp(LCP, PPP_LCP(code=1, id=1, data=body))

    def control(self, frame: Any) -> None:
        protocol = frame[PPP].proto
        packet = frame[PPP].payload
        if protocol == LCP:
            self.lcp(packet)
        elif protocol == PAP:
            self.saw("pap")
            user, secret = bytes(packet.username), bytes(packet.password)
            self.seen["pap"].append(secret.decode("utf-8", "replace"))
            self.judge(self.users().get(user) == secret, packet.id, user)
        elif protocol == CHAP:
            self.chap(packet)
        elif protocol == IPCP and self.b["mute"] != "ipcp":
            self.ipcp(packet)

    def users(self) -> dict[bytes, bytes]:
        return {name.encode(): secret.encode() for name, secret in self.b["users"].items()}

    def lcp(self, packet: Any) -> None:
        self.saw(f"lcp {packet.code}")
        if self.b["mute"] == "lcp":
            return
        if packet.code == 1:
            if self.b["order"] == "term-before-login":
                self.terminate()
                return
            self.ppp(LCP, PPP_LCP_Configure(code=2, id=packet.id, options=packet.options))
            self.ours_ok = True
        elif packet.code == 2:
            self.theirs_ok = True
            self.method = self.methods[0] if self.methods else None
        elif packet.code == 3:
            asked = [bytes(o)[2:] for o in packet.options if o.type == 3]
            self.seen["asked"] += [a.hex() for a in asked]
            wanted = [m for m in self.methods if AUTH[m] in asked]
            if wanted:
                self.methods = wanted
            elif asked and self.b["term_text"]:
                self.terminate()
                return
            self.configure()
        elif packet.code == 4:
            self.b["lcp_options"] = ""
            self.configure()
        elif packet.code == 5:
            self.ppp(LCP, PPP_LCP_Terminate(code=6, id=packet.id))
        elif packet.code == 9 and self.b["echo"]:
            self.ppp(LCP, PPP_LCP(code=10, id=packet.id, data=b"MAGI"))
        if self.ours_ok and self.theirs_ok and not self.began:
            self.began = True
            if self.method in ("chap", "mschapv2") and self.b["mute"] != "challenge":
                self.ask(7, self.challenge)
                if self.b["challenge_twice"]:
                    self.ask(8, os.urandom(16))
            elif self.method is None:
                self.start_ipcp()

    def ask(self, identifier: int, value: bytes) -> None:
        self.ppp(CHAP, PPP_CHAP_ChallengeResponse(code=1, id=identifier, value=value, optional_name=b"BRAS"))

    def chap(self, packet: Any) -> None:
        self.saw("chap answer")
        self.seen["answers"] += 1
        value, user = bytes(packet.value), bytes(packet.optional_name)
        secret = self.users().get(user, b"nobody")
        if self.method == "mschapv2":
            mine, answer = value[:16], value[24:48]
            right = answer == nt_response(self.challenge, mine, user, secret)
            proof = authenticator_response(secret, answer, mine, self.challenge, user)
            self.b["ok_text"] = f"S={(proof if self.b['proof'] else bytes(20)).hex().upper()} M=Welcome"
            if self.b["mschap_error"]:
                self.b["no_text"] = self.b["mschap_error"]
        else:
            right = value == hashlib.md5(bytes([packet.id]) + secret + self.challenge).digest()
        self.judge(right, packet.id, user)

    def judge(self, right: bool, identifier: int, user: bytes) -> None:
        if self.b["mute"] == "auth":
            return
        order = self.b["order"]
        if order in ("term", "padt"):
            self.terminate()
            return
        if order == "term-verdict":
            self.terminate()
        identifier = (identifier + 1) % 256 if self.b["identifier_wrong"] else identifier
        text = (self.b["ok_text"] if right else self.b["no_text"]).encode()
        if self.method == "pap":
            self.ppp(PAP, PPP_PAP_Response(code=2 if right else 3, id=identifier, message=text))
        else:
            self.ppp(CHAP, PPP_CHAP(code=3 if right else 4, id=identifier, data=text))
        if order == "verdict-term":
            self.terminate()
        elif right and order != "term-verdict":
            self.start_ipcp()

    def terminate(self) -> None:
        if self.b["order"] == "padt":
            self.send(
                Ether(src=self.b["mac"], dst=self.peer, type=0x8863)
                / PPPoED(code=0xA7, sessionid=self.b["pads_session"])
            )
        else:
            self.ppp(LCP, PPP_LCP_Terminate(code=5, id=99, data=self.b["term_text"].encode()))

    def start_ipcp(self) -> None:
        if self.b["ipcp"] == "term":
            self.terminate()
        elif self.b["ipcp"] == "six":
            interface = b"\x01\x0a" + os.urandom(8)
            self.ppp(IPV6CP, PPP_LCP(code=1, id=1, data=interface))
        elif self.b["ipcp"] != "reject" and self.b["mute"] != "ipcp":
            self.ppp(IPCP, PPP_IPCP(code=1, id=1, options=[PPP_IPCP_Option(type=3, data=b"\x0a\x00\x00\x01")]))

    def ipcp(self, packet: Any) -> None:
        self.saw(f"ipcp {packet.code}")
        if packet.code != 1:
            return
        if self.b["ipcp"] in ("reject", "six"):
            self.ppp(LCP, PPP_LCP(code=8, id=3, data=b"\x80\x21" + bytes(packet)))
            return
        given = b"\0\0\0\0" if self.b["ipcp"] == "zero" else b"\x64\x40\x00\x09"
        asked = [bytes(o)[2:] for o in packet.options if o.type == 3]
        if asked == [given] and self.b["ipcp"] == "give":
            self.ppp(IPCP, PPP_IPCP(code=2, id=packet.id, options=packet.options))
        else:
            self.ppp(IPCP, PPP_IPCP(code=3, id=packet.id, options=[PPP_IPCP_Option(type=3, data=given)]))

    # ---------------------------------------------------------------- the loop

    def run(self) -> None:
        orders = open(0, "rb", buffering=0)  # noqa: SIM115  # unbuffered: select sees what was not read
        sys.stdout.write("{}\n")
        sys.stdout.flush()
        while True:
            due = min((at for at, _ in self.later), default=None)
            timeout = None if due is None else max(0.0, due - time.monotonic())
            sources: list[Any] = [self.sock, orders]
            ready, _, _ = select.select(sources, [], [], timeout)
            for at, frame in [entry for entry in self.later if entry[0] <= time.monotonic()]:
                self.later.remove((at, frame))
                self.sock.send(frame)
            if self.sock in ready:
                try:
                    data, ancillary, _, _ = self.sock.recvmsg(2048, 64)
                except OSError:
                    continue  # the cable was pulled
                words = [struct.unpack("=IIIHHHH", a[:20]) for _, _, a in ancillary]
                vlan = next((w[5] & 0xFFF for w in words if w[0] & 16), 0)
                self.frame(data, vlan)
            if orders in ready:
                line = orders.readline()
                if not line:
                    return
                seen, behaviour = self.seen, json.loads(line)
                self.behave(behaviour)
                sys.stdout.write(json.dumps(seen) + "\n")
                sys.stdout.flush()


if __name__ == "__main__":
    Concentrator(sys.argv[1]).run()
