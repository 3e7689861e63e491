"""Every section a collector can fill, and the records inside them.

The only file that both halves share: collectors fill these shapes, the catalogue reads them. Sections and the records
inside them are named tuples: immutable, typed, and four times cheaper to define than frozen dataclasses, because
start-up time is a promise here (docs/decisions/0002). For the same reason annotations are evaluated as they stand: a
record only names what is above it.

Rules for every field:

* the unit is in the name (``_s`` seconds, ``_ms`` milliseconds, ``_mbps`` megabits per second, ``_dbm``);
* ``None`` means *not known*, never *no*;
* what the network did to us is a value (a ``Failure``), not an exception;
* no field can hold a secret. A hardware address is kept as vendor prefix + keyed hash, a Wi-Fi name as a keyed hash.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Failure(StrEnum):
    """What the network (or the far end) did. How our own measuring went is an ``Outcome``; the two never mix.

    ::

        reaching    refused reset timed_out host_unreachable net_unreachable admin_prohibited port_unreachable
                    ttl_exceeded too_big no_route not_permitted address_unusable
        naming      nxdomain nodata servfail dns_refused truncated
        TLS         tls_expired tls_not_yet_valid tls_untrusted tls_self_signed tls_wrong_name tls_alert tls_version
        content     garbage too_large too_slow redirect_loop
        anything    other
    """

    REFUSED = "refused"  # TCP reset in answer to our SYN: the host is alive
    RESET = "reset"  # reset after the connection stood
    CLOSED = "closed"  # orderly close before the answer was complete
    TIMED_OUT = "timed_out"
    HOST_UNREACHABLE = "host_unreachable"  # ICMP 3/1 or, from our own address, a failed ARP/ND
    NET_UNREACHABLE = "net_unreachable"  # ICMP 3/0 or 3/6
    ADMIN_PROHIBITED = "admin_prohibited"  # ICMP 3/9, 3/10, 3/13
    PORT_UNREACHABLE = "port_unreachable"  # ICMP 3/3: the host is alive
    TTL_EXCEEDED = "ttl_exceeded"
    TOO_BIG = "too_big"  # ICMP 3/4 or ICMPv6 2
    NO_ROUTE = "no_route"  # this computer has no route; nothing was sent
    NOT_PERMITTED = "not_permitted"  # this computer's own filter forbade the packet (EPERM, WSAEACCES)
    ADDRESS_UNUSABLE = "address_unusable"  # no usable source address on this computer
    NXDOMAIN = "nxdomain"
    NODATA = "nodata"
    SERVFAIL = "servfail"
    DNS_REFUSED = "dns_refused"
    TRUNCATED = "truncated"
    TLS_EXPIRED = "tls_expired"
    TLS_NOT_YET_VALID = "tls_not_yet_valid"
    TLS_UNTRUSTED = "tls_untrusted"
    TLS_SELF_SIGNED = "tls_self_signed"
    TLS_WRONG_NAME = "tls_wrong_name"
    TLS_ALERT = "tls_alert"
    TLS_VERSION = "tls_version"
    GARBAGE = "garbage"  # an answer that breaks its protocol
    TOO_LARGE = "too_large"  # we stopped reading
    TOO_SLOW = "too_slow"  # bytes trickled; the deadline of the whole answer passed
    REDIRECT_LOOP = "redirect_loop"
    OTHER = "other"


class Family(StrEnum):
    V4 = "v4"
    V6 = "v6"


class Origin(StrEnum):
    """Where an address, resolver or route came from, as the system says; ``unknown`` when it does not say."""

    DHCP = "dhcp"
    RA = "ra"  # router advertisement: SLAAC address, RDNSS resolver, default route
    STATIC = "static"
    LINK_LOCAL = "link_local"
    PPP = "ppp"
    TUNNEL = "tunnel"
    UNKNOWN = "unknown"


class NicKind(StrEnum):
    ETHERNET = "ethernet"
    WIFI = "wifi"
    CELLULAR = "cellular"
    PPP = "ppp"
    TUNNEL = "tunnel"
    LOOPBACK = "loopback"
    VIRTUAL = "virtual"  # bridges, containers, virtual machines: never the way to the router
    OTHER = "other"


# ------------------------------------------------------------------ what the run was asked


class LiteralTarget(NamedTuple):
    """A public address probed by TCP 443, UDP 53 and ICMP. ``network`` names who runs it."""

    address: str
    network: str


class CaptiveTarget(NamedTuple):
    """A plain-HTTP address with one known answer; ``body`` empty means: the body must be empty."""

    url: str
    status: int
    body: str


class Plan(NamedTuple):
    """What this run was asked to do, and the ISP profile's public part. Always measured; filled by the runner."""

    profile: str = "built-in"
    isp_name: str | None = None
    support_phone: str | None = None
    infrastructure: str | None = None  # name of the line's owner when that is another company
    cpe_owner: str | None = None  # "isp" | "customer" | "infrastructure"
    wan: str = "unknown"  # "pppoe" | "ipoe" | "l2tp" | "pptp" | "unknown"
    resolvers: tuple[str, ...] = ()  # the provider's own
    realms: tuple[str, ...] = ()
    concentrators: tuple[str, ...] = ()  # the provider's PPPoE concentrators: AC-Name or hardware address
    walled_garden: tuple[str, ...] = ()  # hosts that a suspended customer is sent to
    literals: tuple[LiteralTarget, ...] = ()
    domestic: tuple[LiteralTarget, ...] = ()  # addresses of other networks known to lie in this country
    names: tuple[str, ...] = ()
    captive: tuple[CaptiveTarget, ...] = ()
    https: tuple[str, ...] = ()
    ntp: tuple[str, ...] = ()
    target: str | None = None  # host or URL that the customer misses
    complaint: str | None = None  # no-internet | slow | drops | site | other
    deep: bool = False
    history: bool = True  # held against this computer's earlier runs
    asked_only: bool = False  # no program ran: nothing is measured, a person only answers questions


