"""English texts of the faults whose owner is ``device``."""

from __future__ import annotations

from cpe_agent.words import FaultText

FAULTS: dict[str, FaultText] = {
    "av-tls-interception": FaultText(
        title="A protection program breaks secure pages",
        customer="The line works. A protection program on this computer opens every secure page in its own name, and "
        "this computer does not accept that name.",
        representative="Leaf certificates of unrelated sites carry the issuer of a local security product and are not "
        "trusted; the plain-HTTP checks are clean, so no portal is involved.",
        next_step="Switch off the HTTPS or web scanning in the protection program, or update it, and try again.",
    ),
    "browser-only-fault": FaultText(
        title="Only the browser has trouble",
        customer="The line, the names and secure pages all work from this computer. Only the browser does not show "
        "them.",
        representative="The program's own requests succeed over the system's resolver with no proxy set; the customer "
        "says that only the browser fails. Extension, profile or browser settings.",
        next_step="Try another browser; if that one works, switch off the extensions of the first and clear its data.",
    ),
    "clock-skew-tls": FaultText(
        title="This computer's clock is wrong",
        customer="The line works. The date or time of this computer is wrong, so secure pages look expired or not yet "
        "valid to it.",
        representative="The clock is off against the dates of several servers, and certificates of two or more sites "
        "fail by their validity; plain HTTP is clean.",
        next_step="Set date, time and time zone of this computer to automatic, then open the page again.",
    ),
    "dhcp-client-stopped": FaultText(
        title="This computer does not ask for an address",
        customer="The router offers an address when it is asked, but this computer did not ask for one.",
        representative="Link up, no IPv4 address, the system's DHCP client is stopped; our own DISCOVER drew an OFFER.",
        next_step="Restart this computer; if nothing changes, set the network connection to automatic.",
    ),
    "dial-profile-missing": FaultText(
        title="No connection to dial is set up here",
        customer="The provider answers, and this computer is the one that logs in here, but no Internet connection is set "
        "up on it.",
        representative="PADO heard, no address, no PPPoE entry on this computer, and the computer is said to keep the "
        "login.",
        next_step="Set up a PPPoE (broadband) connection on this computer with the login from the provider's letter.",
    ),
    "dns-settings-hijacked": FaultText(
        title="A foreign name server is set here",
        customer="A name server that gives false addresses is set on this computer. The one that the home hands "
        "out works.",
        representative="Static resolver returns unroutable addresses for public names; automatic resolver and public ones "
        "do not.",
        next_step="Set the name server (DNS) to automatic and let a virus scan run.",
    ),
    "encrypted-dns-blocked": FaultText(
        title="The encrypted way to find sites fails",
        customer="This computer is set to find sites by name over an encrypted way only, and that way gets no answer. "
        "The plain way works.",
        representative="Strict DNS over TLS configured, port 853 unanswered, plain port 53 answers.",
        next_step="Set private DNS to automatic.",
    ),
    "host-firewall-blocking": FaultText(
        title="A firewall on this computer blocks it",
        customer="This computer's own protection does not let anything out to the Internet. The line itself could not "
        "be tested past it.",
        representative="The system refused to send (EPERM/WSAEACCES) to every test address: a local output filter or "
        "security suite, nothing on the wire.",
        next_step="Pause the firewall or protection program for five minutes and run the check again.",
    ),
    "host-resource-starved": FaultText(
        title="This computer is too busy",
        customer="This computer is so busy with other programs that pages come late. That is not the speed of the "
        "line.",
        representative="Own timers fire more than 100 ms late with processor or memory full; round trips measured here "
        "cannot be read as the line's.",
        next_step="Close programs that are not needed or restart this computer, then run the check again.",
    ),
    "hosts-file-override": FaultText(
        title="This computer sends the site elsewhere",
        customer="A line in this computer's own address list (hosts file) sends the asked site to another place.",
        representative="hosts entry for the target with an address that no name server gives; other sites fine.",
        next_step="Remove the line from the hosts file; if nobody put it there, let a virus scan run.",
    ),
    "local-upload-saturation": FaultText(
        title="This computer's upload fills the line",
        customer="This computer is sending so much (a backup or an update, for example) that everything else waits "
        "behind it.",
        representative="The adapter's own send rate reaches the line's upstream rate and the round trip behind the "
        "router rises by more than 100 ms, with the home leg clean.",
        next_step="Pause backups, cloud copies and updates on this computer and run the check again.",
    ),
    "multihomed-wrong-route": FaultText(
        title="This computer uses a connection that is dead",
        customer="This computer has two connections and sends everything through the one that leads nowhere. The "
        "other one works.",
        representative="Two physical default routes; the preferred one is dead, probes bound to the other succeed.",
        next_step="Unplug the cable or switch off the Wi-Fi that is not needed, then try again.",
    ),
    "nic-disabled": FaultText(
        title="The network adapter is switched off",
        customer="The part of this computer that connects to the network is switched off, so nothing can get out.",
        representative="Every physical adapter is administratively down. Nothing beyond it could be tested.",
        next_step="Switch the network adapter on in the network settings.",
    ),
    "nic-driver-failed": FaultText(
        title="The network adapter does not work",
        customer="The system reports a problem with the network adapter of this computer, so nothing can get out.",
        representative="The system reports a driver or hardware problem for the adapter (not merely disabled).",
        next_step="Restart this computer; if nothing changes, install the adapter's driver again or try another one.",
    ),
    "no-network-adapter": FaultText(
        title="This system has no network adapter",
        customer="This system shows no network adapter at all. A container or a virtual machine may have been started "
        "without one; in a computer, the adapter or its driver is missing.",
        representative="The system lists no physical adapter: a container or virtual machine without a network, or "
        "hardware that is absent or has no driver.",
        next_step="Computer: restart it, then look for the adapter and its driver. Container or virtual machine: give "
        "it a network.",
    ),
    "os-end-of-life": FaultText(
        title="This system gets no repairs any more",
        customer="The maker has stopped repairing the system of this computer. It is not the reason for today's "
        "trouble unless something else says so.",
        representative="The operating system is past its published support end. Advisory only.",
        next_step="Plan an update to a system that is still looked after.",
    ),
    "proxy-auth-required": FaultText(
        title="The proxy wants a sign-in",
        customer="Pages go through a proxy that this computer is set to use, and that proxy asks for a name and "
        "password first.",
        representative="HTTP 407 from the configured proxy. A work profile, not the provider's line.",
        next_step="Sign in to the proxy, or switch it off when this computer is used at home.",
    ),
    "proxy-dead": FaultText(
        title="The proxy that is set does not answer",
        customer="This computer is set to fetch pages through a proxy, and nothing answers there.",
        representative="A manual proxy is configured and does not accept TCP; where it could be tested, the same page "
        "comes without it. On loopback: left behind by a removed program.",
        next_step="Switch the proxy off in the system's network settings and try again.",
    ),
    "proxy-pac-dead": FaultText(
        title="The automatic proxy script fails",
        customer="This computer follows an automatic proxy script that cannot be fetched or that names a proxy which "
        "is gone. Without it pages come.",
        representative="PAC or WPAD is on; the script is unreachable or names a dead proxy, and the direct request "
        "succeeds.",
        next_step="Switch off the automatic proxy script in the system's network settings.",
    ),
    "radio-off": FaultText(
        title="Wi-Fi is switched off",
        customer="The Wi-Fi of this computer is off, by its switch, a key or airplane mode, and there is no cable.",
        representative="Every radio is blocked (rfkill, airplane mode) and no other adapter has a carrier.",
        next_step="Switch Wi-Fi on and airplane mode off.",
    ),
    "ras-stack-fault": FaultText(
        title="The dial-up service of this computer fails",
        customer="This computer makes the connection itself, and its own dial-up service could not begin. The line was "
        "not even tried.",
        representative="The dialler reports a local error (608, 633, 711 or 797) before discovery: port in use, "
        "service or miniport.",
        next_step="Restart this computer and connect once; if the same number comes, reset the WAN miniport.",
    ),
    "root-store-outdated": FaultText(
        title="This computer's trust list may be old",
        customer="Several well-known sites are refused as unknown by this computer. Its list of trusted issuers may be "
        "too old.",
        representative="Different public issuers are unknown on two or more unrelated sites with a good clock and a "
        "clean plain-HTTP check. A second trust store decides.",
        next_step="Update the system, or try a browser that brings its own list (Firefox).",
    ),
    "static-dns-dead": FaultText(
        title="The set name server does not answer",
        customer="A name server set by hand on this computer does not answer. The one that the home hands out works.",
        representative="Static resolver dead; the automatic one (router or provider) answers in the same run.",
        next_step="Set the name server (DNS) to automatic.",
    ),
    "static-ip-wrong": FaultText(
        title="The address typed in does not fit",
        customer="This computer has an address that was entered by hand and that does not fit this home's network.",
        representative="Static IPv4 address; the gateway is outside its subnet or missing, or the network offers "
        "another range, and the gateway does not answer.",
        next_step="Set the network connection of this computer to take its address automatically.",
    ),
    "tcpip-stack-corrupt": FaultText(
        title="This computer cannot connect to itself",
        customer="Inside this computer a connection to itself fails, so no program can rely on its network.",
        representative="TCP over loopback fails and no local filter says that it forbids it.",
        next_step="Restart this computer; if nothing changes, reset its network settings.",
    ),
    "tls-version-unsupported": FaultText(
        title="Secure pages refuse this old software",
        customer="Secure pages find no common language with the software of this computer; it may be too old for them.",
        representative="No common TLS version with two or more unrelated sites; TCP and plain HTTP are fine.",
        next_step="Try a current browser; if pages open there, update the system.",
    ),
    "vpn-interference": FaultText(
        title="The VPN carries nothing",
        customer="A VPN on this computer takes all its traffic and does not deliver it. The home line itself works.",
        representative="A tunnel holds the default route; probes through it fail while probes bound to the physical "
        "adapter succeed.",
        next_step="Disconnect the VPN (and its kill switch) and try again.",
    ),
}
