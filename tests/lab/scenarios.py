"""The table of scenarios: what is broken, and what an honest verdict may say about it.

``codes`` are the names that are true. Each user's expectation is ``exact`` (that fault, that owner) or ``suspect``
(the same, or inconclusive with a true name among the suspects: the evidence for more is out of this user's reach or
nobody's). A healthy scenario expects ``healthy``; ``advice`` are findings that must stand beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tests.lab import faults as near
from tests.lab import faults_far as far
from tests.lab.home import Home

EXACT, SUSPECT, HEALTHY = "exact", "suspect", "healthy"


class Scenario(NamedTuple):
    name: str
    inject: Callable[[Home], None]
    owner: str  # the segment that the fault sits in; "none" when all is well
    codes: frozenset[str]  # names that are true; empty when healthy
    for_root: str
    for_nobody: str
    core: bool = False  # one of the twenty that other tests run
    ipv6: bool = True
    lease: bool = True
    wan: str = "ipoe"  # what the provider's profile says about its lines
    complaint: str | None = None
    answers: tuple[str, ...] = ()
    target: str | None = None
    advice: frozenset[str] = frozenset()

    def arguments(self) -> list[str]:
        """What the client is called with."""
        words = ["--complaint", self.complaint] if self.complaint else []
        for answer in self.answers:
            words += ["--answer", answer]
        return [*words, "--target", self.target] if self.target else words

    def home(self, rtt_ms: float | None = None) -> Home:
        """The home that it happens in, not yet up and not yet broken."""
        return Home(ipv6=self.ipv6, lease=self.lease, wan=self.wan, rtt_ms=rtt_ms)


def _well(name: str, inject: Callable[[Home], None], **more: object) -> Scenario:
    return Scenario(name, inject, "none", frozenset(), HEALTHY, HEALTHY, **more)  # type: ignore[arg-type]


def _ill(
    name: str, inject: Callable[[Home], None], owner: str, codes: str, root: str, nobody: str, **more: object
) -> Scenario:
    return Scenario(name, inject, owner, frozenset(codes.split()), root, nobody, **more)  # type: ignore[arg-type]


_NO_WAN = "access-no-sync access-no-pado access-no-dhcp-offer"

SCENARIOS: tuple[Scenario, ...] = (
    _well("healthy", far.nothing, core=True),
    _well("healthy-v4", far.nothing, ipv6=False),
    _well("gateway-ignores-ping", far.gateway_ignores_ping),
    _well("icmp-filtered-everywhere", far.icmp_filtered, core=True),
    _well("one-literal-down", far.one_literal_down),
    _well("no-upnp", far.no_upnp),
    _well("real-miniupnpd", far.real_miniupnpd),
    _well("double-nat", near.double_nat, ipv6=False, advice=frozenset({"double-nat"})),
    _well("carrier-nat", far.carrier_nat, ipv6=False),
    _well("encrypted-names", near.encrypted_names),
    # the computer
    _ill("nic-down", near.nic_down, "device", "nic-disabled", EXACT, EXACT, core=True),
    _ill("static-address-wrong", near.static_address_elsewhere, "device", "static-ip-wrong", EXACT, SUSPECT,
         core=True, ipv6=False),
    _ill("static-gateway-outside", near.static_gateway_outside, "device", "static-ip-wrong", EXACT, EXACT,
         ipv6=False),
    _ill("static-dns-wrong", near.static_resolver_dead, "device", "static-dns-dead", EXACT, EXACT, core=True),
    _ill("static-dns-lies", near.static_resolver_lies, "device", "dns-settings-hijacked", EXACT, SUSPECT),
    _ill("encrypted-names-blocked", near.encrypted_names_blocked, "device", "encrypted-dns-blocked", EXACT, EXACT),
    _ill("proxy-dead", near.proxy_dead, "device", "proxy-dead", EXACT, EXACT, core=True),
    _ill("hosts-override", near.hosts_override, "device", "hosts-file-override", EXACT, EXACT,
         target="example.com", answers=("second-device=works",)),
    _ill("host-firewall", near.host_firewall, "device", "host-firewall-blocking", SUSPECT, SUSPECT,
         answers=("second-device=works",)),
    _ill("vpn-interference", near.dead_tunnel, "device", "vpn-interference", EXACT, SUSPECT),
    _ill("second-default-dead", near.second_default_dead, "device", "multihomed-wrong-route", EXACT, EXACT,
         ipv6=False, answers=("second-device=works",)),
    _ill("clock-wrong", near.clock_behind, "device", "clock-skew-tls", EXACT, EXACT),
    # the home
    _ill("cable-out", near.cable_out, "home", "lan-cable-unplugged", EXACT, EXACT, core=True),
    _ill("loss-home", near.loss_at_home, "home", "lan-cable-bad", EXACT, SUSPECT, core=True, complaint="slow"),
    _ill("duplicate-address", near.duplicate_address, "home", "duplicate-ip", EXACT, SUSPECT, complaint="drops"),
    _ill("rogue-dhcp", near.rogue_dhcp, "home", "rogue-dhcp-server", SUSPECT, SUSPECT, ipv6=False),
    # the router
    _ill("dhcp-dead", near.dhcp_dead, "cpe", "router-dhcp-server-off", SUSPECT, SUSPECT,
         core=True, ipv6=False, lease=False),
    _ill("router-hung", near.router_deaf, "cpe", "router-hung", EXACT, SUSPECT, core=True),
    _ill("router-dark", near.router_dark, "cpe", "router-hung router-power-off", SUSPECT, SUSPECT),
    _ill("forwarder-dead", near.forwarder_dead, "cpe", "router-dns-proxy-dead", EXACT, EXACT, core=True),
    _ill("router-dns-hijacked", near.router_dns_hijacked, "cpe", "router-dns-hijacked", EXACT, SUSPECT),
    _ill("wan-disconnected", near.disconnected_by_user, "cpe", "router-wan-disconnected-by-user", SUSPECT, SUSPECT,
         wan="pppoe"),
    _ill("router-drops-v6", near.router_drops_v6, "cpe", "ipv6-ra-without-upstream", SUSPECT, SUSPECT),
    _ill("mtu-hole-router", near.mtu_hole_router, "cpe", "router-mtu-black-hole", SUSPECT,
         SUSPECT, ipv6=False),
    # the line
    _ill("line-down", far.line_down, "access", "access-no-sync", EXACT, EXACT, core=True),
    _ill("line-down-rationed", far.line_down_rationed, "access", "access-no-sync", EXACT, EXACT),
    _ill("line-down-silent", far.line_silent, "access", _NO_WAN, SUSPECT, SUSPECT, core=True),
    _ill("wan-port-dark", far.wan_port_dark, "home", "wan-cable-unplugged modem-or-ont-power-off", SUSPECT,
         SUSPECT),
    _ill("concentrator-silent", far.concentrator_silent, "access", "access-no-pado", EXACT, EXACT, wan="pppoe"),
    _ill("no-wan-lease", far.no_wan_lease, "access", "access-no-dhcp-offer", SUSPECT,
         SUSPECT),
    _ill("login-rejected", far.login_rejected, "account", "credentials-rejected", EXACT, EXACT, core=True,
         wan="pppoe"),
    _ill("loss-line", far.loss_on_line, "access", "access-burst-loss", EXACT, SUSPECT, core=True,
         complaint="slow"),
    # the provider
    _ill("core-down", far.core_down, "isp-core", "isp-routing-blackhole", EXACT, SUSPECT, core=True),
    _ill("resolver-dead", far.resolver_dead, "isp-core", "isp-dns-down", EXACT, EXACT, core=True),
    _ill("resolver-servfail", far.resolver_servfail, "isp-core", "isp-dns-servfail", EXACT, EXACT, core=True),
    _ill("resolver-refused", far.resolver_refused, "isp-core", "isp-dns-refused", EXACT, EXACT),
    _ill("resolver-slow", far.resolver_slow, "isp-core", "isp-dns-slow", EXACT, EXACT),
    _ill("resolver-rewriting", far.resolver_rewriting, "isp-core", "isp-dns-rewriting", EXACT, EXACT),
    _ill("captive-portal", far.captive_portal, "account", "captive-portal-login", EXACT, EXACT, core=True,
         ipv6=False),
    _ill("walled-garden", far.walled_garden, "account", "account-suspended", EXACT, EXACT, core=True, ipv6=False),
    _ill("ipv6-broken-upstream", far.v6_broken_upstream, "isp-core", "isp-ipv6-broken", EXACT, SUSPECT),
    _ill("mtu-hole-provider", far.mtu_hole_provider, "isp-core", "isp-pmtu-black-hole", SUSPECT, SUSPECT,
         ipv6=False),
    # beyond
    _ill("loss-beyond", far.loss_beyond, "remote", "transit-loss", SUSPECT, SUSPECT, complaint="slow"),
    _ill("international-down", far.international_down, "remote", "international-path-down",
         SUSPECT, SUSPECT),
    _ill("site-down", far.site_down, "remote", "remote-site-down", EXACT, EXACT, complaint="site",
         target="https://shop.example/"),
    _ill("site-certificate-expired", far.site_certificate_expired, "remote", "remote-tls-fault", EXACT, EXACT,
         complaint="site", target="https://shop.example/"),
    _ill("tls-intercepted", far.tls_intercepted, "device", "av-tls-interception root-store-outdated", SUSPECT,
         SUSPECT),
)  # fmt: skip

BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}
CORE = tuple(scenario for scenario in SCENARIOS if scenario.core)
"""Twenty for tests that cannot afford all of them."""