@dataclass(frozen=True)
class Answers:
    """What the customer was asked and said: one entry a question, keys and values from ``cpe_agent.answers``."""

    given: dict[str, str] = field(default_factory=dict)


# ------------------------------------------------------------------ this computer


class System(NamedTuple):
    os_family: str | None = None  # "linux" | "windows" | "macos"
    os_name: str | None = None
    os_version: str | None = None
    support_end: str | None = None  # ISO date; None: not in the table
    supported: bool | None = None  # by that table and a clock that was not proven wrong
    boot_age_s: float | None = None
    privileged: bool | None = None
    loopback_tcp_ok: bool | None = None
    loopback_failure: Failure | None = None


class Load(NamedTuple):
    """How busy this computer was while it measured: its own slowness must not be read as the line's."""

    sampled_s: float = 0.0
    cpu_percent: float | None = None  # of all processors' time, without this program's own
    memory_percent: float | None = None
    lag_p95_ms: float | None = None  # how late our own timers fired
    lag_samples: int = 0


class Nic(NamedTuple):
    """One network interface. Counters are since it appeared."""

    name: str
    kind: NicKind
    if_index: int = 0
    mac: str | None = None  # vendor prefix + keyed hash, e.g. "3c:a6:2f/9f3a1c"
    admin_up: bool | None = None
    carrier: bool | None = None  # None when the system cannot say (an interface that is administratively down)
    speed_mbps: int | None = None
    duplex: str | None = None  # "full" | "half"
    mtu: int | None = None
    driver_problem: int | None = None  # device-manager problem code, 0 = none (Windows)
    rx_bytes: int | None = None
    tx_bytes: int | None = None
    rx_packets: int | None = None
    tx_packets: int | None = None
    rx_errors: int | None = None
    tx_errors: int | None = None
    rx_crc_errors: int | None = None
    rx_dropped: int | None = None
    collisions: int | None = None
    multicast: int | None = None
    carrier_changes: int | None = None


class Interfaces(NamedTuple):
    nics: tuple[Nic, ...] = ()
    total: int = 0  # how many the system has; more than len(nics) when the list was cut
    uplink: str | None = None  # the physical NIC that carries (or should carry) the way to the router
    hardware_seen: bool | None = None  # False: the system has no physical adapter at all


class NicDelta(NamedTuple):
    """What one interface counted between two looks ``Traffic.seconds`` apart."""

    name: str
    rx_bytes: int | None = None
    tx_bytes: int | None = None
    rx_packets: int | None = None
    tx_packets: int | None = None
    rx_errors: int | None = None
    rx_crc_errors: int | None = None
    multicast: int | None = None
    carrier_changes: int | None = None


class Traffic(NamedTuple):
    seconds: float = 0.0
    deltas: tuple[NicDelta, ...] = ()


