"""English words for the tests that decide between suspects."""

from __future__ import annotations

TESTS: dict[str, str] = {
    "ask-for-public-address": "Ask whether the customer needs to reach something at home from outside.",
    "ask-provider-concentrator": "Look at the provider's own concentrator: did it see this line's call, and what did it answer?",
    "ask-provider-resolver": "Ask the provider's resolver directly: run again with the provider's profile, which lists its address.",
    "ask-second-device": "Try another phone or computer in the same home network and say whether it works.",
    "enter-login-of-the-letter": "Enter the user name and password from the provider's letter.",
    "find-second-router": "Look whether a second router, or a modem that routes, stands between this router and the line.",
    "look-at-line-lamp": "Look at the router's line lamp (DSL, PON, Online or Internet): is it off, blinking or steady? The "
    "router's own page shows the same.",
    "look-at-los-lamp": "Look at the lamp marked LOS or ALARM on the fibre box: is it red or off?",
    "look-at-modem-lamps": "Look at the separate modem or fibre box: does any lamp on it shine?",
    "lower-mtu-and-compare": "Set this computer's MTU to 1400 for a test and open the page again.",
    "measure-from-provider": "Measure loss from the provider's edge router to the same far end.",
    "open-a-plain-page": "Open http://example.com in a browser: which page comes, and whose is it?",
    "open-site-elsewhere": "Open the site over a mobile connection, not over this line: does it work there?",
    "pause-other-devices": "Pause other devices and downloads in the home, then run the check again.",
    "photo-of-router-sockets": "Take a photo of the back of the router with its cables.",
    "press-connect": "Press Connect in the router's page once: does the connection come up, and if not, what does it say?",
    "read-address-server-log": "Look at the provider's address server or RADIUS log: was this line given an address, and if not, why?",
    "read-login-server-log": "Look at the provider's login server log: did a request of this line arrive, and what was answered?",
    "read-router-ipv6-page": "Look at the router's IPv6 page: did it get a prefix from the provider?",
    "read-router-page": "Look at the router's Internet page: connection type, state and last error.",
    "remove-hosts-line": "Take the line of this site out of the hosts file and open the site again.",
    "repeat-at-night": "Run the check again late at night and compare.",
    "restart-router-and-compare": "Restart the router and run the check again at once.",
    "run-again-deep": "Run the check again with --deep; it takes up to twenty seconds and measures more.",
    "set-clock-automatic": "Set date and time of this computer to automatic.",
    "set-dns-automatic": "Set the name service (DNS) of this computer to automatic and run the check again.",
    "swap-lan-cable": "Try another network cable and another socket of the router.",
    "test-at-first-socket": "Connect the router at the first telephone socket with nothing else plugged in: does it work there?",
    "try-with-a-cable": "Connect this computer to the router with a cable and run the check again.",
    "wait-three-minutes": "Wait three minutes without switching anything, then run the check again.",
    "watch-for-a-day": "Leave the router on and run the check again after a day, or at the next drop.",
}
