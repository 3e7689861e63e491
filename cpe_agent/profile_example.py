"""A whole profile as an example: ``cpe-agent profile example`` prints it, docs/profile.md shows it, a test holds it
against what the program reads."""

from __future__ import annotations

EXAMPLE = r"""# A provider's profile: everything that one can say. No line is needed: what is left out has the
# default that its comment names. Replace what is Example Telecom's. The file is UTF-8.

[isp]                                 # whose customers they are
name = "Example Telecom"              # as customers know it. Default: they read "your provider"
support_phone = "*1234"               # whom they are told to call. Default: no number is shown
cpe_owner = "isp"                     # who owns the router: isp, customer, infrastructure. Default: not known, and its
                                      # faults are for the customer
infrastructure = "Example Lines"      # the line's owner, where that is another company. Default: the provider itself
wan = "pppoe"                         # how homes connect: pppoe, ipoe, l2tp, pptp. Default: "unknown"
realms = ["@isp.example"]             # what login names end in. Default: none, and nothing is said about that end
concentrators = ["bras1.isp.example", "02:00:5e:00:53:01"]
                                      # PPPoE concentrators, AC-Name or hardware address: a login test shows a password
                                      # in the clear (PAP) to these only. Default: to none
resolvers = ["192.0.2.53", "2001:db8::53"]
                                      # the provider's own name servers: told apart from the customer's choice, and
                                      # asked too. Default: none are known
walled_garden = ["pay.isp.example"]   # where a suspended customer is sent, with all names below. Default: a page in
                                      # the way is not called the provider's

[probe]                               # what every run asks; a list replaces the default whole
# Public addresses: TCP 443, UDP 53 and an echo on each. At least three networks. These are the default.
literals = [
    { address = "1.1.1.1", network = "Cloudflare" },
    { address = "2606:4700:4700::1111", network = "Cloudflare" },
    { address = "8.8.8.8", network = "Google" },
    { address = "2001:4860:4860::8888", network = "Google" },
    { address = "9.9.9.9", network = "Quad9" },
    { address = "2620:fe::fe", network = "Quad9" },
]
# The same of networks in this country: tells a cut way abroad from a dead provider. Default: none.
domestic = [{ address = "198.51.100.1", network = "Example University" }]
# Names that always exist; the first is asked most. At least one. This is the default.
names = ["example.com", "www.wikipedia.org"]
# Pages without encryption with one known answer: find a login page in the way. At least one. This is the default.
captive = [
    { url = "http://connectivitycheck.gstatic.com/generate_204", status = 204, body = "" },
    { url = "http://detectportal.firefox.com/success.txt", status = 200, body = "success\n" },
]
# Sites asked with encryption, names or https:// addresses; the first four are. This is the default.
https = ["www.cloudflare.com", "www.wikipedia.org", "www.debian.org"]
# Time servers, names or addresses; the first two are asked once the web answers, whether this computer's clock is
# right. The default is none: then the dates on web servers' answers are all there is.
ntp = []

[desk]                                # where reports go (docs/desk.md)
url = "https://desk.isp.example"      # https:// only; or a list of at most four, tried in order. Default: none, and
                                      # reports stay on the customer's computer
spki_pins = ["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]
                                      # SHA-256 of the keys (SPKI, base64) that the desk may show, at most eight; one
                                      # that is wrong keeps every report here. Default: any that the system trusts
enrolment = "an-upload-ticket"        # of 'cpe-agent desk ticket add --days 365'. Whoever has this file, or a program
                                      # with it inside, has the ticket. Default: none, and reports arrive unverified

# The rest is about a build of your own (docs/packaging.md) and changes nothing elsewhere.

[look]
name = "Example Check"                # the program's name, at most 40 characters. Default: cpe-agent; the page
                                      # and the menu say "Connection check", each in its language
icon = "isp.svg"                      # an SVG file beside this one: rect, circle and polygon with plain fills, square
                                      # viewBox. Default: the program's own
accent = "#7a1f5c"                    # the page's colour on light ground, contrast at least 4.5 (WCAG 2.2)
accent_dark = "#f0a8d8"               # and on dark ground. Both or none. Default: blue
contact = "support@isp.example"       # the mail address of who answers for the build: the Maintainer of the Debian
                                      # package. Default: none

[text]
languages = ["he", "en", "ar", "ru"]  # those that are offered; the first for who reads none of them. This is the
                                      # default, except that who reads none of them is shown English
"""