class WifiNetwork(NamedTuple):
    """A network in the scan. Names and stations are keyed hashes: equal means equal, nothing more."""

    ssid: str | None
    bssid: str | None = None
    rssi_dbm: int | None = None
    channel: int | None = None
    known: bool | None = None  # this computer has it saved


class WifiLink(NamedTuple):
    """One Wi-Fi adapter. ``failure`` is why the last association failed, in these words:
    wrong_key | ssid_absent | no_secrets | timed_out | rejected | other."""

    nic: str
    radio_on: bool | None = None
    hard_blocked: bool | None = None
    associated: bool | None = None
    ssid: str | None = None
    bssid: str | None = None
    guest_like: bool | None = None  # the name says guest; judged before it is hashed
    rssi_dbm: int | None = None
    channel: int | None = None
    frequency_mhz: int | None = None
    rx_rate_mbps: float | None = None
    tx_rate_mbps: float | None = None
    retry_percent: float | None = None
    failure: str | None = None
    failure_code: int | None = None  # 802.11 reason or the system's own number
    failure_age_s: float | None = None
    disconnects_last_hour: int | None = None


class Wifi(NamedTuple):
    links: tuple[WifiLink, ...] = ()
    scan: tuple[WifiNetwork, ...] = ()
    scan_known: bool = False  # False: the system did not let us see a scan; an empty scan then says nothing


class Address(NamedTuple):
    nic: str
    family: Family
    address: str
    prefix_len: int
    origin: Origin = Origin.UNKNOWN
    scope: str = "global"  # "global" | "link" | "host"
    valid_s: int | None = None  # None: for ever
    tentative: bool = False
    duplicate: bool | None = None  # duplicate address detection failed


class Route(NamedTuple):
    """A default route, or one of the /1 halves that tunnels use instead."""

    nic: str
    family: Family
    destination: str
    gateway: str | None = None
    metric: int = 0
    origin: Origin = Origin.UNKNOWN


class Resolver(NamedTuple):
    address: str
    nic: str | None = None
    origin: Origin = Origin.UNKNOWN
    encrypted: str | None = None  # "strict" | "opportunistic" | "off"


class Lease(NamedTuple):
    nic: str
    address: str | None = None
    server: str | None = None
    router: str | None = None
    prefix_len: int | None = None
    resolvers: tuple[str, ...] = ()
    obtained_age_s: float | None = None
    valid_s: float | None = None


class Addressing(NamedTuple):
    addresses: tuple[Address, ...] = ()
    routes: tuple[Route, ...] = ()
    resolvers: tuple[Resolver, ...] = ()
    resolvers_total: int = 0  # more than len(resolvers) when the list was cut
    leases: tuple[Lease, ...] = ()
    dhcp_client: str | None = None  # "running" | "stopped"; None: cannot tell, or the system has none to ask
    configured: str | None = None  # "dhcp" | "static": what the system's own settings ask for on the uplink


class Neighbour(NamedTuple):
    """One entry of the ARP or ND cache. ``state``: reachable | stale | incomplete | failed."""

    nic: str
    family: Family
    address: str
    mac: str | None
    state: str


class Neighbours(NamedTuple):
    entries: tuple[Neighbour, ...] = ()
    total: int = 0
    gateway_addresses: tuple[str, ...] = ()
    asked: int = 0  # addresses of the home network that were asked for a sign of life
    alive: tuple[str, ...] = ()  # that gave one in this run, the gateway and this computer left out
    duplicate_own_address: bool | None = None  # another station answers for an address of ours


class HostsEntry(NamedTuple):
    name: str
    address: str


class Proxy(NamedTuple):
    """A proxy setting as found. ``mode``: none | manual | pac | wpad. ``source``: environment | desktop | system."""

    mode: str
    source: str
    host: str | None = None
    port: int | None = None
    pac_url: str | None = None


class Tunnel(NamedTuple):
    nic: str
    takes_default: bool  # a default route or both /1 halves point into it, ahead of the physical way


class DialEntry(NamedTuple):
    """A connection that this computer itself dials. ``kind``: pppoe | l2tp | pptp | vpn | cellular.
    ``state``: connected | connecting | failed | idle. ``stage``: discovery | lcp | auth | ipcp | open | local.
    ``reason`` is a word of ours (see ``dial.meaning`` in docs/facts.md), never the raw log line. ``shape``: classes of
    what was typed at a login test that was refused (``cpe_agent.login.shape``)."""

    kind: str
    state: str
    source: str  # "pppd" | "networkmanager" | "ras" | "scutil" | "login-test"
    code: int | None = None  # RAS error or pppd exit status
    stage: str | None = None
    reason: str | None = None
    age_s: float | None = None
    shape: tuple[str, ...] = ()


class Dial(NamedTuple):
    """The login tests of the last quarter of an hour are among the entries, each as one that ended. ``log``: read |
    denied; None where nothing here dials, or nothing writes a log. Denied is not "no failure"."""

    entries: tuple[DialEntry, ...] = ()
    log: str | None = None
    set_up: bool | None = None  # a connection to dial is set up here, in use or not


class Protection(NamedTuple):
    """Firewalls and protection programs that were seen switched on here, by their names alone. One that is not listed
    may still be there. At most 16 names, each cleaned and cut to 64 characters."""

    programs: tuple[str, ...] = ()  # of other makers; on macOS every network extension, a VPN's too
    built_in: tuple[str, ...] = ()  # those that came with the system


class ClockSource(NamedTuple):
    kind: str  # "http" | "router" | "sntp"
    host: str
    skew_s: float  # positive: this computer is ahead
    error_s: float  # the source's own granularity and the round trip


class Clock(NamedTuple):
    sources: tuple[ClockSource, ...] = ()
    skew_s: float | None = None  # the sources agree within their error; None when they do not, or there is none
    from_network: bool | None = None  # this computer sets its clock from the network: the setting, not how well it goes


# ------------------------------------------------------------------ answers of single probes


class Echo(NamedTuple):
    """A train of echoes. ``method``: icmp | dns | tcp. ``denied``: the system does not let us send these;
    nothing was sent then, and nothing is known."""

    address: str
    method: str = "icmp"
    sent: int = 0
    received: int = 0
    rtt_min_ms: float | None = None
    rtt_median_ms: float | None = None
    rtt_p95_ms: float | None = None
    lost_first_half: int = 0
    lost_second_half: int = 0
    longest_burst: int = 0  # most losses in a row
    failure: Failure | None = None
    failure_from: str | None = None  # who sent the ICMP error
    denied: bool = False


class Connect(NamedTuple):
    """One TCP connection. ``failure_from`` is the sender of the ICMP error, or None when nobody said anything."""

    address: str
    port: int
    ok: bool
    ms: float | None = None
    failure: Failure | None = None
    failure_from: str | None = None
    nic: str | None = None  # bound to this interface


class ProxyVpn(NamedTuple):
    proxy: Proxy | None = None
    proxy_connect: Connect | None = None
    proxy_status: int | None = None  # HTTP status of a CONNECT through it, e.g. 200, 407
    proxy_failure: Failure | None = None
    pac_status: int | None = None
    pac_failure: Failure | None = None
    pac_proxy: str | None = None  # host:port that the script names first, when a plain look finds one
    pac_proxy_connect: Connect | None = None
    direct_ok: bool | None = None  # the same far end, asked without the proxy
    tunnels: tuple[Tunnel, ...] = ()


class DnsAnswer(NamedTuple):
    """One question to one server. ``kind``: known (a name that exists) | absent (one that cannot) | target."""

    server: str
    name: str
    kind: str
    transport: str  # "udp" | "tcp" | "dot"
    record: str  # "A" | "AAAA"
    ok: bool  # a well-formed answer with rcode NOERROR came back
    addresses: tuple[str, ...] = ()
    failure: Failure | None = None
    failure_from: str | None = None
    ms: float | None = None  # from the first try
    tries: int = 1


class TlsAnswer(NamedTuple):
    host: str
    address: str | None
    ok: bool
    connected: bool = False  # TCP stood
    version: str | None = None
    issuer: str | None = None  # organisation or common name of the leaf's issuer, cleaned and cut
    ms: float | None = None
    failure: Failure | None = None
    failure_from: str | None = None


class HttpAnswer(NamedTuple):
    """One HTTP answer, redirects not followed. ``location`` is cut to scheme and host. The body is never kept:
    only its length, whether it is what was expected, and the page title (cleaned, at most 80 characters)."""

    url: str
    address: str | None
    status: int | None = None
    location: str | None = None
    title: str | None = None
    server: str | None = None
    body_bytes: int = 0
    body_as_expected: bool | None = None
    date_skew_s: float | None = None
    ms: float | None = None
    failure: Failure | None = None
    failure_from: str | None = None


class Hop(NamedTuple):
    ttl: int
    address: str | None = None
    rtt_ms: float | None = None
    sent: int = 1
    received: int = 0
    reached: bool = False
    failure: Failure | None = None  # other than ttl_exceeded: what this hop said


# ------------------------------------------------------------------ the home and the router


class GatewayLook(NamedTuple):
    """One default gateway. Alive by any sign of life: ARP/ND, ICMP, a TCP answer of any kind (a reset too), DNS."""

    address: str
    family: Family
    nic: str
    in_subnet: bool | None = None
    neighbour_state: str | None = None  # reachable | stale | incomplete | failed; None: not in the cache
    mac: str | None = None
    macs_seen: int | None = None  # distinct stations that answered for this address
    echo: Echo | None = None
    tcp: tuple[Connect, ...] = ()
    dns: DnsAnswer | None = None


class Gateway(NamedTuple):
    gateways: tuple[GatewayLook, ...] = ()


class DhcpOffer(NamedTuple):
    server: str
    address: str
    prefix_len: int | None = None
    router: str | None = None
    resolvers: tuple[str, ...] = ()
    nak: bool = False


class Dhcp(NamedTuple):
    """Our own DISCOVER, which takes nothing: no lease is requested. Needs rights; skipped when an address is there
    and nothing asked for it."""

    nic: str | None = None
    discovers_sent: int = 0
    offers: tuple[DhcpOffer, ...] = ()
    denied: bool = False


class Concentrator(NamedTuple):
    """One that answered a PPPoE call with an offer. ``error``: service-name-error | ac-system-error | generic-error,
    which it may report in the offer's place (RFC 2516, appendix A)."""

    name: str | None = None  # its AC-Name, cleaned and cut
    mac: str | None = None  # vendor prefix + keyed hash
    known: bool | None = None  # the profile lists its name or hardware address; None without a list
    error: str | None = None


class Pppoe(NamedTuple):
    """Our own PADI on the wire and the offers it drew; no session is asked for. Needs rights; skipped when a router is
    there and nothing asked for it: behind a router that routes, neither silence nor an offer says anything."""

    nic: str | None = None
    calls_sent: int = 0
    concentrators: tuple[Concentrator, ...] = ()
    failure: Failure | None = None  # timed_out: nobody answered; garbage: an offer came that is none to our call
    behind_gateway: bool | None = None  # an IPv4 default gateway stands on a physical interface


class IgdSample(NamedTuple):
    """One look at a router's WAN connection through UPnP IGD or TR-064. Words as the router wrote them, cut to 64
    characters. ``service``: WANPPPConnection | WANIPConnection."""

    at_s: float  # since the run began
    service: str | None = None
    status: str | None = None
    last_error: str | None = None
    uptime_s: int | None = None
    external_address: str | None = None
    physical_link: str | None = None
    access_type: str | None = None  # DSL | POTS | Cable | Ethernet
    down_bps: int | None = None
    up_bps: int | None = None
    failure: Failure | None = None


class Igd(NamedTuple):
    address: str
    is_gateway: bool
    manufacturer: str | None = None
    model: str | None = None
    samples: tuple[IgdSample, ...] = ()
    problem: Failure | None = None  # why its description could not be used
    source: str | None = None  # igd1 | igd2 | tr064: by which of its voices it spoke
    login_wanted: bool | None = None  # it answers only to the router's own login
    device_uptime_s: int | None = None  # of the box itself: TR-064 DeviceInfo:1, GetInfo


class NatPmp(NamedTuple):
    protocol: str  # "nat-pmp" | "pcp"
    answered: bool
    epoch_s: int | None = None  # seconds since the router's tables were made: its uptime
    external_address: str | None = None
    result_code: int | None = None
    failure: Failure | None = None


class Router(NamedTuple):
    ssdp_answers: int = 0  # distinct devices; counting stops at the bound
    igds: tuple[Igd, ...] = ()
    natpmp: tuple[NatPmp, ...] = ()
    page: HttpAnswer | None = None
    page_vendor: str | None = None


# ------------------------------------------------------------------ the way out


class ReachProbe(NamedTuple):
    """One literal address by one protocol. ``answered`` is any answer of the far end itself, a reset too."""

    network: str
    address: str
    family: Family
    protocol: str  # "tcp" | "udp" | "icmp"
    answered: bool = False
    ms: float | None = None
    failure: Failure | None = None
    failure_from: str | None = None
    denied: bool = False
    nic: str | None = None  # bound to this physical interface


class Reach(NamedTuple):
    """``probes`` go the way the system routes them, ``bound`` out of the physical interface when a tunnel or a
    second default route exists. ``inside`` are the near targets, asked out of the physical interface once the others
    are late: the provider's own resolvers (their ``network`` is "provider") and the profile's domestic addresses.
    ``other`` are the far targets again, once they are late, out of a second physical way."""

    probes: tuple[ReachProbe, ...] = ()
    bound: tuple[ReachProbe, ...] = ()
    inside: tuple[ReachProbe, ...] = ()
    other: tuple[ReachProbe, ...] = ()


class LossLeg(NamedTuple):
    where: str  # "gateway" | "first-hop" | "far"
    family: Family
    echo: Echo


class Loss(NamedTuple):
    interval_ms: float = 10.0
    legs: tuple[LossLeg, ...] = ()


class PathMtu(NamedTuple):
    """Sizes are whole IP packets. ``silent_from``: the smallest size that vanished with no word."""

    address: str
    family: Family
    largest_ok: int | None = None
    silent_from: int | None = None
    reported: int | None = None  # what a router's "too big" said
    reported_by: str | None = None


class PathTrace(NamedTuple):
    target: str
    family: Family
    method: str  # "icmp" | "udp"
    hops: tuple[Hop, ...] = ()
    denied: bool = False


class Path(NamedTuple):
    traces: tuple[PathTrace, ...] = ()
    mtu: tuple[PathMtu, ...] = ()


class DnsServer(NamedTuple):
    """``role``: configured | provider | public. A configured server that is the gateway is the router's forwarder."""

    address: str
    role: str
    origin: Origin = Origin.UNKNOWN
    is_gateway: bool = False
    is_provider: bool | None = None  # listed in the profile; None without a list
    via_tunnel: bool = False
    encrypted: str | None = None
    answers: tuple[DnsAnswer, ...] = ()


class Dns(NamedTuple):
    servers: tuple[DnsServer, ...] = ()
    configured_total: int = 0
    overrides: tuple[HostsEntry, ...] = ()  # hosts-file lines for the names that were asked
    system_ok: bool | None = None  # the system's own look-up of a known name
    system_ms: float | None = None
    system_failure: Failure | None = None


class CaptiveCheck(NamedTuple):
    family: Family
    answer: HttpAnswer
    expected: bool  # exactly the known answer
    redirected_to_isp: bool | None = None  # the host is in the profile's walled garden; None without a list


class TlsCheck(NamedTuple):
    family: Family
    answer: TlsAnswer


class TargetLook(NamedTuple):
    """The site that the customer misses. ``by_name_server`` is the same page at the address that a name server gives,
    asked when it failed here and the system itself had gone to another address."""

    host: str
    addresses: tuple[str, ...] = ()
    lookup_failure: Failure | None = None
    connect: Connect | None = None
    tls: TlsAnswer | None = None
    http: HttpAnswer | None = None
    by_name_server: HttpAnswer | None = None


class Web(NamedTuple):
    captive: tuple[CaptiveCheck, ...] = ()
    tls: tuple[TlsCheck, ...] = ()
    system: HttpAnswer | None = None  # as a browser would: the system's resolver and proxy
    target: TargetLook | None = None


# ------------------------------------------------------------------ before this run


class PastRun(NamedTuple):
    """An earlier run on this computer behind the same router. ``same_boot``: this computer was not restarted since."""

    age_s: float
    verdict: str
    fault: str | None = None
    owner: str | None = None
    router_epoch_s: int | None = None
    wan_uptime_s: int | None = None
    same_boot: bool = False


class Past(NamedTuple):
    """The runs of the last seven days, twenty at most, newest first."""

    runs: tuple[PastRun, ...] = ()


SECTIONS: tuple[type, ...] = (
    Plan, Answers, System, Load, Interfaces, Traffic, Wifi, Addressing, Neighbours, ProxyVpn, Dial, Protection, Clock,
    Gateway, Dhcp, Pppoe, Router, Reach, Loss, Path, Dns, Web, Past,
)  # fmt: skip


def section_name(section: type) -> str:
    """The name a section has in the report: the class name in snake case (``ProxyVpn`` -> ``proxy_vpn``)."""
    name = section.__name__
    return "".join(f"_{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(name))
